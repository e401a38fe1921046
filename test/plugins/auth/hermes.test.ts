import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Store } from '../../../kernel/store/store.js'
import { type KeptSessions, type SessionOwner, Sessions } from '../../../plugins/auth/hermes/sessions.js'
import { type Bench, openBench, openStore, PASSWORD } from './bench.js'

async function withBench(options: Parameters<typeof openBench>[0], act: (bench: Bench) => Promise<void>) {
  const bench = await openBench(options)
  try {
    await act(bench)
  } finally {
    await bench.close()
  }
}

type Reply = Record<string, unknown>

interface Session {
  session: string
  cookie: string
  auth_key: string
  header: string
}

/** A call over HTTP, with a session's three parts unless others are given. */
async function call(bench: Bench, node: string, parameters: Record<string, string> = {}, by?: Partial<Session>) {
  const proof: Record<string, string> = by ? { session: by.session ?? '', auth_key: by.auth_key ?? '' } : {}
  const answer = await bench.ask({
    method: 'POST',
    path: `/api/${node}`,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(by?.cookie === undefined ? {} : { Cookie: `other=1; ${by.session}=${by.cookie}` }),
    },
    body: new URLSearchParams({ ...proof, ...parameters }).toString(),
  })
  const [header = ''] = [answer.headers['set-cookie'] ?? ''].flat()
  return { reply: JSON.parse(answer.body) as Reply, header, status: answer.status, body: answer.body }
}

async function login(bench: Bench, parameters: Record<string, string> = { username: 'admin', password: PASSWORD }) {
  const { reply, header } = await call(bench, 'auth/login', parameters)
  const { session, auth_key } = reply as { session: string; auth_key: string }
  return { session, auth_key, header, cookie: /=([^;]*);/.exec(header)?.[1] ?? '' }
}

const UNAUTHORIZED = {
  response: 'failed',
  cause: 'unauthorized',
  detail: 'a valid session, its cookie and its auth_key are needed',
}
const WRONG = {
  response: 'failed',
  cause: 'unauthorized',
  detail: 'the username and password, or the API key, are not valid here',
}
const failed = (cause: string) => ({ response: 'failed', cause })
const INVALID = { response: 'invalid', cause: 'parameters' }
const long = 'x'.repeat(256)

// contracts/hermes.md §1.4, in this order
const USERS: [node: string, parameters: Record<string, string>, reply: Reply][] = [
  ['auth/add_user', { username: 'bob', password: 'pw' }, { response: 'ok', user: 'bob', access: 'limited_read' }],
  ['auth/add_user', { username: 'bob', password: 'pw' }, failed('exists')],
  ['auth/add_user', { username: 'BOB', password: 'pw' }, failed('exists')],
  ['auth/add_user', { username: 'carol' }, INVALID],
  ['auth/add_user', { username: '', password: 'x' }, INVALID],
  ['auth/add_user', { username: long, password: 'x' }, INVALID],
  ['auth/add_user', { username: 'a\0', password: 'x' }, INVALID],
  ['auth/update_user', { username: 'bob', password: 'new' }, { response: 'ok', user: 'bob' }],
  ['auth/update_user', { username: 'nope', password: 'new' }, failed('nonexistant')],
  ['auth/update_user', { username: 'bob' }, INVALID],
  [
    'auth/authorize_user',
    { username: 'bob', access: 'full_read' },
    { response: 'ok', user: 'bob', access: 'full_read' },
  ],
  ['auth/authorize_user', { username: 'nope', access: 'full_read' }, failed('nonexistant')],
  ['auth/authorize_user', { username: '__proto__', access: 'full_read' }, failed('nonexistant')],
  ['auth/authorize_user', { username: 'bob', access: 'everything' }, INVALID],
  ['auth/authorize_user', { username: 'bob', access: 'constructor' }, INVALID],
  ['auth/authorize_user', { username: 'bob' }, INVALID],
  [
    'auth/list_users',
    {},
    {
      response: 'ok',
      list: [
        { user: 'admin', access: 'read_write' },
        { user: 'bob', access: 'full_read' },
      ],
    },
  ],
  ['auth/remove_user', { username: 'bob' }, { response: 'ok', user: 'bob' }],
  ['auth/remove_user', { username: 'bob' }, failed('nonexistant')],
  ['auth/remove_user', { username: '' }, INVALID],
  ['auth/remove_user', {}, INVALID],
  ['auth/remove_user', { username: 'admin' }, failed('error')],
  ['auth/authorize_user', { username: 'admin', access: 'limited_read' }, failed('error')],
]

