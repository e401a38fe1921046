import crypto, { createHmac } from 'node:crypto'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { plugin } from 'patchbay'
import { type TestKernel, type TestOptions, testKernel } from 'patchbay/testing'
import { Store } from '../../../kernel/store/store.js'
import type { Accounts } from '../../../plugins/auth/accounts.js'
import type { XmppBackend } from '../../../plugins/xmpp-admin/backend.js'
import { saslprep } from '../../../plugins/xmpp-server/accounts/saslprep.js'
import { deriveScramKey } from '../../../plugins/xmpp-server/accounts/scram-keys.js'
import xmppServer from '../../../plugins/xmpp-server/index.js'
import { basic } from '../../faces/exchange.js'
import { PASSWORD, QUIET, start, temporaryFolder } from '../../fixtures/process.js'
import { lasting } from '../../support/lasting.js'

const CHEAP = {
  hosts: ['localhost', 'b.example'],
  plugins: { 'xmpp-server': { port: 0, tls_port: 0, scram_iterations: 4096 } },
}

interface Server {
  kernel: TestKernel
  xmpp(): XmppBackend
  accounts(): Accounts
  /** The names that belong to operators. */
  operators: Set<string>
}

async function openServer(options: TestOptions = {}): Promise<Server> {
  const operators = new Set<string>()
  const found: Pick<Server, 'xmpp' | 'accounts'> = { xmpp: fail, accounts: fail }
  const probe = plugin({
    name: 'probe',
    version: '1.0.0',
    start(ctx) {
      ctx.provide('operators', { reserved: (jid: string) => operators.has(jid) })
      found.xmpp = ctx.service('xmpp-backend')
      found.accounts = ctx.service('accounts')
    },
  })
  const kernel = await testKernel([xmppServer, probe] as never, { config: CHEAP, ...options })
  return { kernel, operators, xmpp: () => found.xmpp(), accounts: () => found.accounts() }
}

function fail(): never {
  throw new Error('the probe has not started')
}

async function withServer(act: (server: Server) => Promise<void>, options: TestOptions = {}): Promise<void> {
  const server = await openServer(options)
  try {
    await act(server)
  } finally {
    await server.kernel.close()
  }
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index)

/** Notes every derivation while `act` runs, and how many ran at once. Nothing else may derive meanwhile: serial tests only. */
async function derivations(act: () => Promise<unknown>): Promise<{ asked: string[]; most: number }> {
  const { pbkdf2 } = crypto
  const asked: string[] = []
  let running = 0
  let most = 0
  crypto.pbkdf2 = ((...[password, salt, iterations, bytes, digest, done]: Parameters<typeof pbkdf2>) => {
    asked.push(`${digest} ${iterations} ${bytes}`)
    most = Math.max(most, ++running)
    pbkdf2(password, salt, iterations, bytes, digest, (error, key) => {
      running--
      done(error, key)
    })
  }) as typeof pbkdf2
  try {
    await act()
  } finally {
    crypto.pbkdf2 = pbkdf2
  }
  return { asked, most }
}

