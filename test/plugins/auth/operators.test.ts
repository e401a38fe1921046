import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { KernelError } from '../../../kernel/errors.js'
import { Decoys } from '../../../kernel/passwords/decoys.js'
import { newHashing } from '../../../kernel/passwords/hashing.js'
import { hashPassword } from '../../../kernel/passwords/password.js'
import { Turns, type Waiter } from '../../../kernel/passwords/turns.js'
import { Store } from '../../../kernel/store/store.js'
import type { Accounts } from '../../../plugins/auth/accounts.js'
import { levelOf } from '../../../plugins/auth/operators/level.js'
import { isName, operatorJid } from '../../../plugins/auth/operators/name.js'
import { Operators } from '../../../plugins/auth/operators/operators.js'
import { createBasicVerifier } from '../../../plugins/auth/operators/verify-basic.js'
import { basic } from '../../faces/exchange.js'
import { ADMIN, type Bench, openBench, openStore, PASSWORD } from './bench.js'

const HASHING = newHashing()

async function withBench(options: Parameters<typeof openBench>[0], act: (bench: Bench) => Promise<void>) {
  const bench = await openBench(options)
  try {
    await act(bench)
  } finally {
    await bench.close()
  }
}

const OK = { code: 0, result: [] }
const code = (number: number, message: string) => ({ code: number, message })
const EMPTY = code(104, 'Empty username or password')
const user = (username: string, tags = 'user', password = 'password') => ({ username, password, tags })

// contracts/mqtt.md §1.2, §1.3 and the rows 149 to 177 of the recording, in their order
const EMQ: [method: string, path: string, body: object | undefined, answer: object][] = [
  ['POST', 'users', user('test_user'), OK],
  ['POST', 'users', user('test_user'), code(113, 'User already exist')],
  ['POST', 'users', { username: 'u2', password: 'p' }, code(107, 'params error')],
  ['POST', 'users', { username: '', password: '', tags: '' }, EMPTY],
  ['POST', 'users', { username: '', password: 'x', tags: '' }, EMPTY],
  ['POST', 'users', { username: 'u4', password: '', tags: '' }, EMPTY],
  ['POST', 'users', { username: 'u3', password: 5, tags: '' }, code(108, 'params type error')],
  ['POST', 'users', { username: null, password: 'x', tags: '' }, code(108, 'params type error')],
  ['POST', 'users', { username: 5, password: 'x' }, code(107, 'params error')],
  ['POST', 'users', user('Admin'), code(113, 'User already exist')],
  ['POST', 'users', user('ＡＤＭＩＮ'), code(113, 'User already exist')],
  ['POST', 'users', user('admin@localhost'), code(113, 'User already exist')],
  ['POST', 'users', user('x'.repeat(256)), code(108, 'params type error')],
  ['POST', 'users', user('a\nb'), code(108, 'params type error')],
  ['POST', 'users', user('a:b'), code(108, 'params type error')],
  ['POST', 'users', user('\ud800'), code(108, 'params type error')],
  ['POST', 'users', user('tags', 'x\0'), code(108, 'params type error')],
  ['GET', 'users/nope', undefined, OK],
  ['GET', 'users/__proto__', undefined, OK],
  ['GET', 'users/test_user', undefined, { code: 0, result: { username: 'test_user', tags: 'user' } }],
  ['PUT', 'users/test_user', { tags: 'admin' }, OK],
  ['PUT', 'users/nope', { tags: 'admin' }, code(105, 'User not found')],
  ['PUT', 'users/test_user', {}, code(107, 'params error')],
  ['PUT', 'users/test_user', { tags: 1 }, code(108, 'params type error')],
  ['POST', 'auth', { username: 'test_user', password: 'password' }, OK],
  ['POST', 'auth', { username: 'test_user', password: 'bad' }, code(103, 'Password error')],
  ['POST', 'auth', { username: 'nope', password: 'bad' }, code(103, 'Password error')],
  ['POST', 'auth', { username: '', password: '' }, EMPTY],
  ['POST', 'auth', { username: 'x' }, code(107, 'params error')],
  ['POST', 'auth?x=1', { username: 'admin', password: PASSWORD }, OK],
  ['GET', 'auth', undefined, { code: -404 }],
  ['PUT', 'change_pwd/test_user', { old_pwd: 'bad', new_pwd: 'n' }, code(114, 'OldPassword error')],
  ['PUT', 'change_pwd/test_user', { old_pwd: 'password', new_pwd: 'newpassword' }, OK],
  ['PUT', 'change_pwd/nope', { old_pwd: 'a', new_pwd: 'b' }, code(105, 'User not found')],
  ['PUT', 'change_pwd/test_user', { old_pwd: 'a' }, code(107, 'params error')],
  ['PUT', 'change_pwd/test_user', { old_pwd: 'newpassword', new_pwd: '' }, EMPTY],
  ['POST', 'auth', { username: 'test_user', password: 'newpassword' }, OK],
  ['POST', 'auth', { username: 'test_user', password: '' }, EMPTY],
  ['DELETE', 'users/test_user', undefined, OK],
  ['DELETE', 'users/test_user', undefined, code(105, 'User not found')],
  ['DELETE', 'users/admin', undefined, code(106, 'admin cannot be deleted')],
  ['DELETE', 'users/', undefined, { code: -404 }],
  [
    'GET',
    'users',
    undefined,
    {
      code: 0,
      result: [{ username: 'admin', tags: 'administrator' }],
    },
  ],
]

