import test from 'ava'
import { sign } from 'jsonwebtoken'
import type { AuditEntry } from '../../../kernel/audit/entry.js'
import { type Answer, basic } from '../../faces/exchange.js'
import { ADMIN, KEY, openHouse, PASSWORD, type TestHouse } from '../../faces/house.js'

const JOHN = basic('john@localhost', 'somePass')
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

const openXmpp = (config: Record<string, unknown> = {}, plugins = {}) =>
  openHouse({ start: ['xmpp-server', 'xmpp-admin'], config, plugins })

async function run(house: TestHouse, name: string, given: object): Promise<unknown> {
  const { status, body } = await house.local(`/api/${name}`, { method: 'POST', body: JSON.stringify(given) })
  if (status !== 200) throw new Error(`${name}: ${status} ${body}`)
  return JSON.parse(body)
}

const register = (house: TestHouse, user = 'john', password = 'somePass') =>
  run(house, 'register', { user, host: 'localhost', password })
const get = (house: TestHouse, path: string, Authorization: string): Promise<Answer> =>
  house.ask({ path, headers: { Authorization } })
const form = (house: TestHouse, path: string, fields: Record<string, string>, headers = {}): Promise<Answer> =>
  house.ask({ method: 'POST', path, headers: { ...FORM, ...headers }, body: new URLSearchParams(fields).toString() })

async function tokenOf(house: TestHouse, username: string, password: string, scope = 'ejabberd:admin') {
  const answer = await form(house, '/oauth/token', { grant_type: 'password', username, password, scope })
  return `Bearer ${(JSON.parse(answer.body) as { access_token: string }).access_token}`
}

async function hermesSession(house: TestHouse, username: string, password: string) {
  const answer = await form(house, '/api/auth/login', { username, password })
  const { session, auth_key } = JSON.parse(answer.body) as { session: string; auth_key: string }
  const [Cookie] = ([answer.headers['set-cookie']].flat()[0] ?? '').split(';')
  return { fields: { session, auth_key }, headers: { Cookie: Cookie! } }
}

test.serial('an account climbs the ladder of admin_rest: known, administrator, served', async t => {
  const house = await openXmpp({ admins: ['Boss@localhost'] })
  for (const user of ['john', 'boss']) await register(house, user)
  const ping = (who: string) => get(house, '/admin_rest/ping', who)
  t.is((await ping(JOHN)).body, '{"result":"User must be an administrator"}')
  t.is((await ping(basic('john@localhost', 'wrong'))).body, '{"result":"Authentication failure"}')
  t.is((await ping(basic('nobody@localhost', 'x'))).body, '{"result":"Authentication failure"}')
  t.is((await ping(basic('john@elsewhere', 'somePass'))).status, 404)
  t.is((await ping(basic('boss@localhost', 'somePass'))).body, '{"result":"PONG"}')
  t.is((await ping(basic('BOSS@Localhost/phone', 'somePass'))).status, 200, 'prepared, and without its resource')
  await house.kernel.stop('xmpp-server')
  t.is((await ping(basic('john@localhost', 'another'))).status, 503, 'nobody can tell')
  t.is((await ping(ADMIN)).status, 200, 'operators need no backend')
  await house.close()
})

test.serial('what is remembered of an account ends with its password, and with the account', async t => {
  const house = await openXmpp({
    oauth_access: 'all',
    api_permissions: {
      basic: { who: { user: 'john@localhost' }, what: 'status' },
      token: { who: { oauth: { scope: 'status', access: 'all' } }, what: 'status' },
    },
  })
  await register(house)
  const status = async (who: string) => (await get(house, '/api/status', who)).status
  t.is(await status(JOHN), 200)
  t.is(await status(JOHN), 200)
  const token = await tokenOf(house, 'john@localhost', 'somePass', 'status')
  t.is(await status(token), 200)
  await run(house, 'change_password', { user: 'john', host: 'localhost', newpass: 'another' })
  t.is(await status(JOHN), 401)
  t.is(await status(token), 401)
  const changed = basic('john@localhost', 'another')
  t.is(await status(changed), 200)
  await house.kernel.reload('xmpp-server')
  t.is(await status(changed), 200, 'a reload of the backend ends nothing')
  await run(house, 'unregister', { user: 'john', host: 'localhost' })
  t.is(await status(changed), 401)
  await register(house, 'john', 'another')
  t.is(await status(token), 401, 'the token was for the account before')
  await house.close()
})

