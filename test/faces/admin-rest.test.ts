import test from 'ava'
import { basic, compare, type Exchange } from './exchange.js'
import { testRows } from './frame.js'
import { ADMIN, asAdmin, openHouse, PASSWORD, type TestHouse } from './house.js'

let house: TestHouse
test.before(async () => {
  house = await openHouse({ start: ['xmpp-admin'], config: { limits: { body_bytes: 4096 } } })
})
test.after.always(() => house?.close())

const JSON_TYPE = 'application/json'
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Max-Age': '7200',
  'Access-Control-Allow-Headers': 'Content-Type',
  'WWW-Authenticate': null,
}
const says = (status: number, result: unknown) => ({ status, type: JSON_TYPE, has: CORS, answer: { result } })
/** Who could only be an account is told that no backend offers them. */
const NO_ACCOUNTS = {
  status: 503,
  answer: /^\{"result":"Service unavailable: no running plugin provides \\"accounts\\"/,
}
const path = '/admin_rest/ping'
const withHeader = (Authorization: string) => ({ path, headers: { Authorization } })

// contracts/xmpp.md §2.2, rows 3 to 6
const LADDER: Exchange[] = [
  { path, ...says(400, 'Missing authorization header') },
  { path: '/admin_rest/nope', ...says(400, 'Missing authorization header') },
  { ...withHeader('Bearer abc'), ...says(400, 'Invalid authentication details') },
  { ...withHeader('Basic !!!'), ...says(400, 'Invalid authentication details') },
  { ...withHeader('Basic'), ...says(400, 'Invalid authentication details') },
  { ...withHeader(''), ...says(400, 'Invalid authentication details') },
  {
    ...withHeader(`Basic ${Buffer.from('nocolon').toString('base64')}`),
    ...says(400, 'Invalid authentication details'),
  },
  { ...withHeader(basic('admin', PASSWORD)), ...says(404, 'Host does not exist or is malformed') },
  ...['admin@', '@localhost', '', 'a@b@localhost', 'admin@localhost/', 'a b@localhost', 'admin\0@localhost'].map(
    name => ({
      ...withHeader(basic(name, PASSWORD)),
      ...says(400, 'Invalid authentication details'),
    }),
  ),
  { ...withHeader(basic('localhost', PASSWORD)), ...says(401, 'Authentication failure') },
  { ...withHeader(basic('admin@elsewhere', PASSWORD)), ...says(404, 'Host does not exist or is malformed') },
  { ...withHeader(basic('__proto__@constructor', '')), ...says(404, 'Host does not exist or is malformed') },
  { ...withHeader(basic('admin@localhost', 'wrong')), ...says(401, 'Authentication failure') },
  { ...withHeader(basic('admin@localhost', `${PASSWORD}:x`)), ...says(401, 'Authentication failure') },
  { ...withHeader(basic('nobody@localhost', PASSWORD)), ...NO_ACCOUNTS },
  { ...withHeader(basic('__proto__@localhost', '')), ...NO_ACCOUNTS },
  { ...withHeader(basic('admin@localhost', '')), ...says(401, 'Authentication failure') },
  { ...withHeader(ADMIN), ...says(200, 'PONG') },
  { ...withHeader(ADMIN.replace('Basic', 'Digest of course,')), ...says(200, 'PONG') },
  { ...withHeader(ADMIN.replace('Basic ', '')), ...says(200, 'PONG') },
  { ...withHeader(basic('Admin@LOCALHOST', PASSWORD)), ...says(200, 'PONG') },
  { ...withHeader(basic('admin@localhost/phone', PASSWORD)), ...says(200, 'PONG') },
]

// contracts/xmpp.md §2.1 and rows 8 to 10 of §2.2
const FRAME: Exchange[] = [
  { path: '/admin_rest', status: 301, type: null, has: { Location: '/admin_rest/' }, answer: '' },
  { path: '/admin_rest/', ...says(404, 'Invalid request path') },
  { path: '/admin_rest//ping', ...says(404, 'Invalid request path') },
  { path: '/admin_rest/nope', ...says(404, 'Invalid request path') },
  { path: '/admin_rest/nope', method: 'PUT', ...says(404, 'Invalid request path') },
  { path: '/admin_rest/constructor', ...says(404, 'Invalid request path') },
  { path: '/admin_rest/__proto__', method: 'DELETE', ...says(404, 'Invalid request path') },
  { path: '/admin_rest/%00', ...says(404, 'Invalid request path') },
  { path: '/admin_rest/%zz%', ...says(404, 'Invalid request path') },
  { path: `/admin_rest/${'x'.repeat(8000)}`, ...says(404, 'Invalid request path') },
  { path: '/admin_rest/ping?whatever=%zz', ...says(200, 'PONG') },
  { path: '/admin_rest/ping/', ...says(200, 'PONG') },
  { path: '/admin_rest/%70ing', ...says(200, 'PONG') },
  { path: '/admin_rest/module%2Fnosuch', ...says(404, { module: 'nosuch', loaded: false }) },
  { path: '/admin_rest/module/a%40b', ...says(404, { module: 'a@b', loaded: false }) },
  { path: '/admin_rest/module/a@b', ...says(404, { module: 'a@b', loaded: false }) },
  { path: '/admin_rest/module/%zz%C3%A9', ...says(404, { module: '%zzé', loaded: false }) },
  { path, method: 'POST', ...says(405, 'Invalid request method') },
  { path, method: 'PATCH', ...says(405, 'Invalid request method') },
  { path: '/admin_rest/reload', ...says(405, 'Invalid request method') },
  { path, method: 'HEAD', status: 405, type: JSON_TYPE, has: { Allow: null }, answer: '' },
  { path: '/admin_rest/nope', method: 'HEAD', status: 404, type: JSON_TYPE, answer: '' },
]
const PREFLIGHT: Exchange[] = ['/admin_rest/ping', '/admin_rest/nope', '/admin_rest/'].map(each => ({
  path: each,
  method: 'OPTIONS',
  status: 200,
  type: null,
  has: { ...CORS, 'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS' },
  answer: '',
}))

// contracts/xmpp.md §2.2, row 10; what crashed the original is the documented 400
const BODIES: Exchange[] = [
  ...['{bad', '{"a":', '"{"'].map(body => ({
    path,
    body,
    ...says(400, 'Body does not exist or is malformed'),
  })),
  ...['5', 'null', '"x"', 'true', '[1', '\0'].map(body => ({
    path,
    body,
    headers: { 'Content-Type': JSON_TYPE },
    ...says(400, 'Body does not exist or is malformed'),
  })),
  { path, body: 'BEGIN:VCARD', ...says(200, 'PONG') },
  { path, body: '[1]', headers: { 'Content-Type': JSON_TYPE }, ...says(200, 'PONG') },
  { path, body: '{"__proto__":{"x":1},"constructor":5}', ...says(200, 'PONG') },
  { path, body: 'x'.repeat(5000), ...says(413, 'Request body is too large') },
]

testRows(test, () => house, 'ladder', LADDER)
testRows(test, () => house, 'frame', FRAME, asAdmin)
testRows(test, () => house, 'preflight needs no credentials', PREFLIGHT)
testRows(test, () => house, 'bodies', BODIES, asAdmin)

test('HEAD has the length of the answer that it does not show', async t => {
  const answer = await house.ask(asAdmin({ path, method: 'HEAD' }))
  t.is(answer.headers['content-length'], String('{"result":"Invalid request method"}'.length))
})

test.serial('admin_rest_base may have any depth, and the old path is gone', async t => {
  const moved = await openHouse({ plugins: { 'xmpp-admin': { admin_rest_base: '/xadm/v1/deep/' } } })
  try {
    compare(t, { path: '', ...says(200, 'PONG') }, await moved.ask(asAdmin({ path: '/xadm/v1/deep/ping' })))
    const bare = await moved.ask({ path: '/xadm/v1/deep' })
    t.is(bare.headers['location'], '/xadm/v1/deep/')
    t.is((await moved.ask(asAdmin({ path }))).status, 404)
  } finally {
    await moved.close()
  }
})

test.serial('admin_rest_secure answers 404 with a page on plain HTTP, ahead of any credentials', async t => {
  const secure = await openHouse({ plugins: { 'xmpp-admin': { admin_rest_secure: true } } })
  try {
    const headers = { 'X-Forwarded-Proto': 'https' }
    for (const asked of [{ path }, asAdmin({ path }), asAdmin({ path, headers })]) {
      compare(t, { path, status: 404, type: 'text/html' }, await secure.ask(asked))
    }
  } finally {
    await secure.close()
  }
})

test.serial('admin_rest_secure believes a trusted proxy that the connection to it was encrypted', async t => {
  const config = { trusted_proxies: ['127.0.0.1'] }
  const secure = await openHouse({ plugins: { 'xmpp-admin': { admin_rest_secure: true } }, config })
  try {
    const asked = (proto: string) => asAdmin({ path, headers: { 'X-Forwarded-Proto': proto } })
    compare(t, { path, ...says(200, 'PONG') }, await secure.ask(asked('https')))
    compare(t, { path, status: 404, type: 'text/html' }, await secure.ask(asked('http')))
  } finally {
    await secure.close()
  }
})

test.serial('admin_rest_whitelist refuses other addresses with an empty 401, ahead of everything else', async t => {
  const plugins = { 'xmpp-admin': { admin_rest_whitelist: ['10.9.8.7'], admin_rest_secure: true } }
  const closed = await openHouse({ plugins })
  const open = await openHouse({ plugins: { 'xmpp-admin': { admin_rest_whitelist: ['10.9.8.7', '127.0.0.1'] } } })
  try {
    compare(t, { path, status: 401, type: null, has: CORS, answer: '' }, await closed.ask(asAdmin({ path })))
    compare(t, { path, ...says(200, 'PONG') }, await open.ask(asAdmin({ path })))
  } finally {
    await closed.close()
    await open.close()
  }
})

test('the Host header does not matter', async t => {
  t.is((await house.ask(asAdmin({ path, headers: { Host: 'whatever.example' } }))).status, 200)
})