// RFC 5802 §5, RFC 7677 §3: the server's signature proves the server key, the client's proof the stored key
for (const [digest, salt, auth, signature, proof] of [
  [
    'sha1',
    'QSXCR+Q6sek8bf92',
    'n=user,r=fyko+d2lbbFgONRv9qkxdawL,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j',
    'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
  ],
  [
    'sha256',
    'W22ZaJ0SNY7soEsUEjb6gQ==',
    'n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  ],
] as const) {
  test(`the keys for SCRAM with ${digest} are those of the RFC's example`, async t => {
    const key = await deriveScramKey('pencil', Buffer.from(salt, 'base64'), 4096, digest)
    const sign = (with_: string) => createHmac(digest, Buffer.from(with_, 'base64')).update(auth).digest()
    t.is(sign(key.serverKey).toString('base64'), signature)
    const clientKey = Buffer.from(proof, 'base64').map((byte, at) => byte ^ sign(key.storedKey)[at]!)
    t.is(crypto.createHash(digest).update(clientKey).digest('base64'), key.storedKey)
  })
}

test('passwords are prepared as RFC 4013 says', t => {
  for (const [password, prepared] of [
    ['I\u00adX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00aa', 'a'],
    ['\u2168', 'IX'],
    ['a\u00a0\u3000b', 'a  b'],
    ['pa\u0308ss', 'p\u00e4ss'],
    ['\ufb01', 'fi'],
    ['\u0627\u0031\u0628', '\u0627\u0031\u0628'],
    ['p\u{1f511}', 'p\u{1f511}'],
    ['\u05d0'.repeat(511), '\u05d0'.repeat(511)],
    ['x'.repeat(1023), 'x'.repeat(1023)],
    [' ~ ', ' ~ '],
  ] as const) {
    t.is(saslprep(password), prepared, JSON.stringify(password))
  }
  const refused = [
    '',
    '\u00ad',
    '\u0007',
    'a\0',
    '\u0627\u0031',
    '\u0627a\u0628',
    'a\u0627',
    '\ud800',
    '\ue000',
    '\ufffe',
  ]
  for (const password of [
    ...refused,
    '\u200e',
    '\ufffd',
    'x'.repeat(1024),
    '\u05d0'.repeat(512),
    '\u{e0041}',
    '\u{1d173}',
    '\u2028',
  ]) {
    t.is(saslprep(password), undefined, JSON.stringify(password))
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const once = saslprep(text)
      return once === undefined || saslprep(once) === once
    }),
  )
})

test.serial('an account is there from its registration to its end', async t => {
  await withServer(async ({ xmpp, accounts }) => {
    const { accounts: store } = xmpp()
    t.deepEqual(await xmpp().hosts(), ['localhost', 'b.example'])
    t.is(accounts().revision('alice@localhost'), undefined)
    t.is(await store.register('alice@localhost', 'secret'), 'registered')
    t.is(await store.register('alice@localhost', 'other'), 'exists')
    t.is(await store.register('alice@b.example', 'other'), 'registered')
    t.true(await store.exists('alice@localhost'))
    t.deepEqual(await accounts().verify('alice@localhost', 'secret'), {
      jid: 'alice@localhost',
      role: 'prosody:registered',
    })
    for (const [jid, password] of [
      ['alice@localhost', 'other'],
      ['alice@localhost', ''],
      ['alice@localhost', 'secret\0'],
      ['alice@b.example', 'secret'],
      ['bob@localhost', 'secret'],
      ['alice@elsewhere', 'secret'],
      ['alice', 'secret'],
      ['@localhost', 'secret'],
      ['localhost', 'secret'],
      ['', ''],
    ] as const) {
      t.is(await accounts().verify(jid, password), undefined, `${jid} ${password}`)
      t.is(await store.checkPassword(jid, password), false)
    }
    const activity = await store.lastActivity('alice@localhost')
    t.is(activity?.state, 'never')
    t.true(Math.abs(Date.now() - activity!.at.getTime()) < 60_000)
    t.is(await store.unregister('alice@localhost'), 'unregistered')
    t.is(await store.unregister('alice@localhost'), 'unknown_account')
    t.is(accounts().revision('alice@localhost'), undefined)
    t.is(await accounts().verify('alice@localhost', 'secret'), undefined)
    t.is(await store.lastActivity('alice@localhost'), undefined)
    t.deepEqual([await store.count('localhost'), await store.count('b.example'), await store.count('x')], [0, 1, 0])
  })
})