test.serial('EMQ users, auth and change_pwd, row by row', async t => {
  await withBench({}, async bench => {
    for (const [method, path, body, answer] of EMQ) {
      t.deepEqual(await bench.emq(method, path, body), answer as never, `${method} ${path} ${JSON.stringify(body)}`)
    }
  })
})

test.serial('only POST auth goes without credentials, and only without a slash', async t => {
  await withBench({}, async bench => {
    const body = JSON.stringify({ username: 'admin', password: PASSWORD })
    const asked = async (method: string, path: string) => (await bench.ask({ method, path, body })).status
    t.is(await asked('POST', '/api/v2/auth'), 200)
    t.is(await asked('POST', '/api/v2/auth/'), 401)
    t.is(await asked('GET', '/api/v2/auth'), 404)
    for (const path of ['users', 'users/admin', 'change_pwd/admin']) {
      for (const method of ['GET', 'PUT', 'POST', 'DELETE']) t.is(await asked(method, `/api/v2/${path}`), 401)
    }
  })
})

test('levels come from the tags alone, as words of one text', t => {
  const rows: [tags: string, level: 1 | 2 | 3 | undefined][] = [
    ['administrator', 3],
    ['admin', 3],
    ['user, admin', 3],
    ['limited_read administrator', 3],
    ['full_read', 2],
    ['limited_read,full_read', 2],
    ['limited_read', 1],
    ['', undefined],
    ['user', undefined],
    ['administrators', undefined],
    ['Administrator', undefined],
    ['not-admin', undefined],
    ['admin.', undefined],
  ]
  for (const [tags, level] of rows) t.is(levelOf(tags), level, tags)
})

test('names and their JIDs', t => {
  const rows: [name: string, jid: string | undefined][] = [
    ['admin', 'admin@localhost'],
    ['Admin', 'admin@localhost'],
    ['ADMIN@LOCALHOST', 'admin@localhost'],
    ['admin@elsewhere', undefined],
    ['admin@localhost/x', undefined],
    ['my user', undefined],
    ['', undefined],
    ['a/b', undefined],
  ]
  for (const [name, jid] of rows) t.is(operatorJid(name, 'localhost'), jid, name)
  for (const name of ['', 'my user', 'é', 'admin@elsewhere', 'x'.repeat(255)]) t.true(isName(name), name)
  for (const name of ['a:b', 'a\0', 'a\u0085', 'x'.repeat(256), '\udfff']) t.false(isName(name), name)
})