const KEYS: [node: string, parameters: Record<string, string>, reply: Reply][] = [
  ['auth/list_apikeys', {}, { response: 'ok', list: [] }],
  ['auth/new_apikey', { access: 'full_read' }, INVALID],
  ['auth/new_apikey', { host_ip: '10.0.0.1' }, INVALID],
  ...['x', '10.0.0.256', '10.0.0.0/33', '10.0.0.1,10.0.0.2', 'all', 'localhost', '::1/129'].map(
    host_ip =>
      ['auth/new_apikey', { host_ip, access: 'full_read' }, INVALID] as [string, Record<string, string>, Reply],
  ),
  ['auth/new_apikey', { host_ip: '10.0.0.1', access: 'root' }, INVALID],
  ['auth/new_apikey', { host_ip: '10.0.0.1', access: '__proto__' }, INVALID],
  ['auth/remove_apikey', {}, INVALID],
  ['auth/remove_apikey', { api_key: 'nope' }, failed('nonexistant')],
  ['auth/remove_apikey', { api_key: '__proto__.x' }, failed('nonexistant')],
]

for (const [name, rows] of [
  ['users', USERS],
  ['API keys', KEYS],
] as const) {
  test.serial(`${name}, row by row, over a session and over the control socket`, async t => {
    await withBench({}, async bench => {
      for (const [node, parameters, reply] of rows) {
        t.like(await bench.node(node, parameters), reply, `${node} ${JSON.stringify(parameters)}`)
      }
    })
    await withBench({}, async bench => {
      const by = await login(bench)
      for (const [node, parameters, reply] of rows) {
        t.like((await call(bench, node, parameters, by)).reply, reply, `${node} ${JSON.stringify(parameters)}`)
      }
    })
  })
}

test.serial('a user without a name, as EMQ used to make them, can be removed', async t => {
  await withBench({}, async bench => {
    t.is(await bench.operators.add('', '', '', { kind: 'local', name: 'test' }), 'done')
    t.deepEqual((await bench.node('auth/list_users'))['list'], [
      { user: '', access: '' },
      { user: 'admin', access: 'read_write' },
    ])
    t.like(await bench.node('auth/remove_user', { username: '' }), { response: 'ok', user: '' })
  })
})

test.serial('login: a session, its cookie and an auth_key; the reply never contains the id', async t => {
  await withBench({}, async bench => {
    for (const [path, mount] of [
      ['/api', '/api'],
      ['/hermes/api', '/hermes/api'],
    ] as const) {
      const { headers, body } = await bench.ask({
        method: 'POST',
        path: `${path}/auth/login`,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username: 'admin', password: PASSWORD }),
      })
      const reply = JSON.parse(body)
      t.deepEqual(Object.keys(reply), ['response', 'session', 'auth_key'])
      t.regex(reply.session, /^hermes_[0-9a-f]{16}$/)
      t.is(Buffer.from(reply.auth_key, 'base64url').length, 24)
      const [cookie = ''] = [headers['set-cookie']!].flat()
      const value = /=([^;]+);/.exec(cookie)![1]!
      t.is(cookie, `${reply.session}=${value}; Path=${mount}; Max-Age=3600; HttpOnly; SameSite=Strict`)
      t.is(Buffer.from(value, 'base64url').length, 24)
      t.false(body.includes(value))
    }
  })
})

test.serial('over TLS the cookie is Secure', async t => {
  const listen = [{ port: 0, ip: '127.0.0.1', tls: true, request_handlers: { '/': 'everything' } }]
  await withBench({ listen }, async bench => {
    const cookie = await new Promise<string>((resolve, reject) => {
      const options = { method: 'POST', rejectUnauthorized: false, agent: false } as const
      const request = httpsRequest(`${bench.url.replace('http:', 'https:')}/api/auth/login`, options, response => {
        response.resume()
        resolve(response.headers['set-cookie']?.[0] ?? '')
      })
      request.on('error', reject)
      request.setHeader('Content-Type', 'application/x-www-form-urlencoded')
      request.end(new URLSearchParams({ username: 'admin', password: PASSWORD }).toString())
    })
    t.regex(cookie, /; HttpOnly; SameSite=Strict; Secure$/)
  })
})