test.serial('the revision changes with the password and with the existence, and never comes back', async t => {
  await withServer(async ({ xmpp, accounts }) => {
    const { accounts: store } = xmpp()
    const seen = new Set<string | undefined>()
    const changed = () => {
      const revision = accounts().revision('alice@localhost')
      t.is(accounts().revision('alice@localhost'), revision)
      t.false(seen.has(revision))
      seen.add(revision)
    }
    await store.register('alice@localhost', 'one')
    changed()
    t.is(await store.setPassword('alice@localhost', 'two'), 'changed')
    changed()
    t.is(await store.setPassword('alice@localhost', 'two'), 'changed')
    changed()
    t.is(await store.setPassword('alice@localhost', ''), 'invalid_password')
    await store.register('alice@localhost', 'three')
    t.true(seen.has(accounts().revision('alice@localhost')))
    await store.unregister('alice@localhost')
    changed()
    await store.register('alice@localhost', 'one')
    changed()
    t.is(await store.setPassword('bob@localhost', ''), 'unknown_account')
  })
})

test.serial('a password set in another Unicode form is the same password', async t => {
  await withServer(async ({ xmpp }) => {
    const { accounts: store } = xmpp()
    await store.register('zoe@localhost', 'p\u00e4ss\u00a0w\u00adord')
    t.true(await store.checkPassword('zoe@localhost', 'pa\u0308ss word'))
    t.is(await store.register('bob@localhost', 'tab\t'), 'invalid_password')
    t.is(await store.register('bob@elsewhere', 'fine'), 'unknown_host')
    t.is(await store.register('bob@elsewhere', ''), 'unknown_host')
  })
})

test.serial('an operator’s name cannot be registered', async t => {
  await withServer(async ({ xmpp, accounts, operators }) => {
    operators.add('admin@localhost')
    t.is(await xmpp().accounts.register('admin@localhost', 'mine'), 'exists')
    t.is(await xmpp().accounts.register('admin@b.example', 'mine'), 'registered')
    t.false(await xmpp().accounts.exists('admin@localhost'))
    t.deepEqual(await xmpp().accounts.names('localhost'), [])
    t.is(accounts().revision('admin@localhost'), undefined)
  })
})

test.serial('without anybody who knows operators, no name is reserved', async t => {
  await withServer(async ({ kernel, xmpp }) => {
    const backend = xmpp()
    await kernel.kernel.stop('probe')
    t.is(await backend.accounts.register('admin@localhost', 'mine'), 'registered')
  })
})

test.serial('of a hundred registrations of one name at once, exactly one wins, after one derivation', async t => {
  await withServer(async ({ xmpp }) => {
    const { accounts: store } = xmpp()
    let outcomes: string[] = []
    const { asked } = await derivations(async () => {
      outcomes = await Promise.all(range(100).map(n => store.register('alice@localhost', `password ${n}`)))
    })
    t.is(outcomes.filter(each => each === 'registered').length, 1)
    t.is(outcomes.filter(each => each === 'exists').length, 99)
    t.deepEqual(asked.sort(), ['sha1 4096 20', 'sha256 4096 32'])
    t.true(await store.checkPassword('alice@localhost', `password ${outcomes.indexOf('registered')}`))
    t.is(await store.count('localhost'), 1)
  })
})

test.serial('registrations of one name while the plugin is reloaded: exactly one wins', async t => {
  await withServer(async ({ kernel, xmpp }) => {
    const outcomes: Promise<string>[] = []
    for (const n of range(60)) {
      // A generation that is retired has closed its storage: what still comes through it is refused.
      outcomes.push(
        xmpp()
          .accounts.register('alice@localhost', `${n}`)
          .catch(() => 'refused'),
      )
      if (n % 20 === 10) await kernel.kernel.reload('xmpp-server')
    }
    const said = await Promise.all(outcomes)
    t.is(said.filter(each => each === 'registered').length, 1)
    t.deepEqual(await xmpp().accounts.names('localhost'), ['alice'])
    t.is(await xmpp().accounts.count('localhost'), 1)
  })
})

test.serial('only a few derivations run at once', async t => {
  await withServer(async ({ xmpp }) => {
    const { asked, most } = await derivations(() =>
      Promise.all(range(40).map(n => xmpp().accounts.register(`user${n}@localhost`, 'x'))),
    )
    t.is(asked.length, 80)
    t.is(most, 2)
  })
})

