import test from 'ava'
import { isRedirectUri, withQuery } from '../../../plugins/auth/oauth/redirect-uri.js'
import type { Answer } from '../../faces/exchange.js'
import { command, FORM, type OauthHouse, openOauthHouse } from './oauth-house.js'

let house: OauthHouse
test.before(async () => {
  house = await openOauthHouse()
})
test.after.always(() => house?.close())

const PATH = '/oauth/authorization_token'
const WISH = {
  response_type: 'token',
  client_id: 'c1',
  redirect_uri: 'http://127.0.0.1/cb',
  scope: 'status',
  state: 's1',
}
const LOGIN = { ...WISH, username: 'john@localhost', password: 'somePass', ttl: '3600' }

const show = (changed: Record<string, string> = {}, own = house) =>
  own.ask({ path: `${PATH}?${new URLSearchParams({ ...WISH, ...changed })}` })
const submit = (changed: Record<string, string> = {}, headers: Record<string, string> = {}, own = house) =>
  own.ask({
    method: 'POST',
    path: PATH,
    headers: { ...FORM, ...headers },
    body: String(new URLSearchParams({ ...LOGIN, ...changed })),
  })
const locationOf = (answer: Answer) => new URL(answer.headers['location'] ?? 'http://nowhere/')
const isPage = (answer: Answer) =>
  answer.headers['location'] === undefined &&
  answer.headers['content-type'] === 'text/html; charset=utf-8' &&
  answer.headers['x-frame-options'] === 'DENY' &&
  answer.headers['cache-control'] === 'no-store' &&
  answer.headers['referrer-policy'] === 'no-referrer' &&
  /default-src 'none'.*frame-ancestors 'none'/.test(answer.headers['content-security-policy']!)

test('the form says who wants what, and where the token goes (O11)', async t => {
  const answer = await show()
  t.is(answer.status, 200)
  t.true(isPage(answer))
  t.regex(answer.body, /<h1>Authorization request<\/h1>/)
  t.regex(answer.body, /Application <em>c1<\/em> wants to access scope\s+<em>status<\/em>/)
  t.regex(answer.body, /given to <em>http:\/\/127\.0\.0\.1<\/em>/)
  t.deepEqual(
    [...answer.body.matchAll(/<option value="(\d+)"/g)].map(([, seconds]) => seconds),
    ['3600', '86400', '2592000', '31536000', '315360000'],
  )
  for (const [name, value] of Object.entries(WISH)) t.true(answer.body.includes(`name="${name}" value="${value}"`))
  t.regex(answer.headers['content-security-policy']!, /form-action 'self' http:\/\/127\.0\.0\.1;/)
  for (const id of ['username', 'password', 'ttl']) t.regex(answer.body, new RegExp(`<label for="${id}">`))
  t.notRegex(answer.body, /<script|src=|https:\/\//)
  t.is((await house.ask({ path: PATH })).status, 200)
})

test('a login leads back with the token in the query (O12)', async t => {
  const answer = await submit()
  t.is(answer.status, 302)
  const location = locationOf(answer)
  t.is(location.origin + location.pathname, 'http://127.0.0.1/cb')
  const { access_token: token, ...rest } = Object.fromEntries(location.searchParams)
  t.deepEqual(rest, { token_type: 'bearer', expires_in: '3600', scope: 'status', state: 's1' })
  t.is(await house.use(token!), 200)
  const queried = locationOf(await submit({ redirect_uri: 'http://127.0.0.1/cb?a=b%20c', state: 'x&y=z#<\r\n>' }))
  t.is(queried.searchParams.get('a'), 'b c')
  t.is(queried.searchParams.get('state'), 'x&y=z#<\r\n>')
  t.regex(queried.searchParams.get('access_token')!, /^\w{32}$/)
})

test('a refusal leads back with its error and the state (O13)', async t => {
  const refusals: [Record<string, string>, string][] = [
    [{ password: 'zz' }, 'access_denied'],
    [{ username: '@@' }, 'invalid_request'],
    [{ username: 'ghost@localhost' }, 'access_denied'],
    [{ scope: 'bogus' }, 'invalid_scope'],
    [{ ttl: 'soon' }, 'invalid_request'],
    [{ response_type: 'code' }, 'unsupported_response_type'],
  ]
  for (const [changed, error] of refusals) {
    const answer = await submit(changed)
    t.is(answer.status, 302)
    t.is(answer.headers['location'], `http://127.0.0.1/cb?error=${error}&state=s1`)
    t.is(answer.headers['cache-control'], 'no-store')
  }
})

const EVIL = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)//http://x',
  'data:text/html,x',
  '//evil.example/cb',
  '/cb',
  'cb',
  'http:evil.example',
  'http:/evil.example',
  'http:///evil.example',
  'http://\\evil.example',
  'http://127.0.0.1\\@evil.example/',
  'http://127.0.0.1@evil.example/',
  'http://@evil.example/',
  'http://user:pw@evil.example/',
  'http://127.0.0.1/cb#fragment',
  'http://127.0.0.1/cb#',
  'http://127.0.0.1/cb\r\nSet-Cookie: a=b',
  'http://127.0.0.1/cb\nx',
  'http://127.0.0.1/\tcb',
  ' http://127.0.0.1/cb',
  'http://127.0.0.1/c b',
  'http://127.0.0.1/\0',
  'http://127.0.0.1/"><script>',
  'http://exämple.org/',
  'http://',
  'http://[::1',
  'http://a:99999/',
  'ftp://127.0.0.1/',
  'xmpp:john@localhost',
  `http://127.0.0.1/${'x'.repeat(3000)}`,
]