test.serial('login refuses with one text whatever was wrong', async t => {
  await withBench({ accounts: { 'john@localhost': 'his' } }, async bench => {
    await bench.emq('POST', 'users', { username: 'emq only', password: 'pw', tags: 'some' })
    const { key = '' } = (await bench.node('auth/new_apikey', { host_ip: '10.0.0.0/8', access: 'read_write' })) as Reply
    const wrong: Record<string, string>[] = [
      { username: 'admin', password: 'wrong' },
      { username: 'admin', password: '' },
      { username: 'nobody', password: PASSWORD },
      { username: 'emq only', password: 'pw' },
      { username: 'john@localhost', password: 'his' },
      { api_key: 'nope' },
      { api_key: 'nope.nope' },
      { api_key: '.' },
      { api_key: `${key}x` },
      { api_key: String(key) },
      { api_key: String(key).split('.')[0]! },
    ]
    for (const parameters of wrong) {
      const { reply, header } = await call(bench, 'auth/login', parameters)
      t.deepEqual(reply, WRONG, JSON.stringify(parameters))
      t.is(header, '')
    }
    const missing: Record<string, string>[] = [{}, { username: 'admin' }, { password: 'x' }, { api_key: '' }]
    for (const parameters of missing) {
      t.like((await call(bench, 'auth/login', parameters)).reply, INVALID, JSON.stringify(parameters))
    }
  })
})

test.serial('every call needs the session, its own cookie and its newest auth_key', async t => {
  await withBench({}, async bench => {
    const one = await login(bench)
    const two = await login(bench)
    const ping = async (by?: Partial<Session>) => (await call(bench, 'auth/list_users', {}, by)).reply
    t.like(await ping(one), { response: 'ok' })
    for (const by of [
      undefined,
      {},
      { ...one, cookie: undefined },
      { ...one, cookie: '' },
      { ...one, cookie: two.cookie },
      { ...one, cookie: `${one.cookie}x` },
      { ...one, cookie: one.auth_key },
      { ...one, auth_key: two.auth_key },
      { ...one, auth_key: '' },
      { ...one, auth_key: one.auth_key.slice(1) },
      { ...one, session: two.session },
      { ...one, session: 'hermes_0000000000000000' },
      { ...one, session: '__proto__' },
      { ...two, session: one.session },
    ] as (Partial<Session> | undefined)[]) {
      t.deepEqual(await ping(by), UNAUTHORIZED, JSON.stringify(by && Object.keys(by)))
    }
    t.like(await ping(one), { response: 'ok' }, 'wrong calls end nothing')
  })
})

test.serial('ping gives a new auth_key, and the old one dies at once', async t => {
  await withBench({}, async bench => {
    const by = await login(bench)
    const { reply, header } = await call(bench, 'auth/ping', {}, by)
    t.is(reply['response'], 'pong')
    t.is(header, `${by.session}=${by.cookie}; Path=/api; Max-Age=3600; HttpOnly; SameSite=Strict`)
    const next = { ...by, auth_key: reply['auth_key'] as string }
    t.not(next.auth_key, by.auth_key)
    t.deepEqual((await call(bench, 'auth/ping', {}, by)).reply, UNAUTHORIZED)
    t.deepEqual((await call(bench, 'auth/list_users', {}, by)).reply, UNAUTHORIZED)
    t.like((await call(bench, 'auth/list_users', {}, next)).reply, { response: 'ok' })
    const both = await Promise.all([call(bench, 'auth/ping', {}, next), call(bench, 'auth/ping', {}, next)])
    t.deepEqual(both.map(each => each.reply['response']).sort(), ['failed', 'pong'], 'one auth_key, one successor')
    t.deepEqual((await bench.node('auth/ping')) as object, UNAUTHORIZED, 'the control socket has no session')
  })
})

