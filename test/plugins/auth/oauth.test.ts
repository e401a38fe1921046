import test from 'ava'
import { Store } from '../../../kernel/store/store.js'
import { basic, compare, type Exchange, titleOf } from '../../faces/exchange.js'
import { temporaryFolder } from '../../fixtures/process.js'
import { command, FORM, type OauthHouse, openOauthHouse, tokenRequest } from './oauth-house.js'

let house: OauthHouse
test.before(async () => {
  house = await openOauthHouse()
})
test.after.always(() => house?.close())

const JSON_HEADERS = {
  type: 'application/json;charset=UTF-8',
  has: { 'Cache-Control': 'no-store', Pragma: 'no-cache' },
}
const error = (name: string, text: string, status = 400) => ({
  status,
  ...JSON_HEADERS,
  answer: JSON.stringify({ error: name, error_description: text }),
})
const token = (scope: string, seconds = 4_294_967) => ({
  status: 200,
  ...JSON_HEADERS,
  answer: new RegExp(
    `^\\{"access_token":"[A-Za-z0-9]{32}","token_type":"bearer","scope":"${scope}","expires_in":${seconds}\\}$`,
  ),
})
const UNSUPPORTED = error('unsupported_grant_type', 'Unsupported grant type')
const BAD_JID = error('invalid_request', 'Invalid JID')
const BAD_SCOPE = error('invalid_grant', 'Invalid scope')
const BAD_PASSWORD = error('invalid_grant', 'Bad password')
const BAD_TTL = error('invalid_request', 'Invalid ttl')
const NO_PAGE = { status: 404, type: 'text/html; charset=utf-8', answer: /<h1>404 Not Found<\/h1>/ }

// golden/ejabberd-23.01-permissions-oauth.txt; where the original dropped the connection, 23.10's words (§3.5)
const RECORDED: Exchange[] = [
  { ...tokenRequest(), ...token('status') },
  { ...tokenRequest({ scope: 'status registered_users', ttl: '60' }), ...token('status registered_users', 60) },
  { ...tokenRequest({ password: 'zz' }), ...BAD_PASSWORD },
  { ...tokenRequest({ grant_type: 'client_credentials' }), ...UNSUPPORTED },
  { ...tokenRequest({ scope: 'bogus' }), ...BAD_SCOPE },
  { ...tokenRequest('grant_type=password&username=john@localhost&password=somePass'), ...token('') },
  { ...tokenRequest({ username: '@@' }), ...BAD_JID },
  { ...tokenRequest('grant_type=password'), ...BAD_JID },
  {
    ...tokenRequest('{"grant_type":"password","username":"john@localhost","password":"somePass","scope":"status"}'),
    headers: { 'Content-Type': 'application/json' },
    ...UNSUPPORTED,
  },
  { path: '/oauth/nothing', ...NO_PAGE },
  { ...tokenRequest({ username: 'john' }), ...BAD_JID },
  {
    ...tokenRequest({ username: 'admin@localhost', password: 'adminpw', scope: 'ejabberd:admin' }),
    ...token('ejabberd:admin'),
  },
]