test.serial('an unknown account costs exactly what a wrong password costs', async t => {
  await withServer(async ({ xmpp, accounts }) => {
    await xmpp().accounts.register('alice@localhost', 'secret')
    const cost = async (jid: string, password: string) =>
      (await derivations(() => accounts().verify(jid, password))).asked
    const wrong = await cost('alice@localhost', 'wrong')
    t.deepEqual(wrong, ['sha256 4096 32'])
    t.deepEqual(await cost('alice@localhost', 'secret'), wrong)
    t.deepEqual(await cost('nobody@localhost', 'wrong'), wrong)
    t.deepEqual(await cost('alice@elsewhere', 'wrong'), wrong)
    t.deepEqual(await cost('nonsense', 'wrong'), wrong)
    t.deepEqual(await cost('alice@localhost', '\0'), await cost('nobody@localhost', '\0'))
  })
})

test.serial('a password that is replaced while it is checked no longer counts', async t => {
  await withServer(async ({ xmpp, accounts }) => {
    const { accounts: store } = xmpp()
    await store.register('alice@localhost', 'old')
    const { pbkdf2 } = crypto
    // The check has read the old keys when the new ones are written.
    let changing: Promise<unknown> | undefined
    crypto.pbkdf2 = ((...given: Parameters<typeof pbkdf2>) => {
      crypto.pbkdf2 = pbkdf2
      changing = store.setPassword('alice@localhost', 'new')
      void changing.then(() => pbkdf2(...given))
    }) as typeof pbkdf2
    t.is(await accounts().verify('alice@localhost', 'old'), undefined)
    t.is(await changing, 'changed')
    t.truthy(await accounts().verify('alice@localhost', 'new'))
  })
})

test.serial('the count and the list say the same after any changes at once', async t => {
  await withServer(async ({ xmpp }) => {
    const { accounts: store } = xmpp()
    const step = fc.tuple(fc.boolean(), fc.constantFrom('a', 'b', 'c'), fc.constantFrom('localhost', 'b.example'))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
        await Promise.all(
          steps.map(([make, name, host]) =>
            make ? store.register(`${name}@${host}`, 'x') : store.unregister(`${name}@${host}`),
          ),
        )
        for (const host of ['localhost', 'b.example']) {
          const names = (await store.names(host))!
          t.is(await store.count(host), names.length)
          t.deepEqual(names, [...names].sort())
          for (const name of ['a', 'b', 'c']) t.is(await store.exists(`${name}@${host}`), names.includes(name))
        }
      }),
      { numRuns: 15 },
    )
  })
})

test.serial('the count is right after many changes at once on disk, where a write takes its time', async t => {
  const folder = temporaryFolder()
  await withServer(
    async ({ xmpp }) => {
      const { accounts } = xmpp()
      const jids = range(30).map(n => `user${n}@localhost`)
      await Promise.all(jids.map(jid => accounts.register(jid, 'x')))
      t.is(await accounts.count('localhost'), 30)
      await Promise.all(jids.slice(10).map(jid => accounts.unregister(jid)))
      t.is(await accounts.count('localhost'), 10)
      t.is((await accounts.names('localhost'))!.length, 10)
    },
    { store: await Store.open(folder.path) },
  )
  folder.remove()
})