test.serial('logout needs the cookie, clears it, and ends that session only', async t => {
  await withBench({}, async bench => {
    const one = await login(bench)
    const two = await login(bench)
    for (const by of [{ session: one.session }, { ...one, cookie: two.cookie }, { session: 'nope', cookie: 'x' }]) {
      t.like((await call(bench, 'auth/logout', {}, by)).reply, failed('nonexistant'))
    }
    t.like((await call(bench, 'auth/logout')).reply, INVALID)
    const { reply, header } = await call(bench, 'auth/logout', {}, { session: one.session, cookie: one.cookie })
    t.deepEqual(reply, { response: 'ok' })
    t.is(header, `${one.session}=; Path=/api; Max-Age=0; HttpOnly; SameSite=Strict`)
    t.deepEqual((await call(bench, 'auth/list_users', {}, one)).reply, UNAUTHORIZED)
    t.like((await call(bench, 'auth/logout', {}, one)).reply, failed('nonexistant'))
    t.like((await call(bench, 'auth/list_users', {}, two)).reply, { response: 'ok' })
  })
})

test.serial('levels: who reads does not write', async t => {
  await withBench({}, async bench => {
    const levels = { limited_read: 1, full_read: 2, read_write: 3 }
    for (const [access, level] of Object.entries(levels)) {
      await bench.node('auth/add_user', { username: access, password: 'pw' })
      await bench.node('auth/authorize_user', { username: access, access })
      const by = await login(bench, { username: access, password: 'pw' })
      t.deepEqual(
        (await call(bench, 'auth/list_users', {}, by)).reply['response'],
        level >= 2 ? 'ok' : 'failed',
        `${access} list_users`,
      )
      t.like((await call(bench, 'auth/ping', {}, by)).reply, { response: 'pong' })
      t.deepEqual(bench.proofs.at(-1)!.identity, { kind: 'session', name: access, level })
      t.is(bench.proofs.at(-1)!.owner, `operator:${access}`)
    }
    const by = await login(bench, { username: 'full_read', password: 'pw' })
    for (const node of ['add_user', 'update_user', 'remove_user', 'authorize_user', 'new_apikey', 'remove_apikey']) {
      t.deepEqual((await call(bench, `auth/${node}`, {}, by)).reply, UNAUTHORIZED, node)
    }
    t.like((await call(bench, 'auth/list_apikeys', {}, by)).reply, { response: 'ok' })
  })
})

test.serial('a changed or removed user loses his sessions, others keep theirs', async t => {
  await withBench({}, async bench => {
    const admin = await login(bench)
    const changes: (() => Promise<unknown>)[] = [
      () => bench.node('auth/update_user', { username: 'bob', password: 'new' }),
      () => bench.node('auth/authorize_user', { username: 'bob', access: 'full_read' }),
      () => bench.emq('PUT', 'users/bob', { tags: 'limited_read' }),
      () => bench.emq('PUT', 'change_pwd/bob', { old_pwd: 'pw', new_pwd: 'x' }),
      () => bench.emq('DELETE', 'users/bob'),
    ]
    for (const change of changes) {
      await bench.node('auth/remove_user', { username: 'bob' })
      await bench.node('auth/add_user', { username: 'bob', password: 'pw' })
      const by = await login(bench, { username: 'bob', password: 'pw' })
      t.like((await call(bench, 'auth/ping', {}, by)).reply, { response: 'pong' })
      const again = await login(bench, { username: 'bob', password: 'pw' })
      await change()
      t.deepEqual((await call(bench, 'auth/ping', {}, again)).reply, UNAUTHORIZED, String(change))
    }
    t.like((await call(bench, 'auth/list_users', {}, admin)).reply, { response: 'ok' })
  })
})

