import test from 'ava'
import { KernelError, OauthError, type OauthReply, plugin } from 'patchbay'
import { testKernel } from 'patchbay/testing'
import { ask, compare, type Exchange, sendRaw, titleOf } from './exchange.js'
import { openHouse } from './house.js'

const seen: { parameters: [string, string][]; client: unknown }[] = []
const REPLIES: Record<string, () => OauthReply> = {
  json: () => ({ json: { ok: true } }),
  page: () => ({ page: { status: 200, title: 'Title', content: '<p>x</p>', leadsTo: 'https://a' } }),
  redirect: () => ({ redirect: 'https://a/?b=c' }),
  refuse: () => {
    throw new OauthError('invalid_grant', 'No', 400, { as: 'john', why: 'credentials' })
  },
  busy: () => {
    throw new KernelError('busy', 'try later')
  },
  broken: () => {
    throw new Error('a secret reason')
  },
}
const stub = plugin({
  name: 'stub',
  version: '0.0.0',
  permissions: { more: 'more' },
  start(ctx) {
    const access = { public: true } as const
    ctx.command('oauth', { access, method: 'POST', path: '/token', body: 'form' }, ({ parameters, client }) => {
      seen.push({ parameters: [...parameters], client })
      return REPLIES[parameters.get('do') ?? 'json']!()
    })
    ctx.command('oauth', { access, method: 'GET', path: '/page' }, ({ parameters }) => ({
      json: Object.fromEntries(parameters),
    }))
    ctx.command('oauth', { access: { permission: 'more' }, method: 'GET', path: '/guarded' }, () => ({ json: {} }))
  },
})

const open = testKernel(stub, { config: { limits: { body_bytes: 2048 } } })
test.after.always(async () => (await open).close())

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const post = (body: string, headers: Record<string, string> = FORM) => ({
  method: 'POST',
  path: '/oauth/token',
  headers,
  body,
})
const says = (status: number, answer: object | RegExp) => ({
  status,
  type: 'application/json;charset=UTF-8',
  has: { 'Cache-Control': 'no-store', Pragma: 'no-cache', 'Access-Control-Allow-Origin': null },
  answer,
})
const error = (status: number, name: string) =>
  says(status, new RegExp(`^{"error":"${name}","error_description":"[^"]+"}$`))
const page = (status: number, title: string) => ({
  status,
  type: 'text/html; charset=utf-8',
  has: { 'Cache-Control': 'no-store', 'X-Frame-Options': 'DENY', 'X-Content-Type-Options': 'nosniff' },
  answer: new RegExp(`<h1>${title}</h1>`),
})
const NOT_FOUND = { ...page(404, '404 Not Found'), has: { 'Cache-Control': null, 'X-Frame-Options': 'DENY' } }

const ROWS: Exchange[] = [
  { ...post('a=b'), ...says(200, { ok: true }) },
  { ...post('a=b'), path: '//oauth//token/', ...says(200, { ok: true }) },
  { ...post('do=page'), ...page(200, 'Title') },
  {
    ...post('do=redirect'),
    status: 302,
    type: null,
    answer: '',
    has: { 'Referrer-Policy': 'no-referrer', Location: 'https://a/?b=c', 'Cache-Control': 'no-store' },
  },
  { ...post('do=refuse'), ...error(400, 'invalid_grant') },
  { ...post('do=busy'), ...error(503, 'temporarily_unavailable') },
  { ...post('do=broken'), ...error(500, 'server_error') },
  { ...post('a=b&a=b'), ...error(400, 'invalid_request') },
  { ...post('a=b&%61=b'), ...error(400, 'invalid_request') },
  { ...post('__proto__=x&constructor=y'), ...says(200, { ok: true }) },
  { ...post(`a=${'x'.repeat(3000)}`), ...error(413, 'invalid_request') },
  { ...post('do=refuse', { 'Content-Type': 'application/json' }), ...says(200, { ok: true }) },
  { ...post('do=refuse', { 'Content-Type': 'application/x-www-form-urlencodedx' }), ...says(200, { ok: true }) },
  {
    ...post('do=refuse', { 'Content-Type': 'APPLICATION/x-www-form-urlencoded; charset=utf-8' }),
    ...error(400, 'invalid_grant'),
  },
  { ...post('do=refuse', {}), ...error(400, 'invalid_grant') },
  { path: '/oauth/page?a=b&c=%C3%A9+&d', ...says(200, { a: 'b', c: 'é ', d: '' }) },
  { path: '/oauth/page', ...says(200, {}) },
  ...['/oauth', '/oauth/', '/oauth/x', '/oauth/token', '/oauth/token/v1', '/oauth/%74oken', '/oauth/..%2ftoken'].map(
    path => ({
      path,
      ...NOT_FOUND,
    }),
  ),
  ...['PUT', 'DELETE', 'PATCH', 'OPTIONS'].map(method => ({ ...post('a=b'), method, ...NOT_FOUND })),
  { path: '/oauth/guarded', ...error(403, 'access_denied') },
]
for (const [number, row] of ROWS.entries()) {
  test(`row ${number}: ${titleOf(row)}`, async t => compare(t, row, await ask((await open).url, row)))
}

test('a page lets nothing in, and its form nowhere else', async t => {
  const { headers } = await ask((await open).url, post('do=page'))
  t.regex(
    headers['content-security-policy']!,
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self' https:\/\/a; base-uri 'none'; frame-ancestors 'none'$/,
  )
  t.is(headers['referrer-policy'], 'no-referrer')
})

test.serial('the credentials of a client come as they stand in Basic', async t => {
  const send = async (Authorization: string) => {
    await ask((await open).url, post('', { ...FORM, Authorization }))
    return seen.at(-1)!.client
  }
  t.deepEqual(await send('Basic YTpiOmM='), { scheme: 'basic', name: 'a', password: 'b:c' })
  t.deepEqual(await send('basic YTpi'), { scheme: 'basic', name: 'a', password: 'b' })
  for (const none of ['Basic', 'Basic !', 'Bearer YTpi', 'Basic YQ==']) t.is(await send(none), undefined)
})

test('a body that is cut off or chunked', async t => {
  const { url } = await open
  const head = 'POST /oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'
  await sendRaw(url, `${head}Content-Length: 100\r\n\r\na=`, { end: true })
  t.regex(await sendRaw(url, `${head}Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n`), /^HTTP\/1\.1 200 /)
})

test('an error inside is in the log, not in the answer', async t => {
  const { url, log } = await open
  const { body } = await ask(url, post('do=broken'))
  t.notRegex(body, /secret/)
  t.true(JSON.stringify(log).includes('a secret reason'))
})

test.serial('while no plugin issues tokens, callers are asked to come again', async t => {
  const house = await openHouse()
  await house.kernel.stop('auth')
  for (const asked of [post('a=b'), { path: '/oauth/authorization_token' }]) {
    compare(t, { ...asked, ...error(503, 'temporarily_unavailable') }, await house.ask(asked))
  }
  await house.close()
})

test('who may do it can be explained', async t => {
  const { house } = await open
  const { Faces } = await import('../../kernel/http/faces/index.js')
  const faces = house.container.resolve(Faces)
  const view = (await open).kernel.live.table
  const ask = (command: string) => faces.get('oauth')!.ask(view, command, {})
  t.like(ask('POST token'), { face: 'oauth', command: 'oauth/token', permission: undefined })
  t.like(ask('oauth/token'), { command: 'oauth/token' })
  t.like(ask('GET /oauth/guarded'), { permission: 'stub:more' })
  t.is(ask('nope'), undefined)
})