test.serial('a roster belongs to its account and ends with it', async t => {
  await withServer(async ({ xmpp }) => {
    const { accounts, rosters } = xmpp()
    const contact = (jid: string, groups: string[] = []) => ({ jid, nick: 'N', subscription: 'both', groups })
    const owners = ['al@localhost', 'al0@localhost', 'alice@localhost', 'al@b.example']
    t.is(await rosters.set('al@localhost', contact('bob@localhost')), 'unknown_account')
    for (const owner of owners) {
      await accounts.register(owner, 'x')
      for (const jid of ['bob@localhost', 'gateway.example', 'zoë@b.example']) {
        t.is(await rosters.set(owner, contact(jid, ['Friends', 'Work/Home'])), 'stored')
      }
    }
    t.deepEqual(await rosters.get('al@localhost'), [
      { ...contact('bob@localhost', ['Friends', 'Work/Home']), pending: 'none' },
      { ...contact('gateway.example', ['Friends', 'Work/Home']), pending: 'none' },
      { ...contact('zoë@b.example', ['Friends', 'Work/Home']), pending: 'none' },
    ])
    await rosters.set('al@localhost', { ...contact('bob@localhost'), nick: 'Other' })
    t.is((await rosters.get('al@localhost'))[0]!.nick, 'Other')
    t.is(await rosters.delete('al@localhost', 'bob@localhost'), 'deleted')
    t.is(await rosters.delete('al@localhost', 'bob@localhost'), 'deleted')
    t.is(await rosters.delete('nobody@localhost', 'bob@localhost'), 'unknown_account')
    t.is((await rosters.get('al@localhost')).length, 2)

    await accounts.unregister('al@localhost')
    t.deepEqual(await rosters.get('al@localhost'), [])
    await accounts.register('al@localhost', 'x')
    t.deepEqual(await rosters.get('al@localhost'), [])
    for (const owner of owners.slice(1)) t.is((await rosters.get(owner)).length, 3, owner)
  })
})

test.serial('contacts added while their owner is removed leave nothing behind', async t => {
  const store = await Store.inMemory()
  await withServer(
    async ({ xmpp }) => {
      const { accounts, rosters } = xmpp()
      for (const round of range(10)) {
        await accounts.register('alice@localhost', 'x')
        const contact = (n: number) => ({ jid: `c${n}@localhost`, nick: '', subscription: 'none', groups: [] })
        await Promise.all([
          ...range(5).map(n => rosters.set('alice@localhost', contact(n))),
          ...(round % 2 ? [accounts.unregister('alice@localhost')] : []),
          ...range(5).map(n => rosters.set('alice@localhost', contact(n + 5))),
        ])
        await accounts.unregister('alice@localhost')
        const left = store.namespace('xmpp-server', 'rosters')
        t.deepEqual((await left.page(10)).entries, [])
        await store.release(left)
      }
    },
    { store },
  )
})

/** Writes accounts as the plugin would; deriving the keys of thousands would take minutes. */
async function seed(t: ExecutionContext, names: readonly string[], host: string): Promise<Store> {
  const store = await Store.inMemory()
  const accounts = store.namespace<object>('xmpp-server', 'accounts')
  await accounts.batch(
    names.map(name => ({ put: `${host}/${name}`, value: { role: 'prosody:registered', created: 0, revision: 'r' } })),
  )
  const counts = store.namespace<number>('xmpp-server', 'counts')
  await counts.put(host, names.length)
  for (const each of [accounts, counts]) await store.release(each as never)
  t.is(store.open.length, 0)
  return store
}

test.serial('10,000 accounts are listed in order, in pages, without keeping everybody else waiting', async t => {
  const names = range(10_000).map(n => `user${String((n * 7919) % 10_000).padStart(5, '0')}`)
  const sorted = [...names].sort()
  const store = await seed(t, names, 'localhost')
  await withServer(
    async ({ xmpp }) => {
      const { accounts } = xmpp()
      let turns = 0
      let ticking = true
      const tick = () => {
        turns++
        if (ticking) setImmediate(tick)
      }
      setImmediate(tick)
      const [all, again] = await Promise.all([accounts.names('localhost'), accounts.names('localhost')])
      ticking = false
      t.deepEqual(all, sorted)
      t.is(again, all, 'one reading for all who ask')
      t.true(turns >= 9, `${turns} turns of others`)
      t.is(await accounts.count('localhost'), 10_000)
      t.deepEqual(await accounts.names('b.example'), [])
      t.is(await accounts.names('elsewhere'), undefined)

      const paged: string[] = []
      let after: string | undefined
      do {
        const page = await accounts.page('localhost', 3_333, after)
        paged.push(...page.names)
        after = page.next
      } while (after !== undefined)
      t.deepEqual(paged, sorted)
      t.deepEqual(await accounts.page('elsewhere', 10), { names: [], next: undefined })

      await accounts.unregister('user00000@localhost')
      t.deepEqual(await accounts.names('localhost'), sorted.slice(1))
      await accounts.register('user00000@localhost', 'x')
      t.deepEqual(await accounts.names('localhost'), sorted)
    },
    { store },
  )
})