test.serial('an API key is shown once, opens sessions from its network, and takes them with it', async t => {
  await withBench({}, async bench => {
    const made = await bench.node('auth/new_apikey', { host_ip: '127.0.0.0/8', access: 'full_read' })
    t.like(made, { response: 'ok', host: '127.0.0.0/8', access: 'full_read' })
    const key = made['key'] as string
    t.regex(key, /^[0-9a-f]{12}\.[\w-]{32}$/)
    const [id = ''] = key.split('.')
    t.deepEqual((await bench.node('auth/list_apikeys'))['list'], [
      { key: id, host: '127.0.0.0/8', access: 'full_read' },
    ])
    const by = await login(bench, { api_key: key })
    t.like((await call(bench, 'auth/list_users', {}, by)).reply, { response: 'ok' })
    t.like(bench.proofs.at(-1)!, {
      identity: { kind: 'session', name: id, level: 2 },
      owner: `hermes-key:${id}`,
    })
    t.like(await bench.node('auth/remove_apikey', { api_key: `${id}.wrong` }), failed('nonexistant'))
    bench.forgotten.length = 0
    t.deepEqual(await bench.node('auth/remove_apikey', { api_key: key }), { response: 'ok', key: id })
    t.deepEqual(bench.forgotten, [`hermes-key:${id}`])
    t.deepEqual((await call(bench, 'auth/list_users', {}, by)).reply, UNAUTHORIZED)
    t.deepEqual((await call(bench, 'auth/login', { api_key: key })).reply, WRONG)
    const other = await bench.node('auth/new_apikey', { host_ip: '::ffff:127.0.0.1', access: 'limited_read' })
    t.truthy((await login(bench, { api_key: other['key'] as string })).session, 'mapped IPv4')
    t.like(await bench.node('auth/remove_apikey', { api_key: (other['key'] as string).split('.')[0]! }), {
      response: 'ok',
    })
  })
})