test.serial(
  'what is remembered of an operator ends with the password, and with the operator, on every face',
  async t => {
    const house = await openXmpp()
    const user = { username: 'second', password: 'pw', tags: 'administrator' }
    const change = (method: string, path: string, body?: object) =>
      house.ask({
        method,
        path: `/api/v2/${path}`,
        headers: { Authorization: ADMIN },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    t.is((await change('POST', 'users', user)).body, '{"code":0,"result":[]}')
    const statuses = async (password: string, token: string, hermes: Awaited<ReturnType<typeof hermesSession>>) => [
      (await get(house, '/admin_rest/ping', basic('second@localhost', password))).status,
      (await get(house, '/api/status', basic('second@localhost', password))).status,
      (await get(house, '/api/v2/users', basic('second', password))).status,
      (await get(house, '/kernel/plugins', basic('second', password))).status,
      (await get(house, '/api/status', token)).status,
      JSON.parse((await form(house, '/api/auth/list_users', hermes.fields, hermes.headers)).body).response,
    ]
    const login = async (password: string) =>
      [
        password,
        await tokenOf(house, 'second@localhost', password),
        await hermesSession(house, 'second', password),
      ] as const
    const first = await login('pw')
    t.deepEqual(await statuses(...first), [200, 200, 200, 200, 200, 'ok'])
    await house.kernel.reload('auth')
    t.deepEqual(await statuses(...first), [200, 200, 200, 200, 200, 'ok'], 'a reload ends nothing')
    await change('PUT', 'change_pwd/second', { password: 'other', old_pwd: 'pw', new_pwd: 'other' })
    t.deepEqual(await statuses(...first), [401, 401, 401, 401, 401, 'failed'])
    const second = await login('other')
    t.deepEqual(await statuses(...second), [200, 200, 200, 200, 200, 'ok'])
    t.is((await change('DELETE', 'users/second')).body, '{"code":0,"result":[]}')
    t.deepEqual(await statuses(...second), [401, 401, 401, 401, 401, 'failed'])
    await house.close()
  },
)

test.serial('guessing closes the door to a name from an address, and to nobody else', async t => {
  const house = await openXmpp({ trusted_proxies: ['127.0.0.1'] }, { auth: { scrypt_cost: 1024 } })
  await register(house)
  const ask = async (name: string, password: string, address: string) =>
    (
      await house.ask({
        path: '/api/status',
        headers: { Authorization: basic(name, password), 'X-Forwarded-For': address },
      })
    ).status
  t.is(await ask('admin@localhost', PASSWORD, '203.0.113.9'), 200, 'logged in before')
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      ask(n % 2 ? 'admin@localhost' : 'ADMIN@localhost', `guess ${n}`, '203.0.113.9'),
    ),
  )
  t.is(await ask('admin@localhost', `${PASSWORD}`, '203.0.113.9'), 200, 'who was logged in stays so')
  const fresh = (name: string) => `/kernel/plugins?${name}`
  const again = await house.ask({
    path: fresh('x'),
    headers: { Authorization: basic('admin@localhost', PASSWORD), 'X-Forwarded-For': '203.0.113.9' },
  })
  t.is(again.status, 401, 'refused without being looked at, in the ordinary words, on every face')
  t.is(await ask('admin@localhost', PASSWORD, '203.0.113.10'), 200, 'the owner elsewhere')
  t.is(await ask('john@localhost', 'somePass', '203.0.113.9'), 403, 'a colleague there is known, and may not')
  t.true(house.log.some(({ message }) => /wrong logins of "admin@localhost" from 203\.0\.113\.9/.test(message)))
  await house.close()
})

