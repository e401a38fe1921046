import test from 'ava'
import { basic, compare, type Exchange, sendRaw } from './exchange.js'
import { testRows } from './frame.js'
import { ADMIN, asAdmin, EVERYTHING_ELSE, openHouse, PASSWORD, type TestHouse } from './house.js'

let house: TestHouse
test.before(async () => {
  house = await openHouse({
    config: {
      limits: { body_bytes: 4096 },
      listen: [
        {
          port: 0,
          request_handlers: { '/api': 'mod_http_api', '/api/v1': 'mod_http_api', '/deep/apiv2/v2': 'mod_http_api' },
        },
        EVERYTHING_ELSE,
      ],
    },
  })
})
test.after.always(() => house?.close())

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'Content-Type, Authorization, X-Admin',
  'WWW-Authenticate': null,
}
const says = (status: number, value: unknown) => ({
  status,
  type: 'application/json',
  has: CORS,
  answer: JSON.stringify(value),
})
const error = (status: number, code: number, message: string) => says(status, { status: 'error', code, message })
const NO_NAME = error(400, 40, 'Missing command name.')
const NO_COMMAND = error(404, 40, 'Endpoint not found.')
const NOT_AUTHORIZED = error(401, 10, 'You are not authorized to call this command.')
const BAD_TOKEN = error(401, 10, 'Oauth Token is invalid or expired.')
const DENIED = error(403, 32, 'AccessRules: Account does not have the right to perform the operation.')
const PAGE = {
  status: 400,
  type: 'text/html; charset=utf-8',
  has: { 'Access-Control-Allow-Origin': null },
  answer: /^<\?xml .*<h1>400 Bad Request<\/h1><\/body><\/html>$/s,
}
const path = '/api/modules_available'
const RESTART = '/api/restart_module'