test.serial('sessions survive a reload but not a restart; keys survive both', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-hermes-'))
  try {
    let key = ''
    let by: Session | undefined
    await withBench({ store: await Store.open(folder) }, async bench => {
      key = (await bench.node('auth/new_apikey', { host_ip: '127.0.0.1', access: 'read_write' }))['key'] as string
      by = await login(bench)
      await bench.kernel.reload('auth')
      t.like((await call(bench, 'auth/list_users', {}, by)).reply, { response: 'ok' })
    })
    await withBench({ store: await Store.open(folder) }, async bench => {
      t.deepEqual((await call(bench, 'auth/list_users', {}, by)).reply, UNAUTHORIZED)
      const again = await login(bench, { api_key: key })
      t.like((await call(bench, 'auth/list_users', {}, again)).reply, { response: 'ok' })
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.serial('no key, cookie or password reaches the store, the log or the audit log', async t => {
  const { store, everything } = openStore()
  await withBench({ store }, async bench => {
    const key = (await bench.node('auth/new_apikey', { host_ip: '127.0.0.1', access: 'read_write' }))['key'] as string
    const by = await login(bench)
    const other = await login(bench, { api_key: key })
    await call(bench, 'auth/add_user', { username: 'bob', password: 'secret of bob' }, by)
    await call(bench, 'auth/login', { username: 'bob', password: 'a wrong secret' })
    await call(bench, 'auth/login', { api_key: `${key}-wrong` })
    await call(bench, 'auth/ping', {}, { ...by, auth_key: 'a wrong auth_key' })
    await call(bench, 'auth/logout', {}, other)
    const audit = (await bench.local('/kernel/audit')).body
    const entries = JSON.parse(audit).entries as { command: string; who: object; result: string }[]
    t.deepEqual(
      entries.map(({ command }) => command),
      ['auth/logout', 'auth/add_user', 'auth/login', 'auth/login', 'auth/new_apikey'],
      'failed logins are counted instead',
    )
    t.deepEqual(entries[3]!.who, { kind: 'session', name: 'admin' })
    const all = `${await everything()} ${JSON.stringify(bench.log)} ${audit}`
    const secrets = [key, key.split('.')[1]!, by.cookie, by.auth_key, other.cookie, other.auth_key]
    for (const secret of [...secrets, 'secret of bob', 'a wrong secret', 'a wrong auth_key', PASSWORD]) {
      t.false(all.includes(secret), secret)
    }
  })
})

const TIMES = {
  hermes_auth_key_seconds: 300,
  hermes_auth_key_grace_seconds: 0,
  hermes_session_idle_seconds: 3600,
  hermes_session_seconds: 43_200,
}
const BOB: SessionOwner = { owner: 'operator:bob', name: 'bob', level: 3, keyId: undefined }

function clocked(times: Partial<typeof TIMES> = {}, admits: (id: string, address: string) => boolean = () => true) {
  const clock = { now: 1_000_000 }
  const kept: KeptSessions = new Map()
  const sessions = new Sessions(kept, { ...TIMES, ...times }, admits, () => clock.now)
  const pass = (seconds: number) => {
    clock.now += seconds * 1000
  }
  return { sessions, kept, pass }
}

test('an auth_key ends after five minutes, a session after an hour without calls or twelve in any case', t => {
  const { sessions, pass } = clocked()
  const { session, cookie, authKey } = sessions.open(BOB)
  pass(299)
  t.truthy(sessions.verify(session, cookie, authKey, ''))
  pass(1)
  t.is(sessions.verify(session, cookie, authKey, ''), undefined)
  t.is(sessions.renew(session, cookie, authKey), undefined)

  const long = clocked({ hermes_auth_key_seconds: 100_000 })
  const idle = long.sessions.open(BOB)
  for (let hour = 0; hour < 3; hour++) {
    long.pass(3599)
    t.truthy(long.sessions.verify(idle.session, idle.cookie, idle.authKey, ''))
  }
  long.pass(3600)
  t.is(long.sessions.verify(idle.session, idle.cookie, idle.authKey, ''), undefined)

  const busy = long.sessions.open(BOB)
  for (let half = 0; half < 23; half++) {
    long.pass(1800)
    t.truthy(long.sessions.verify(busy.session, busy.cookie, busy.authKey, ''))
  }
  t.is(long.sessions.left(busy.session), 1800)
  long.pass(1800)
  t.is(long.sessions.verify(busy.session, busy.cookie, busy.authKey, ''), undefined)
})

test('the grace is for calls with the former auth_key, not for renewing', t => {
  const { sessions, pass } = clocked({ hermes_auth_key_grace_seconds: 5 })
  const { session, cookie, authKey } = sessions.open(BOB)
  const next = sessions.renew(session, cookie, authKey)!
  t.truthy(sessions.verify(session, cookie, authKey, ''))
  t.is(sessions.renew(session, cookie, authKey), undefined)
  pass(5)
  t.is(sessions.verify(session, cookie, authKey, ''), undefined)
  t.truthy(sessions.verify(session, cookie, next, ''))
})

test('a session dies when the address of its key does not match any more', t => {
  const { sessions } = clocked({}, (id, address) => id === 'k' && address === '10.0.0.1')
  const { session, cookie, authKey } = sessions.open({ ...BOB, keyId: 'k' })
  t.truthy(sessions.verify(session, cookie, authKey, '10.0.0.1'))
  t.is(sessions.verify(session, cookie, 'wrong', '10.0.0.2'), undefined)
  t.truthy(sessions.verify(session, cookie, authKey, '10.0.0.1'), 'nobody without its secrets ends it')
  t.is(sessions.verify(session, cookie, authKey, '10.0.0.2'), undefined)
  t.is(sessions.verify(session, cookie, authKey, '10.0.0.1'), undefined)
})

test('sessions are bounded: the oldest of the same owner goes', t => {
  const { sessions, kept } = clocked()
  const other = sessions.open({ ...BOB, owner: 'operator:other' })
  const first = sessions.open(BOB)
  for (let index = 0; index < 40; index++) sessions.open(BOB)
  t.is(sessions.count, 33)
  t.is(sessions.verify(first.session, first.cookie, first.authKey, ''), undefined)
  t.truthy(sessions.verify(other.session, other.cookie, other.authKey, ''))
  for (let index = 0; index < 4200; index++) sessions.open({ ...BOB, owner: `operator:${index}` })
  t.is(sessions.count, 4096)
  t.false(kept.has(other.session))
  const all = JSON.stringify([...kept])
  t.false(all.includes(first.cookie) || all.includes(first.authKey), 'digests only')
})

test('what has ended is swept', t => {
  const { sessions, pass } = clocked()
  sessions.open(BOB)
  pass(3000)
  sessions.open(BOB)
  pass(600)
  sessions.sweep()
  t.is(sessions.count, 1)
  sessions.end('operator:bob')
  t.is(sessions.count, 0)
})