test.serial('an operator is known by bare name and JID, with the level of his tags', async t => {
  await withBench({}, async bench => {
    await bench.emq('POST', 'users', user('Bob', 'admin'))
    await bench.emq('POST', 'users', user('my user', 'some'))
    await bench.emq('POST', 'users', user('reader', 'full_read'))
    const ping = { path: '/admin_rest/ping' }
    const status = async (path: string, name: string, password = 'password') =>
      (await bench.ask({ path, headers: { Authorization: basic(name, password) } })).status
    t.is(await status('/api/v2/users', 'Bob'), 200)
    t.deepEqual(bench.proofs.at(-1), {
      identity: { kind: 'operator', name: 'Bob', jid: 'bob@localhost', level: 3 },
      owner: 'operator:Bob',
    })
    t.is(await status('/api/v2/users', 'bob@LOCALHOST'), 200)
    t.is(await status('/api/v2/users', 'bob'), 401, 'names are case-sensitive')
    t.is(await status(ping.path, 'bob@localhost'), 200)
    t.is(await status('/api/modules_available', 'BOB@localhost'), 200)
    t.is(await status('/kernel/plugins', 'Bob'), 200)
    t.is(await status('/api/v2/users', 'my user'), 200)
    t.deepEqual(bench.proofs.at(-1)!.identity, { kind: 'operator', name: 'my user' })
    t.is(await status(ping.path, 'reader@localhost'), 503, 'who is no administrator has no JID: it could be an account')
    t.false(bench.operators.reserved('reader@localhost'))
    t.deepEqual(bench.operators.identity('reader'), { kind: 'operator', name: 'reader', level: 2 })
    t.true(bench.operators.reserved('BOB@localhost/phone'))
    t.false(bench.operators.reserved('bob@elsewhere'))
    t.false(bench.operators.reserved('nobody'))
    await bench.emq('DELETE', 'users/Bob')
    t.false(bench.operators.reserved('bob@localhost'))
    t.is(await status('/api/v2/users', 'Bob'), 401)
  })
})

test.serial('the last administrator stays, whichever way is tried', async t => {
  await withBench({}, async bench => {
    const last = code(106, 'admin cannot be deleted')
    const detail = 'this is the last user with read_write access; give it to somebody else first'
    const lastInHermes = { response: 'failed', cause: 'error', detail }
    await bench.emq('POST', 'users', user('second', 'admin'))
    t.like(await bench.node('auth/authorize_user', { username: 'admin', access: 'full_read' }), { response: 'ok' })
    t.is(bench.operators.get('admin')!.tags, 'full_read')
    const second = basic('second', 'password')
    t.deepEqual(await bench.emq('DELETE', 'users/second', undefined, second), last as never)
    t.deepEqual(await bench.emq('PUT', 'users/second', { tags: 'user' }, second), last as never)
    t.deepEqual(await bench.node('auth/remove_user', { username: 'second' }), lastInHermes)
    t.deepEqual(await bench.node('auth/authorize_user', { username: 'second', access: 'limited_read' }), lastInHermes)
    t.deepEqual(await bench.emq('PUT', 'users/second', { tags: 'x administrator' }, second), OK)
    t.deepEqual(await bench.emq('DELETE', 'users/admin', undefined, second), last as never, 'always')
    t.deepEqual(await bench.node('auth/remove_user', { username: 'admin' }), { response: 'ok', user: 'admin' })
  })
})

test.serial('two demotions of the last two administrators at once: one fails', async t => {
  await withBench({}, async bench => {
    const demote = (username: string) => bench.node('auth/authorize_user', { username, access: 'full_read' })
    const remove = (username: string) => bench.node('auth/remove_user', { username })
    for (const [first, second] of [
      [() => demote('admin'), () => demote('two')],
      [() => remove('two'), () => demote('admin')],
      [() => remove('admin'), () => remove('two')],
    ] as const) {
      for (const name of ['admin', 'two']) {
        await bench.operators.add(name, 'password', 'admin', { kind: 'local', name: 'test' })
        await bench.operators.retag(name, 'admin', { kind: 'local', name: 'test' })
      }
      const responses = (await Promise.all([first(), second()])).map(({ response }) => response)
      t.deepEqual(responses.sort(), ['failed', 'ok'])
      t.is(bench.operators.list.filter(({ tags }) => levelOf(tags) === 3).length, 1)
    }
  })
})

test.serial('concurrent changes of one operator lose nothing', async t => {
  await withBench({}, async bench => {
    await bench.emq('POST', 'users', user('bob'))
    const changes = [
      bench.emq('PUT', 'change_pwd/bob', { old_pwd: 'password', new_pwd: 'new' }),
      bench.emq('PUT', 'users/bob', { tags: 'other' }),
      bench.emq('PUT', 'change_pwd/bob', { old_pwd: 'password', new_pwd: 'newest' }),
    ]
    t.deepEqual((await Promise.all(changes)).map(answer => answer.code).sort(), [0, 0, 114], 'one of two wins')
    const [won, lost] = (await bench.operators.verify('bob', 'new', '')) ? ['new', 'newest'] : ['newest', 'new']
    t.false(await bench.operators.verify('bob', lost, ''))
    t.is((await bench.emq('PUT', 'change_pwd/bob', { old_pwd: won, new_pwd: 'newer' })).code, 0)
    t.is(bench.operators.get('bob')!.tags, 'other')
    t.true(await bench.operators.verify('bob', 'newer', ''))
    const both = await Promise.all([1, 2].map(() => bench.emq('POST', 'users', user('twice'))))
    t.deepEqual(both.map(answer => answer.code).sort(), [0, 113])
    const jids = await Promise.all([
      bench.emq('POST', 'users', user('Carol')),
      bench.emq('POST', 'users', user('carol')),
    ])
    t.deepEqual(jids.map(answer => answer.code).sort(), [0, 113], 'one JID for two of them')
  })
})