test.serial('the audit log has what was changed on each face, by whom, and no secret', async t => {
  const house = await openXmpp()
  const emq = { username: 'bob', password: 'hunter2-emq', tags: 'x' }
  await house.ask({
    method: 'POST',
    path: '/api/v2/users',
    headers: { Authorization: ADMIN },
    body: JSON.stringify(emq),
  })
  await house.ask({
    method: 'POST',
    path: '/api/register',
    headers: { Authorization: ADMIN },
    body: JSON.stringify({ user: 'x', host: 'localhost', password: 'hunter2-xmpp' }),
  })
  await get(house, '/api/v1/api-key/add?key=hunter2-key-hunter2', KEY)
  const hermes = await hermesSession(house, 'admin', PASSWORD)
  const added = { ...hermes.fields, username: 'eve', password: 'hunter2-hermes' }
  await form(house, '/hermes/api/auth/add_user', added, hermes.headers)
  const token = await tokenOf(house, 'admin@localhost', PASSWORD)
  await house.ask({ method: 'PUT', path: '/admin_rest/module/nope', headers: { Authorization: ADMIN } })
  await get(house, '/api/v1/api-key/add/key=hunter2-path', basic('wrong-key-hunter2', ''))
  const answer = await get(house, '/kernel/audit', ADMIN)
  const { entries } = JSON.parse(answer.body) as { entries: AuditEntry[] }
  t.deepEqual(
    entries
      .reverse()
      .map(({ face, command, who, result }) => [face, command, who && `${who.kind} ${who.name}`, result]),
    [
      ['vernemq', 'api-key add', 'local control socket', 'done'],
      ['emq', 'POST users', 'operator admin', 'done'],
      ['ejabberd', 'register', 'operator admin', 'done'],
      ['vernemq', 'api-key add', 'key key-…', 'done'],
      ['hermes', 'auth/login', 'session admin', 'done'],
      ['hermes', 'auth/add_user', 'session admin', 'done'],
      ['oauth', 'oauth/token', 'operator admin', 'done'],
      ['admin_rest', 'PUT /module/nope', 'operator admin', 'failed'],
    ],
  )
  const everything = answer.body + JSON.stringify(house.log)
  for (const secret of ['hunter2', PASSWORD, token.slice(7), hermes.fields.auth_key]) {
    t.false(everything.includes(secret), `${secret} is nowhere`)
  }
  await house.close()
})

test.serial('explain asks the engine that decides', async t => {
  const house = await openXmpp({
    acl: { apicommands: { user: 'john@localhost' } },
    api_permissions: { 'some playing': { who: { acl: 'apicommands' }, what: 'status' } },
  })
  await register(house)
  const explain = async (query: string) => {
    const { status, body } = await house.local(`/kernel/explain?${query.replaceAll(' ', '%20')}`)
    t.is(status, 200, body)
    return JSON.parse(body) as { allowed: boolean; caller: string; rules: { name: string }[]; change?: string }
  }
  const decided = async (query: string) => (await explain(query)).allowed
  t.true(await decided('as=john@localhost&command=status'))
  const refused = await explain('as=john@localhost&command=registered_users&host=localhost&ip=10.0.0.7')
  t.false(refused.allowed)
  t.regex(refused.change ?? '', /registered_users/)
  t.is((await get(house, '/api/registered_users?host=localhost', JOHN)).status, 403)
  t.false(await decided('as=admin&command=status'), 'the configured rule replaces the default')
  t.false(await decided('as=john@localhost&scope=ejabberd:admin&command=status'), 'a token matches only oauth entries')
  t.true(await decided('as=admin&face=emq&command=GET users'))
  t.true(await decided('as=admin@localhost&face=admin_rest&command=GET modules'))
  t.false(await decided('as=john@localhost&face=admin_rest&command=GET modules'))
  t.true(await decided('face=vernemq&command=api-key show&scope=mgmt'))
  t.false(await decided('face=vernemq&command=api-key show&scope=metrics'))
  t.true(await decided('as=admin&face=hermes&command=auth/list_users'))
  t.true(await decided('as=admin&face=native&command=POST /kernel/plugins/x/stop'))
  t.false(await decided('face=native&command=GET /kernel/plugins'))
  t.is((await house.local('/kernel/explain?command=nope')).status, 404)
  t.is((await house.local('/kernel/explain?command=status&ip=here')).status, 400)
  t.is((await house.local('/kernel/explain?face=emqq&command=x')).status, 400)
  await house.close()
})

test.serial('who may do everything on EMQ gets nothing elsewhere, whatever he is called', async t => {
  const house = await openXmpp({ acl: { admin: { user: ['boss@localhost'] } }, admins: ['boss@localhost'] })
  await register(house, 'boss', 'real')
  const emq = (body: object, who: string) =>
    house.ask({ method: 'POST', path: '/api/v2/users', headers: { Authorization: who }, body: JSON.stringify(body) })
  await emq({ username: 'view', password: 'v', tags: 'viewer' }, ADMIN)
  t.is((await emq({ username: 'boss', password: 'evil', tags: '' }, basic('view', 'v'))).body, '{"code":0,"result":[]}')
  for (const path of ['/api/registered_users?host=localhost', '/admin_rest/modules']) {
    t.is((await get(house, path, basic('boss@localhost', 'evil'))).status, 401, path)
    t.is((await get(house, path, basic('boss@localhost', 'real'))).status, 200, 'the account is as it was')
  }
  const made = await emq({ username: 'x', password: '', tags: 'administrator' }, ADMIN)
  t.is(JSON.parse(made.body).code, 104, 'no administrator without a password')
  await house.close()
})