const MORE: Exchange[] = [
  { path: '/oauth/token', ...NO_PAGE },
  { method: 'HEAD', path: '/oauth/token', status: 404, answer: '' },
  { method: 'OPTIONS', path: '/oauth/token', ...NO_PAGE },
  { ...tokenRequest(), method: 'PUT', ...NO_PAGE },
  { path: '/oauth', ...NO_PAGE },
  { ...tokenRequest(''), ...UNSUPPORTED },
  { ...tokenRequest(), headers: { 'Content-Type': 'multipart/form-data; boundary=x' }, ...UNSUPPORTED },
  { ...tokenRequest(), headers: {}, ...token('status') },
  { ...tokenRequest(), headers: { ...FORM, Authorization: basic('any', 'thing') }, ...token('status') },
  { ...tokenRequest({ username: 'JOHN@LocalHost/phone' }), ...token('status') },
  { ...tokenRequest({ username: 'jöhn@localhost', password: 'pässwort' }), ...token('status') },
  { ...tokenRequest({ username: 'john\0@localhost' }), ...BAD_JID },
  { ...tokenRequest({ username: 'john@localhost\r\nx' }), ...BAD_JID },
  { ...tokenRequest({ username: `${'x'.repeat(2000)}@localhost` }), ...BAD_JID },
  { ...tokenRequest({ username: '__proto__@localhost' }), ...BAD_PASSWORD },
  { ...tokenRequest({ username: 'ghost@localhost' }), ...BAD_PASSWORD },
  { ...tokenRequest({ password: '' }), ...BAD_PASSWORD },
  { ...tokenRequest({ password: 'somePass\0' }), ...BAD_PASSWORD },
  { ...tokenRequest({ password: 'zz', scope: 'bogus' }), ...BAD_PASSWORD },
  { ...tokenRequest({ scope: ' sasl_auth  ejabberd:user sasl_auth ' }), ...token('sasl_auth ejabberd:user') },
  ...['status,registered_users', 'status\tregistered_users', 'constructor', '__proto__', 'stat\0us', 'Status'].map(
    scope => ({ ...tokenRequest({ scope }), ...BAD_SCOPE }),
  ),
  { ...tokenRequest({ scope: 'status '.repeat(5000) }), ...token('status') },
  { ...tokenRequest({ scope: 'x '.repeat(20_000) }), ...BAD_SCOPE },
  ...['0', '-1', '1.5', '1e9', 'soon', '٣', '9'.repeat(13), ' 60'].map(ttl => ({
    ...tokenRequest({ ttl }),
    ...BAD_TTL,
  })),
  { ...tokenRequest({ ttl: '999999999999' }), ...token('status', 315_360_000) },
  { ...tokenRequest({ ttl: '' }), ...token('status') },
  { ...tokenRequest({ token_format: 'paper' }), ...error('invalid_request', 'Invalid token_format') },
  {
    ...tokenRequest(`${tokenRequest().body}&username=admin@localhost`),
    ...error('invalid_request', 'Duplicate parameter'),
  },
  {
    ...tokenRequest(`${tokenRequest().body}&x=${'y'.repeat(70_000)}`),
    ...error('invalid_request', 'the body is larger than 65536 bytes', 413),
  },
  { ...tokenRequest(tokenRequest().body as string), path: '/oauth/token?grant_type=x&password=zz', ...token('status') },
]

for (const [number, row] of [...RECORDED, ...MORE].entries()) {
  test(`row ${number}: ${titleOf(row)}`, async t => compare(t, row, await house.ask(row)))
}

const call = (Authorization: string) => house.ask({ path: '/api/status', headers: { Authorization } })

test('a token opens what its scope names, with "Bearer" written so (C11, C12)', async t => {
  const given = await house.token()
  t.is((await call(`Bearer ${given}`)).status, 200)
  const lower = await call(`bearer ${given}`)
  t.is(lower.status, 401)
  t.regex(lower.body, /"You are not authorized to call this command\."/)
  for (const wrong of [given.slice(1), `${given}x`, given.toLowerCase(), 'x'.repeat(32), 'é'.repeat(32), `${given}.`]) {
    const answer = await house.ask({
      path: '/api/status',
      headers: { Authorization: Buffer.from(`Bearer ${wrong}`).toString('latin1') },
    })
    t.is(answer.status, 401, wrong)
    t.is(answer.body, '{"status":"error","code":10,"message":"Oauth Token is invalid or expired."}')
  }
  const other = await house.token({ scope: 'registered_users' })
  t.is(await house.use(other), 403)
  t.is(await house.use(await house.token({ scope: '' })), 403)
})

test('an expired token is none (C11)', async t => {
  const given = await house.token({ ttl: '1' })
  const jwt = await house.token({ ttl: '1', token_format: 'jwt' })
  t.is(await house.use(given), 200)
  t.is(await house.use(jwt), 200)
  await new Promise(resolve => setTimeout(resolve, 1100))
  t.is(await house.use(given), 401)
  t.is(await house.use(jwt), 401)
})

test.serial('oauth_access that denies looks like a wrong password', async t => {
  house.denied.add('john@localhost')
  try {
    compare(t, { ...tokenRequest(), ...BAD_PASSWORD }, await house.ask(tokenRequest()))
    const issued = await house.ask(command('oauth_issue_token', { jid: 'john@localhost', ttl: 60, scopes: 'status' }))
    t.is(issued.status, 400)
    t.is(issued.body, '"oauth_access does not allow john@localhost"')
  } finally {
    house.denied.clear()
  }
})