test.serial('who has no level on EMQ makes no administrators, and touches none', async t => {
  await withBench({}, async bench => {
    await bench.emq('POST', 'users', user('plain'))
    await bench.emq('POST', 'users', user('other'))
    await bench.emq('POST', 'users', user('boss', 'admin'))
    const plain = basic('plain', 'password')
    const forbidden = code(102, 'only an administrator can do this') as never
    for (const tags of ['administrator', 'admin', 'limited_read', 'x full_read']) {
      t.deepEqual(await bench.emq('PUT', 'users/plain', { tags }, plain), forbidden)
      t.deepEqual(await bench.emq('POST', 'users', user('new', tags), plain), forbidden)
    }
    t.deepEqual(await bench.emq('PUT', 'users/boss', { tags: 'user' }, plain), forbidden)
    t.deepEqual(await bench.emq('DELETE', 'users/boss', undefined, plain), forbidden)
    t.deepEqual(await bench.emq('PUT', 'users/other', { tags: 'more' }, plain), OK)
    t.deepEqual(await bench.emq('DELETE', 'users/other', undefined, plain), OK)
    t.is(bench.operators.get('plain')!.tags, 'user')
  })
})

test.serial('every change makes what is remembered of the operator forgotten', async t => {
  await withBench({}, async bench => {
    bench.forgotten.length = 0
    await bench.emq('POST', 'users', user('bob'))
    await bench.emq('PUT', 'users/bob', { tags: 'x' })
    await bench.emq('PUT', 'change_pwd/bob', { old_pwd: 'password', new_pwd: 'n' })
    await bench.node('auth/update_user', { username: 'bob', password: 'm' })
    await bench.emq('DELETE', 'users/bob')
    t.deepEqual(bench.forgotten, Array(5).fill('operator:bob'))
    await bench.emq('DELETE', 'users/bob')
    await bench.emq('DELETE', 'users/admin')
    t.is(bench.forgotten.length, 5)
  })
})