test('nobody is sent anywhere but to an absolute http or https URI', async t => {
  for (const redirect_uri of EVIL) {
    t.false(isRedirectUri(redirect_uri), redirect_uri)
    for (const answer of [
      await show({ redirect_uri }),
      await submit({ redirect_uri }),
      await submit({ redirect_uri, password: 'zz' }),
    ]) {
      t.is(answer.status, 400, redirect_uri)
      t.true(isPage(answer), redirect_uri)
      t.false(answer.body.includes('access_token'))
    }
  }
  for (const right of ['http://a', 'https://a.example:8443/x?y=z@w', 'HTTP://[::1]:80/', 'http://h?u=a@b']) {
    t.true(isRedirectUri(right), right)
    t.is((await show({ redirect_uri: right })).status, 200)
  }
  t.is(withQuery('http://a?b', { c: 'é &' }), 'http://a?b&c=%C3%A9%20%26')
})

test('no value of a request becomes part of the page', async t => {
  const bad = `"><script>alert('1')</script><img src=x onerror=alert(1)>&amp;\u202e\0`
  for (const name of ['response_type', 'client_id', 'scope', 'state']) {
    const { body } = await show({ [name]: bad })
    t.notRegex(body, /<script|<img|\u202e|\0/, name)
    t.true(body.includes('&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;'), name)
    t.true(body.includes('&amp;amp;'), name)
  }
  const again = await submit({ redirect_uri: '', client_id: bad, scope: bad, state: bad, username: bad, password: bad })
  t.is(again.status, 400)
  t.notRegex(again.body, /<script|<img/)
  const policy = (await show({ redirect_uri: "https://a;script-src'unsafe-inline'/" })).headers[
    'content-security-policy'
  ]
  t.notRegex(policy ?? '', /script-src/)
})

test('without a redirect_uri the token is shown, and a mistake above the form', async t => {
  const shown = await submit({ redirect_uri: '' })
  t.is(shown.status, 200)
  t.true(isPage(shown))
  t.is(await house.use(/<code>(\w{32})<\/code>/.exec(shown.body)![1]!), 200)
  const wrong = await submit({ redirect_uri: '', password: 'zz' })
  t.is(wrong.status, 400)
  t.regex(wrong.body, /role="alert".*wrong/)
  t.notRegex(wrong.body, /zz|john/)
})

test('a form on another site cannot use this one as a relay', async t => {
  for (const site of ['cross-site', 'same-site']) {
    const answer = await submit({}, { 'Sec-Fetch-Site': site })
    t.is(answer.status, 400)
    t.true(isPage(answer))
  }
  for (const site of ['same-origin', 'none']) t.is((await submit({}, { 'Sec-Fetch-Site': site })).status, 302)
})

test('a parameter that comes twice is refused', async t => {
  const answer = await house.ask({ path: `${PATH}?redirect_uri=http://a&redirect_uri=http://b` })
  t.is(answer.status, 400)
  t.regex(answer.body, /"invalid_request"/)
})

test.serial('a registered client gets its tokens at its own address only', async t => {
  const own = await openOauthHouse({ oauth_client_id_check: 'db' })
  try {
    const web = { client_id: 'c1', client_name: 'Web', redirect_uri: WISH.redirect_uri }
    t.is((await show({}, own)).status, 400)
    await own.ask(command('oauth_add_client_implicit', web))
    t.is((await show({}, own)).status, 200)
    t.is((await submit({}, {}, own)).status, 302)
    t.is(locationOf(await submit({ redirect_uri: '' }, {}, own)).pathname, '/cb')
    for (const other of [
      'http://127.0.0.1/cb/',
      'http://127.0.0.1/cb?',
      'http://evil.example/cb',
      'HTTP://127.0.0.1/cb',
    ]) {
      t.is((await show({ redirect_uri: other }, own)).status, 400)
      t.is((await submit({ redirect_uri: other }, {}, own)).status, 400)
    }
    t.is((await submit({ client_id: 'other' }, {}, own)).status, 400)
    t.is((await submit({ client_id: '__proto__' }, {}, own)).status, 400)
    await own.ask(command('oauth_remove_client', { client_id: 'c1' }))
    t.is((await submit({}, {}, own)).status, 400)
  } finally {
    await own.close()
  }
})