test.serial('hosts whose names begin alike keep their accounts apart', async t => {
  const hosts = ['a', 'a.b', 'a0', 'a-b', 'ab', '[::1]']
  await withServer(
    async ({ xmpp }) => {
      const { accounts } = xmpp()
      for (const host of hosts) await accounts.register(`user-of-${host.replace(/\W/g, '_')}@${host}`, 'x')
      for (const host of hosts) {
        t.deepEqual(await accounts.names(host), [`user-of-${host.replace(/\W/g, '_')}`])
        t.is(await accounts.count(host), 1)
      }
    },
    { config: { ...CHEAP, hosts } },
  )
})

test.serial('accounts and rosters are there after a restart, but only those of hosts that are served', async t => {
  const store = await Store.inMemory()
  const contact = { jid: 'bob@localhost', nick: 'B', subscription: 'to', groups: ['g'] }
  const first = await openServer({ store: lasting(store) })
  await first.xmpp().accounts.register('alice@localhost', 'secret')
  await first.xmpp().accounts.register('bob@b.example', 'secret')
  await first.xmpp().rosters.set('alice@localhost', contact)
  const revision = first.accounts().revision('alice@localhost')
  await first.kernel.close()

  const second = await openServer({ store: lasting(store), config: { ...CHEAP, hosts: ['localhost'] } })
  t.truthy(await second.accounts().verify('alice@localhost', 'secret'))
  t.is(second.accounts().revision('alice@localhost'), revision)
  t.deepEqual(await second.xmpp().rosters.get('alice@localhost'), [{ ...contact, pending: 'none' }])
  t.is(await second.xmpp().accounts.count('localhost'), 1)
  t.is(await second.accounts().verify('bob@b.example', 'secret'), undefined)
  t.is(second.accounts().revision('bob@b.example'), undefined)
  t.is(await second.xmpp().accounts.names('b.example'), undefined)
  await second.kernel.close()
  await store.close()
})

test.serial('an account whose registration was answered survives kill -9', async t => {
  const folder = temporaryFolder()
  const headers = { Authorization: basic('admin@localhost', PASSWORD) }
  const config = { ...QUIET, plugins: { ...QUIET.plugins, ...CHEAP.plugins } }
  const call = (to: Awaited<ReturnType<typeof start>>, command: string, body: object) =>
    to.fetch(`/api/${command}`, { method: 'POST', headers, body: JSON.stringify(body) })
  try {
    const first = await start(folder.path, config)
    const answered: string[] = []
    const registering = range(200).map(async n => {
      const user = `user${n}`
      const answer = await call(first, 'register', { user, host: 'localhost', password: user })
      if (answer.status === 200) answered.push(user)
      if (answered.length === 40) first.child.kill('SIGKILL')
    })
    await Promise.allSettled(registering)
    t.is(await first.ended, 'SIGKILL')
    t.true(answered.length >= 40)

    const second = await start(folder.path, config)
    const names = (await (await call(second, 'registered_users', { host: 'localhost' })).json()) as string[]
    for (const user of answered) t.true(names.includes(user), user)
    for (const user of names) {
      const checked = await call(second, 'check_password', { user, host: 'localhost', password: user })
      t.is(await checked.json(), 0, user)
    }
    second.child.kill('SIGTERM')
    t.is(await second.ended, 0)
  } finally {
    folder.remove()
  }
})