test.serial('operators survive a restart and a reload', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-operators-'))
  try {
    await withBench({ store: await Store.open(folder) }, async bench => {
      await bench.emq('POST', 'users', user('bob', 'admin'))
      await bench.emq('PUT', 'change_pwd/admin', { old_pwd: PASSWORD, new_pwd: 'changed' })
      await bench.kernel.reload('auth')
      t.is((await bench.emq('GET', 'users', undefined, basic('admin', 'changed'))).code, 0)
    })
    await withBench({ store: await Store.open(folder) }, async bench => {
      t.is((await bench.emq('GET', 'users', undefined, basic('admin', 'changed'))).code, 0)
      t.is((await bench.emq('GET', 'users')).code, -401)
      t.is((await bench.emq('GET', 'users', undefined, basic('bob', 'password'))).code, 0)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.serial('no password reaches the store, the log or the audit log', async t => {
  const { store, everything } = openStore()
  await withBench({ store }, async bench => {
    const secrets = ['secret-one', 'secret-two', 'secret-three', 'secret-four', 'secret-five']
    await bench.emq('POST', 'users', user('bob', 'x', secrets[0]))
    await bench.emq('PUT', 'change_pwd/bob', { old_pwd: secrets[0], new_pwd: secrets[1] })
    await bench.emq('PUT', 'change_pwd/bob', { old_pwd: secrets[2], new_pwd: secrets[2] })
    await bench.emq('POST', 'auth', { username: 'bob', password: secrets[3] })
    await bench.node('auth/add_user', { username: 'carol', password: secrets[4]! })
    const audit = (await bench.local('/kernel/audit')).body
    t.regex(audit, /change_pwd/)
    t.regex(audit, /"wrong credentials"/)
    const all = `${await everything()} ${JSON.stringify(bench.log)} ${audit}`
    for (const secret of [...secrets, PASSWORD, ADMIN]) t.false(all.includes(secret), secret)
  })
})

const soon = () => new Promise(resolve => setTimeout(resolve, 5))

test('derivations: two at once, addresses in turn, one at a time for a name from an address', async t => {
  const turns = new Turns()
  const ended: string[] = []
  let running = 0
  let most = 0
  const work = (who: Waiter) => {
    const taken = turns.take(who, async () => {
      most = Math.max(most, ++running)
      await soon()
      running--
      return true
    })
    return taken.then(result => ended.push(`${who.address} ${who.name} ${result}`))
  }
  const flood = Array.from({ length: 8 }, (_, index) => work({ address: 'a', name: String(index) }))
  await Promise.all([...flood, work({ address: 'b', name: 'x' })])
  t.is(most, 2)
  t.true(ended.indexOf('b x true') <= 3, `the other address waits for one turn: ${ended}`)

  most = 0
  await Promise.all(Array.from({ length: 3 }, () => work({ address: 'a', name: 'same' })))
  t.is(most, 1)
})

test('one address cannot take all places; when all are taken, callers are told', async t => {
  const turns = new Turns()
  let release = () => {}
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  const take = (address: string, name: number) => turns.take({ address, name: String(name) }, () => gate)
  const flood = Array.from({ length: 100 }, (_, index) => take('a', index))
  const refused = (await Promise.race([Promise.allSettled(flood.slice(34)), soon()])) as PromiseSettledResult<unknown>[]
  t.is(refused?.length, 66, 'half of the places, and the two that run')
  t.true(refused.every(({ status }) => status === 'fulfilled'))
  const others = Array.from({ length: 32 }, (_, index) => take(`b${index}`, 0))
  const error = await t.throwsAsync(take('c', 0), { instanceOf: KernelError })
  t.is((error as KernelError).code, 'busy')
  t.is(await take('a', 1000), undefined, 'the flooding one is refused as ever')
  release()
  await Promise.all([...flood, ...others])
  t.is(await turns.take({ address: 'a', name: 'x' }, async () => 5), 5)
  await t.throwsAsync(
    turns.take({ address: 'a', name: 'x' }, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  )
  t.is(await turns.take({ address: 'a', name: 'x' }, async () => 6), 6, 'a failure frees its place')
})

class CountingTurns extends Turns {
  count = 0
  override take<T>(who: Waiter, work: () => Promise<T>): Promise<T | undefined> {
    this.count++
    return super.take(who, work)
  }
}

const JOHN = 'john@localhost'

async function verifierWith(accounts: Record<string, string> | undefined) {
  const counts = { accounts: 0 }
  const turns = new CountingTurns()
  const password = await hashPassword(HASHING, PASSWORD, 1024)
  const known = new Map([
    ['admin', { password, tags: 'admin' }],
    ['old', { password: { ...(await hashPassword(HASHING, PASSWORD, 2048)) }, tags: 'admin' }],
  ])
  const kept = { namespace: undefined as never, known, revision: 0, last: undefined }
  const operators = new Operators(kept, { cost: 1024, host: 'localhost', turns, hashing: HASHING, forget: () => {} })
  const backend: Accounts = {
    async verify(jid, given) {
      counts.accounts++
      return accounts?.[jid] === given ? { jid, role: 'prosody:registered' } : undefined
    },
    role: () => undefined,
    revision: jid => (accounts?.[jid] === undefined ? undefined : 'r1'),
  }
  const verify = createBasicVerifier(
    operators,
    () => {
      if (accounts) return backend
      throw new KernelError('no_backend', 'no accounts')
    },
    ['localhost', 'second.example'],
    { debug() {}, info() {}, warn() {}, error() {} },
  )
  return {
    async asks(face: string, name: string, given: string) {
      turns.count = 0
      counts.accounts = 0
      const outcome = await Promise.resolve(verify({ scheme: 'basic', name, password: given }, { face, address: 'x' }))
        .then(proof => proof?.owner ?? 'wrong')
        .catch((error: KernelError) => error.code)
      return [outcome, turns.count, counts.accounts] as const
    },
  }
}

test('every failure costs one derivation, and one look-up of an account where accounts are asked', async t => {
  const accounts = { [JOHN]: 'his', 'admin@localhost': 'evil', 'old@localhost': 'evil' }
  const { asks } = await verifierWith(accounts)
  const rows: [face: string, name: string, password: string, outcome: readonly [string, number, number]][] = [
    ['admin_rest', 'admin@localhost', PASSWORD, ['operator:admin', 1, 0]],
    ['ejabberd', 'admin@localhost', PASSWORD, ['operator:admin', 1, 0]],
    ['admin_rest', 'admin@localhost', 'wrong', ['wrong', 1, 1]],
    ['admin_rest', 'admin@localhost', 'evil', ['wrong', 1, 1]],
    ['ejabberd', 'old@localhost', 'evil', ['wrong', 1, 1]],
    ['ejabberd', 'nobody@localhost', 'x', ['wrong', 1, 1]],
    ['ejabberd', JOHN, 'wrong', ['wrong', 1, 1]],
    ['ejabberd', JOHN, 'his', [`account:${JOHN}`, 0, 1]],
    ['admin_rest', JOHN, 'his', [`account:${JOHN}`, 0, 1]],
    ['emq', 'admin', PASSWORD, ['operator:admin', 1, 0]],
    ['emq', 'admin@localhost', PASSWORD, ['operator:admin', 1, 0]],
    ['native', 'old', PASSWORD, ['operator:old', 1, 0]],
    ['emq', 'admin@second.example', PASSWORD, ['wrong', 1, 0]],
    ['emq', 'admin', 'wrong', ['wrong', 1, 0]],
    ['emq', 'nobody', PASSWORD, ['wrong', 1, 0]],
    ['emq', '__proto__', PASSWORD, ['wrong', 1, 0]],
    ['emq', JOHN, 'his', ['wrong', 1, 0]],
    ['native', JOHN, 'his', ['wrong', 1, 0]],
    ['hermes', JOHN, 'his', ['wrong', 1, 0]],
    ['vernemq', 'admin', PASSWORD, ['wrong', 0, 0]],
  ]
  for (const [face, name, password, outcome] of rows) {
    t.deepEqual(await asks(face, name, password), outcome, `${face} ${name} ${password}`)
  }
})

test('without a backend operators still get in; whoever could only be an account is told, as late', async t => {
  const { asks } = await verifierWith(undefined)
  t.deepEqual(await asks('admin_rest', 'admin@localhost', PASSWORD), ['operator:admin', 1, 0])
  t.deepEqual(await asks('admin_rest', 'admin@localhost', 'wrong'), ['wrong', 1, 0])
  t.deepEqual(await asks('admin_rest', JOHN, 'his'), ['no_backend', 1, 0])
  t.deepEqual(await asks('ejabberd', 'admin@second.example', PASSWORD), ['no_backend', 1, 0])
  t.deepEqual(await asks('ejabberd', 'admin@elsewhere', PASSWORD), ['wrong', 1, 0])
})

test.serial('an account is known by its JID with its revision, and never as the operator', async t => {
  await withBench({ accounts: { [JOHN]: 'his', 'admin@localhost': 'evil' } }, async bench => {
    const status = async (name: string, password: string) =>
      (await bench.ask({ path: '/admin_rest/ping', headers: { Authorization: basic(name, password) } })).status
    t.is(await status('John@Localhost/phone', 'his'), 200)
    t.deepEqual(bench.proofs.at(-1), {
      identity: { kind: 'account', name: JOHN, jid: JOHN, role: 'prosody:registered' },
      owner: `account:${JOHN}`,
      revision: 'r his',
    })
    t.is(await status('admin@localhost', 'evil'), 401)
    t.is(await status('admin@localhost', PASSWORD), 200)
    t.is((await bench.emq('GET', 'users', undefined, basic(JOHN, 'his'))).code, -401)
  })
})

test('a name nobody has always costs the same, and what one of the known costs', async t => {
  const known = [await hashPassword(HASHING, 'x', 1024), await hashPassword(HASHING, 'x', 2048)]
  const decoys = new Decoys()
  const costs = new Set<number>()
  for (let index = 0; index < 50; index++) {
    const { cost, hash } = decoys.for(`name ${index}`, known, 4096)
    costs.add(cost)
    t.is(decoys.for(`name ${index}`, known, 4096).cost, cost)
    t.false(known.some(each => each.hash === hash))
  }
  t.deepEqual([...costs].sort(), [1024, 2048])
  t.is(decoys.for('name', [], 4096).cost, 4096)
})