test('oauth_issue_token by version', async t => {
  const args = { jid: 'john@localhost', ttl: 3600 }
  const zero = await house.ask(command('oauth_issue_token', { ...args, scopes: 'registered_users;status' }))
  t.regex(zero.body, /^{"token":"\w{32}","scopes":"registered_usersstatus","expires_in":"3600 seconds"}$/)
  const one = await house.ask(command('oauth_issue_token/v1', { ...args, scopes: ['registered_users', 'status'] }))
  t.regex(one.body, /^{"token":"\w{32}","scopes":\["registered_users","status"\],"expires_in":"3600 seconds"}$/)
  t.is(await house.use(JSON.parse(one.body).token), 200)
  const ghost = await house.ask(command('oauth_issue_token', { ...args, jid: 'Ghost@nowhere', scopes: '' }))
  t.is(ghost.status, 200, 'the account need not exist (F9)')
  const wrong = async (changed: object, text: string) => {
    const answer = await house.ask(command('oauth_issue_token', { ...args, scopes: 'status', ...changed }))
    t.is(answer.status, 400)
    t.is(answer.body, JSON.stringify(text))
  }
  await wrong({ jid: '@@' }, 'Invalid JID: @@')
  await wrong({ ttl: 0 }, 'Invalid ttl: 0')
  await wrong({ scopes: 'status;custom' }, 'invalid_scope')
  await wrong({ scopes: ['status'] }, 'Arg [<<115,116,97,116,117,115>>] is not in format string')
  const text = await house.ask(command('oauth_issue_token/v1', { ...args, scopes: 'status' }))
  t.regex(text.body, /is not in format {list,{scope,binary}}"$/)
})

test('the command line gets the scopes as a list over the control socket', async t => {
  const body = JSON.stringify({ jid: 'john@localhost', ttl: 3600, scopes: ['ejabberd:admin', 'status'] })
  const issued = await house.local('/api/oauth_issue_token/v1', { method: 'POST', body })
  t.is(issued.status, 200)
  t.deepEqual(JSON.parse(issued.body).scopes, ['ejabberd:admin', 'status'])
  const listed = JSON.parse((await house.local('/api/oauth_list_tokens/v1')).body) as { token: string; scope: string }[]
  t.is(listed.find(({ token }) => token === JSON.parse(issued.body).token)!.scope, 'ejabberd:admin status')
})

test('a caller without the permission issues, lists and revokes nothing (F10)', async t => {
  const given = await house.token()
  const asked = command('oauth_revoke_token', { token: given })
  t.is((await house.ask({ ...asked, headers: { Authorization: `Bearer ${given}` } })).status, 403)
  t.is((await house.ask({ ...asked, headers: {} })).status, 403)
  t.is((await house.ask({ path: '/api/oauth_list_tokens' })).status, 403)
  t.is(await house.use(given), 200)
})

test.serial('tokens are listed as they were given, and end at once when they are revoked', async t => {
  const own = await openOauthHouse()
  try {
    const first = await own.token({ scope: 'status ejabberd:admin', ttl: '3600' })
    const second = await own.token({ username: 'admin@localhost', password: 'adminpw' })
    const list = async (version = '') =>
      JSON.parse((await own.ask(command(`oauth_list_tokens${version}`))).body) as Record<string, string>[]
    const shown = (await list()).find(each => each['token'] === first)!
    t.is(shown['user'], 'john@localhost')
    t.is(shown['scope'], 'statusejabberd:admin')
    t.regex(shown['expires_in']!, /^3[56]\d\d seconds$/)
    t.is((await list('/v1')).find(each => each['token'] === first)!['scope'], 'status ejabberd:admin')
    t.is(await own.use(first), 200)
    const revoked = await own.ask(command('oauth_revoke_token', { token: first }))
    t.is(revoked.status, 200)
    t.is(revoked.body, '""')
    t.is(await own.use(first), 401)
    t.true(own.forgotten.some(owner => /^token:[\w-]{43}$/.test(owner)))
    t.deepEqual(
      (await list()).map(each => each['token']),
      [second],
    )
    t.is((await own.ask(command('oauth_revoke_token', { token: 'nosuch' }))).body, '""')
    await own.oauth.revokeAllOf('admin@localhost')
    t.is(await own.use(second), 401)
    t.deepEqual(await list(), [])
  } finally {
    await own.close()
  }
})

test.serial('no token is used any more once its revocation was answered', async t => {
  const own = await openOauthHouse()
  try {
    for (let round = 0; round < 10; round++) {
      const given = await own.token()
      let answered = false
      const uses = Array.from({ length: 20 }, async () => {
        const late = answered
        const status = await own.use(given)
        t.true(status === 401 || (status === 200 && !late))
      })
      await own.ask(command('oauth_revoke_token', { token: given }))
      answered = true
      t.is(await own.use(given), 401)
      await Promise.all(uses)
    }
  } finally {
    await own.close()
  }
})

test.serial(
  'a password that changes ends the tokens that were issued for it, also while a login is under way',
  async t => {
    const own = await openOauthHouse()
    try {
      const before = await own.token()
      own.revisions.set('john@localhost', 'r2')
      t.is(await own.use(before), 401)
      t.is(await own.use(await own.token()), 200)
      own.duringLogin.act = () => own.revisions.set('john@localhost', 'r3')
      t.is(await own.use(await own.token()), 401)
      own.duringLogin.act = () => own.oauth.revokeAllOf('admin@localhost')
      const operator = tokenRequest({ username: 'admin@localhost', password: 'adminpw' })
      compare(t, { ...operator, ...BAD_PASSWORD }, await own.ask(operator))
      own.duringLogin.act = undefined
      own.revisions.delete('john@localhost')
      compare(t, { ...tokenRequest(), ...BAD_PASSWORD }, await own.ask(tokenRequest()))
    } finally {
      await own.close()
    }
  },
)

test.serial('tokens outlive restarts and reloads; nothing in the store or the log gives one away', async t => {
  const folder = temporaryFolder()
  t.teardown(folder.remove)
  const store = await Store.open(folder.path)
  const first = await openOauthHouse({}, { store })
  const given = await first.token()
  const jwt = await first.token({ token_format: 'jwt' })
  await first.kernel.reload('auth')
  t.is(await first.use(given), 200)
  t.is(await first.use(jwt), 200)
  await first.ask(command('oauth_add_client_password', { client_id: 'c1', client_name: 'C', secret: 'very secret' }))
  await first.ask(tokenRequest({ password: 'wrong secret' }))
  const ended = await first.token()
  await first.ask(command('oauth_revoke_token', { token: ended }))
  let stored = ''
  for (const name of ['oauth_tokens', 'oauth_clients', 'oauth_revoked']) {
    const namespace = store.namespace<object>('auth', name)
    for await (const entry of namespace.entries()) stored += JSON.stringify(entry)
    await store.release(namespace as never)
  }
  const audited = (await first.local('/kernel/audit?limit=100')).body
  const logged = JSON.stringify(first.log)
  for (const secret of [given, jwt, jwt.split('.')[2]!, ended, 'very secret', 'wrong secret', 'somePass']) {
    t.false(stored.includes(secret), `${secret} in the store`)
    t.false(logged.includes(secret), `${secret} in the log`)
    t.false(audited.includes(secret), `${secret} in the audit log`)
  }
  t.regex(audited, /"oauth\/token"/)
  t.regex(audited, /wrong credentials/)
  await first.close()
  const second = await openOauthHouse({}, { store: await Store.open(folder.path) })
  try {
    t.is(await second.use(given), 200)
    t.is(await second.use(ended), 401)
    const { body } = await second.ask(command('oauth_list_tokens'))
    t.is((JSON.parse(body) as unknown[]).length, 2)
  } finally {
    await second.close()
  }
})

test.serial('without the plugin that issues tokens the face says so in its own words', async t => {
  const own = await openOauthHouse()
  try {
    await own.kernel.stop('auth')
    const says = { status: 503, ...JSON_HEADERS, answer: /^{"error":"temporarily_unavailable",/ }
    compare(t, { ...tokenRequest(), ...says }, await own.ask(tokenRequest()))
  } finally {
    await own.close()
  }
})

test.serial('oauth_expire, as ejabberd writes times', async t => {
  for (const [written, seconds] of [
    [60, 60],
    ['2 hours', 7200],
    ['30 days', 2_592_000],
    ['infinity', 315_360_000],
    ['90', 90],
  ] as const) {
    const own = await openOauthHouse({ oauth_expire: written })
    compare(t, { ...tokenRequest(), ...token('status', seconds) }, await own.ask(tokenRequest()))
    await own.close()
  }
  for (const wrong of [0, '0', 'soon', '5 fortnights', -1]) {
    await t.throwsAsync(openOauthHouse({ oauth_expire: wrong }), { message: /oauth_expire/ })
  }
})

test.serial('oauth_client_id_check', async t => {
  const own = await openOauthHouse({ oauth_client_id_check: 'db' })
  try {
    const added = { client_id: 'c1', client_name: 'C', secret: 'p%q+r s&' }
    t.is((await own.ask(command('oauth_add_client_password', added))).body, '""')
    const web = { client_id: 'web', client_name: 'W', redirect_uri: 'http://127.0.0.1/cb' }
    t.is((await own.ask(command('oauth_add_client_implicit', web))).body, '""')
    const status = async (parameters: Record<string, string>, Authorization?: string) => {
      const asked = tokenRequest(parameters)
      const headers = { ...FORM, ...(Authorization === undefined ? {} : { Authorization }) }
      return (await own.ask({ ...asked, headers })).status
    }
    const { client_id: id, secret } = added
    t.is(await status({ client_id: id, client_secret: secret }), 200)
    t.is(await status({}, basic(id, secret)), 200)
    t.is(await status({}, basic(id, encodeURIComponent(secret))), 200)
    for (const wrong of ['', 'p%q', `${secret} `]) t.is(await status({ client_id: id, client_secret: wrong }), 401)
    for (const [wrong, text] of [
      ['c2', secret],
      ['', ''],
      ['web', ''],
      ['__proto__', ''],
      ['x'.repeat(500), 'x'],
    ] as const) {
      t.is(await status({ client_id: wrong, client_secret: text }), 401)
      t.is(await status({}, basic(wrong, text)), 401)
    }
    t.is(await status({}), 401)
    const refused = await own.ask(tokenRequest({ client_id: id }))
    t.is(refused.headers['content-type'], 'text/html; charset=utf-8')
    t.regex(refused.body, /<h1>401 Unauthorized<\/h1>/)
    t.is((await own.ask(command('oauth_remove_client', { client_id: id }))).body, '""')
    t.is(await status({ client_id: id, client_secret: secret }), 401)
    for (const bad of ['', 'a:b', 'é', 'x'.repeat(256)]) {
      t.is((await own.ask(command('oauth_add_client_password', { ...added, client_id: bad }))).status, 400)
    }
    const script = { ...web, redirect_uri: 'javascript:alert(1)' }
    t.is((await own.ask(command('oauth_add_client_implicit', script))).status, 400)
  } finally {
    await own.close()
  }
  const none = await openOauthHouse({ oauth_client_id_check: 'deny' })
  t.is((await none.ask(tokenRequest())).status, 401)
  await none.close()
})

test.serial(
  'the token of a JID that would expire first makes room for a further one; too many of all are refused',
  async t => {
    const own = await openOauthHouse({ oauth_max_tokens: 4, oauth_max_tokens_per_user: 3 })
    try {
      const given: string[] = []
      given.push(await own.token({ ttl: '315360000' }))
      for (let count = 0; count < 4; count++) given.push(await own.token())
      const statuses: number[] = []
      for (const each of given) statuses.push(await own.use(each))
      t.deepEqual(statuses, [200, 401, 401, 200, 200])
      const alice = tokenRequest({ username: 'alice@localhost', password: 'alicepw' })
      t.is((await own.ask(alice)).status, 200)
      const full = await own.ask(alice)
      t.is(full.status, 503)
      t.regex(full.body, /^{"error":"temporarily_unavailable"/)
    } finally {
      await own.close()
    }
  },
)