test.serial(
  'a JID that becomes an operator’s ends what its account had, and tokens never turn into the operator’s',
  async t => {
    const house = await openXmpp({
      oauth_access: 'all',
      api_permissions: {
        'for accounts': { who: { user: 'boss@localhost' }, what: 'status' },
        'for tokens': { who: { oauth: { scope: 'ejabberd:admin', acl: 'admin' } }, what: '*' },
      },
    })
    await register(house, 'boss', 'real')
    const status = async (who: string) => (await get(house, '/api/status', who)).status
    const account = basic('boss@localhost', 'real')
    t.is(await status(account), 200)
    const token = await tokenOf(house, 'boss@localhost', 'real')
    t.is(await status(token), 403, 'no administrator')
    const { token: issued } = (await run(house, 'oauth_issue_token', {
      jid: 'ghost@localhost',
      ttl: 60,
      scopes: 'ejabberd:admin',
    })) as { token: string }
    t.is(await status(`Bearer ${issued}`), 403)
    for (const username of ['boss', 'ghost']) {
      const body = JSON.stringify({ username, password: 'op', tags: 'administrator' })
      await house.ask({ method: 'POST', path: '/api/v2/users', headers: { Authorization: ADMIN }, body })
    }
    t.is(await status(account), 401)
    t.is(await status(token), 401)
    t.is(await status(`Bearer ${issued}`), 401)
    t.is(await status(await tokenOf(house, 'boss@localhost', 'op')), 200)
    await house.close()
  },
)

test.serial('a token from the command line ends with its account', async t => {
  const house = await openXmpp({
    oauth_access: 'all',
    api_permissions: { 'for tokens': { who: { oauth: { scope: 'status', access: 'all' } }, what: 'status' } },
  })
  const issue = async (user: string) =>
    `Bearer ${((await run(house, 'oauth_issue_token', { jid: `${user}@localhost`, ttl: 60, scopes: 'status' })) as { token: string }).token}`
  const status = async (who: string) => (await get(house, '/api/status', who)).status
  await register(house)
  const [johns, nobodys] = [await issue('john'), await issue('nobody')]
  t.deepEqual([await status(johns), await status(nobodys)], [200, 200], 'the account need not exist')
  await register(house, 'nobody', 'x')
  t.is(await status(nobodys), 401, 'who registers later is somebody else')
  await run(house, 'unregister', { user: 'john', host: 'localhost' })
  t.is(await status(johns), 401)
  await house.close()
})

test.serial('change_pwd is no place for guessing, and who was removed changes nothing any more', async t => {
  const house = await openXmpp()
  const emq = async (method: string, path: string, body: object | undefined, who: string) =>
    JSON.parse(
      (
        await house.ask({
          method,
          path: `/api/v2/${path}`,
          headers: { Authorization: who },
          ...(body ? { body: JSON.stringify(body) } : {}),
        })
      ).body,
    ).code
  await emq('POST', 'users', { username: 'b', password: 'b', tags: 'administrator' }, ADMIN)
  const b = basic('b', 'b')
  t.is(await emq('PUT', 'users/b', { tags: 'admin' }, b), 0)
  const answers = await Promise.all([
    emq('DELETE', 'users/b', undefined, ADMIN),
    emq('POST', 'users', { username: 'evil', password: 'e', tags: 'administrator' }, b).catch(() => -1),
  ])
  t.is(answers[0], 0)
  t.not(answers[1], 0, 'by who is gone')
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => emq('PUT', 'change_pwd/admin', { old_pwd: `${n}`, new_pwd: 'x' }, ADMIN)),
  )
  t.is(await emq('PUT', 'change_pwd/admin', { old_pwd: PASSWORD, new_pwd: 'x' }, ADMIN), 114, 'refused without a look')
  await house.close()
})

test.serial('issuers that are gone are not believed any more, also by a reload', async t => {
  const secret = 'a secret of more than thirty-two bytes'
  const issuer = { issuer: 'idp', keys: [{ algorithm: 'HS256', secret }] }
  const plugins = { auth: { scrypt_cost: 1024, jwt: { issuers: [issuer] } } }
  const house = await openXmpp(
    { api_permissions: { all: { who: { oauth: { scope: 'status', access: 'all' } }, what: 'status' } } },
    plugins,
  )
  const token = sign({ scope: 'status', sub: 'ann@localhost' }, secret, { issuer: 'idp', expiresIn: 600 })
  const status = async () => (await get(house, '/api/status', `Bearer ${token}`)).status
  t.is(await status(), 200)
  plugins.auth.jwt.issuers = []
  await house.kernel.reload('auth')
  t.is(await status(), 401)
  await house.close()
})