// contracts/xmpp.md §3.3: the command (404), credentials (401), arguments (400), the permission (403)
const LADDER: Exchange[] = [
  { path, ...DENIED },
  { path: '/api/nope', ...NO_COMMAND },
  { path: '/api/nope', headers: { Authorization: basic('admin@localhost', 'wrong') }, ...NO_COMMAND },
  { path: RESTART, ...says(400, 'Request have missing argument: host') },
  ...[
    'Basic',
    'Basic !!!',
    'Digest x',
    '',
    ADMIN.replace('Basic', 'basic'),
    'bearer nosuchtoken',
    basic('admin', PASSWORD),
    basic('admin@localhost', 'wrong'),
    basic('admin@elsewhere', PASSWORD),
  ].map(Authorization => ({ path, headers: { Authorization }, ...NOT_AUTHORIZED })),
  // Who could only be an account is told that no backend offers them.
  ...[basic('ghost@localhost', 'x'), basic('__proto__@localhost', '')].map(Authorization => ({
    path,
    headers: { Authorization },
    status: 503,
    answer: /^\{"status":"error","code":53,/,
  })),
  { path: RESTART, headers: { Authorization: basic('admin@localhost', 'wrong') }, ...NOT_AUTHORIZED },
  { path, headers: { Authorization: 'Bearer nosuchtoken' }, ...BAD_TOKEN },
  { path, headers: { Authorization: ADMIN }, status: 200 },
  { path, headers: { Authorization: ADMIN, 'X-Admin': 'true' }, status: 200 },
]

// contracts/xmpp.md §3.1
const FRAME: Exchange[] = [
  ...['/api', '/api/', '/api//', '/api/a/b', '/api/modules_available/v1/x'].map(each => ({ path: each, ...NO_NAME })),
  ...['PUT', 'DELETE'].map(method => ({ method, path, body: '{}', ...NO_NAME })),
  { method: 'HEAD', path, status: 400, type: 'application/json', answer: '' },
  { method: 'PATCH', path, body: '{}', ...PAGE },
  ...['constructor', '__proto__', 'Modules_available', 'modules-available', '%00', '%zz', 'x'.repeat(8000)].map(
    name => ({
      path: `/api/${name}`,
      ...NO_COMMAND,
    }),
  ),
  ...[
    '/api//modules_available',
    '//api/modules_available/',
    '/api/modules%5Favailable',
    '/api/modules_available/v0',
  ].map(each => ({ path: each, status: 200, has: CORS })),
  { path: `${path}?zzz=1`, ...says(400, 'Request have unknown arguments: [zzz]') },
  {
    method: 'OPTIONS',
    path,
    status: 200,
    type: 'text/plain',
    has: { ...CORS, 'Access-Control-Allow-Methods': 'GET, POST, OPTIONS', 'Access-Control-Max-Age': '86400' },
    answer: '',
  },
  { method: 'OPTIONS', path: '/api/a/b', status: 400, has: CORS, answer: '' },
]

const post = (body: string, headers: Record<string, string> = {}) => ({ method: 'POST', path: RESTART, body, headers })
// contracts/xmpp.md §3.1 "Content-Type in", "Argument types", and §3.3
const ARGUMENTS: Exchange[] = [
  { ...post(''), ...PAGE },
  { method: 'POST', path: '/api/nope', ...PAGE },
  ...['\n', '{}', '[]', '"x"', '5', 'null', '[{"host":"localhost"}]'].map(body => ({
    ...post(body),
    ...says(400, 'Request have missing argument: host'),
  })),
  { ...post('{}'), path: `${RESTART}?host=localhost&module=x`, ...says(400, 'Request have missing argument: host') },
  ...['{bad', 'host=localhost', '\0', '{"host":'].map(body => ({ ...post(body), ...says(400, '400 Bad Request') })),
  { ...post('{"host":"localhost","module":"x","zzz":1}'), ...says(400, 'Request have unknown arguments: [zzz]') },
  {
    ...post('{"host":"localhost","module":"x","__proto__":1,"constructor":2}'),
    ...says(400, "Request have unknown arguments: ['__proto__',constructor]"),
  },
  { ...post('{"host":5,"module":"x"}'), ...says(400, 'Arg 5 is not in format binary') },
  { ...post('{"host":null,"module":"x"}'), ...says(400, 'Arg null is not in format binary') },
  { ...post('{"host":"localhost","module":"nosuch"}'), ...says(200, { res: 1 }) },
  { ...post('{"host":"localhost","module":"nosuch"}'), path: `${RESTART}/v1`, ...says(200, 1) },
  { ...post('{"host":"localhost","module":"nosuch"}'), path: '/api/v1/restart_module', ...says(200, 1) },
  { ...post('{"host":"localhost","module":"nosuch"}'), path: '/deep/apiv2/v2/restart_module', ...says(200, 1) },
  { ...post('{"host":"localhost","module":"nosuch"}'), path: '/api/v1/restart_module/v0', ...says(200, { res: 1 }) },
  { path: '/api/v1', ...NO_NAME },
  { path: '/api/v2', ...NO_COMMAND },
  { ...post('{"host":"localhost","module":"__proto__"}'), ...says(200, { res: 1 }) },
  { ...post('{"host":"localhost","module":"a\\u0000b/../c"}'), ...says(200, { res: 1 }) },
  { path: `${RESTART}?host=localhost&module=nosuch`, ...says(200, { res: 1 }) },
  { path: `${RESTART}?host=localhost&host=b`, ...says(400, 'Request have duplicate argument: host') },
  { path: `${RESTART}?host=%zz&module=%ff`, ...says(200, { res: 1 }) },
  {
    ...post('{"host":"localhost","module":"nosuch"}', { 'Content-Type': 'application/json; charset=utf-8' }),
    ...says(200, { res: 1 }),
  },
  { ...post(`{"host":"${'x'.repeat(5000)}"}`), ...says(413, 'Request body is too large') },
]

testRows(test, () => house, 'ladder', LADDER)
testRows(test, () => house, 'frame', FRAME, asAdmin)
testRows(test, () => house, 'arguments', ARGUMENTS, asAdmin)

test('a chunked body is refused with a page, as the original does', async t => {
  const head = `POST ${RESTART} HTTP/1.1\r\nHost: x\r\nAuthorization: ${ADMIN}\r\nConnection: close\r\n`
  const answer = await sendRaw(house.url, `${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`)
  t.regex(answer, /^HTTP\/1\.1 400 /)
  t.true(answer.endsWith('<h1>400 Bad Request</h1></body></html>'))
})

test('a body that is cut off harms nobody', async t => {
  const head = `POST ${RESTART} HTTP/1.1\r\nHost: x\r\nAuthorization: ${ADMIN}\r\nContent-Length: 100\r\n\r\n`
  await sendRaw(house.url, `${head}{"host":`, { end: true })
  t.is((await house.ask(asAdmin({ path }))).status, 200)
})

test.serial('default_version changes what a plain path answers', async t => {
  const later = await openHouse({ plugins: { 'xmpp-admin': { default_version: 1 } } })
  try {
    const asked = { path: `${RESTART}?host=localhost&module=nosuch` }
    compare(t, { ...asked, ...says(200, 1) }, await later.ask(asAdmin(asked)))
    const zero = { path: `${RESTART}/v0?host=localhost&module=nosuch` }
    compare(t, { ...zero, ...says(200, { res: 1 }) }, await later.ask(asAdmin(zero)))
  } finally {
    await later.close()
  }
})
