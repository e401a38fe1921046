import test from 'ava'
import { acrossRestart, asked, connected, who, withBench } from './bench.js'

const bob = (password = 'secret') => asked({ username: 'bob', password })
const anonymous = { connection: { anonymous: true } }
const IN = { admitted: true, username: 'bob', authenticated: true } as const
const WRONG = { admitted: false, returnCode: 4, reason: 'bad user name or password' } as const

test('a user needs the right password, wherever it connects', async t => {
  await withBench({}, async ({ guard, control: { users } }) => {
    await users.put({ name: 'bob', password: 'secret' }, 'create')
    t.deepEqual(await guard.admit(bob()), IN)
    t.deepEqual(await guard.admit(bob()), IN, 'remembered')
    t.deepEqual(await guard.admit(bob('Secret')), WRONG)
    t.deepEqual(await guard.admit(asked({ username: 'bob' })), WRONG)
    t.deepEqual(await guard.admit(asked({ username: 'bob', password: 'wrong', ...anonymous })), WRONG)
    t.deepEqual(await guard.admit(asked({ username: 'bob', password: Buffer.from([0xff]) })), WRONG)
    t.deepEqual(await guard.admit(asked({ username: 'bob', password: 'x'.repeat(2000) })), WRONG)
    t.true(await users.verify('bob', 'secret'))
    t.false(await users.verify('bob', 'nope'))
    t.false(await users.verify('nobody', 'secret'))
  })()
})

test('without a user name only where anonymous clients are let in; an unknown name passes there and proves nothing', async t => {
  await withBench({}, async ({ guard }) => {
    const refused = { admitted: false, returnCode: 5, reason: 'no user name' } as const
    t.deepEqual(await guard.admit(asked()), refused)
    t.deepEqual(await guard.admit(asked({ username: '' })), refused)
    const nameless = { admitted: true, username: undefined, authenticated: false } as const
    t.deepEqual(await guard.admit(asked(anonymous)), nameless)
    t.deepEqual(await guard.admit(asked({ username: '', ...anonymous })), nameless)
    t.deepEqual(await guard.admit(bob()), WRONG)
    t.deepEqual(await guard.admit(asked({ username: 'bob', password: 'x', ...anonymous })), {
      ...IN,
      authenticated: false,
    })
  })()
})

test('a change of password, a lock and a removal hold at once, also for what was remembered', async t => {
  await withBench({}, async bench => {
    const { control, disconnected, sessions } = bench
    const { users } = control
    await users.put({ name: 'bob', password: 'secret' }, 'create')
    for (const [clientId, username] of [
      ['c1', 'bob'],
      ['c2', 'eve'],
      ['c3', 'bob'],
    ] as const) {
      sessions.push(connected({ clientId, username }))
    }
    t.deepEqual(await bench.guard.admit(bob()), IN)
    await users.put({ name: 'bob', password: 'other' }, 'update')
    t.deepEqual(await bench.guard.admit(bob()), WRONG)
    t.deepEqual(await bench.guard.admit(bob('other')), IN)
    t.deepEqual(disconnected, [], 'whoever is connected stays')
    await users.put({ name: 'bob', disabled: true }, 'update')
    t.deepEqual(disconnected, ['c1 kicked', 'c3 kicked'])
    t.deepEqual(await bench.guard.admit(bob('other')), WRONG)
    t.is(bench.guard.objection(who({ username: 'bob' })), 'user disabled')
    t.false(await users.verify('bob', 'other'))
    await users.put({ name: 'bob', disabled: false }, 'update')
    t.deepEqual(await bench.guard.admit(bob('other')), IN)
    t.is(bench.guard.objection(who({ username: 'bob' })), undefined)
    await bench.reload()
    t.deepEqual(await bench.guard.admit(bob('other')), IN)
    disconnected.length = 0
    t.true(await users.delete('bob'), 'through the generation before')
    t.deepEqual(disconnected, ['c1 kicked', 'c3 kicked'])
    t.deepEqual(await bench.guard.admit(bob('other')), WRONG)
    t.false(await users.delete('bob'))
  })()
})

test('a password that is changed while it is being checked is wrong', async t => {
  await withBench({}, async ({ guard, control: { users } }) => {
    await users.put({ name: 'bob', password: 'secret' }, 'create')
    const checking = guard.admit(bob())
    await users.delete('bob')
    t.deepEqual(await checking, WRONG)
  })()
})

test('users are counted and paged by name, through a restart', async t => {
  const names = ['__proto__', 'a', 'a/b', 'b', 'é', '日本', '😀']
  await acrossRestart(
    async ({ control: { users } }) => {
      for (const name of [...names].reverse()) await users.put({ name, password: name }, 'create')
      await users.put({ name: 'gone' }, 'create')
      await users.put({ name: 'a', disabled: true }, 'update')
      t.true(await users.delete('gone'))
    },
    async ({ control: { users }, guard }) => {
      t.is(await users.count(), names.length)
      const seen: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await users.page(after, 2)
        seen.push(...page.users.map(({ name }) => name))
        if (page.next === undefined) break
        after = page.next
      }
      t.deepEqual(seen, names)
      t.true((await users.get('a'))?.disabled)
      t.is(await users.get('gone'), undefined)
      t.like(await guard.admit(asked({ username: '__proto__', password: '__proto__' })), { admitted: true })
    },
  )
})

test('a user is made once, and only who is there is changed', async t => {
  await withBench({}, async ({ control: { users } }) => {
    const making = [1, 2, 3].map(number => users.put({ name: 'bob', password: String(number) }, 'create'))
    const outcomes = await Promise.allSettled(making)
    t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    t.is(await users.count(), 1)
    await t.throwsAsync(users.put({ name: 'bob', password: 'x' }, 'create'), { code: 'conflict' })
    await t.throwsAsync(users.put({ name: 'eve', password: 'x' }, 'update'), { code: 'not_found' })
    for (const name of ['', 'a\nb', '\0', '\ud800', 'x'.repeat(1025)]) {
      await t.throwsAsync(users.put({ name, password: 'x' }, 'create'), { code: 'bad_request' }, JSON.stringify(name))
    }
    for (const password of ['', 'x'.repeat(1025), '\ud800']) {
      await t.throwsAsync(users.put({ name: 'eve', password }, 'create'), { code: 'bad_request' })
    }
  })()
})

test('a certificate proves a name without a password, unless the user is disabled', async t => {
  await withBench({}, async ({ guard, control: { users } }) => {
    const certified = asked({ username: 'whatever', connection: { identity: 'bob' } })
    t.deepEqual(await guard.admit(certified), IN)
    await users.put({ name: 'bob' }, 'create')
    t.deepEqual(await guard.admit(certified), IN)
    t.deepEqual(await guard.admit(bob('')), WRONG, 'no password is none, not the empty one')
    await users.put({ name: 'bob', disabled: true }, 'update')
    t.deepEqual(await guard.admit(certified), { admitted: false, returnCode: 5, reason: 'user disabled' })
  })()
})

test('accounts of other plugins are asked about names that are not own, and their no is a no', async t => {
  const heard: string[] = []
  const accounts = {
    async verify(name: string, password: string) {
      heard.push(name)
      if (name === 'broken') throw new Error('no connection')
      return password === 'theirs'
    },
  }
  await withBench({ accounts }, async ({ guard, control: { users } }) => {
    await users.put({ name: 'bob', password: 'secret' }, 'create')
    const eve = (password: string) => asked({ username: 'eve', password, ...anonymous })
    t.deepEqual(await guard.admit(eve('theirs')), { admitted: true, username: 'eve', authenticated: true })
    t.deepEqual(await guard.admit(eve('x')), WRONG)
    t.deepEqual(await guard.admit(asked({ username: 'broken', password: 'theirs', ...anonymous })), WRONG)
    t.deepEqual(await guard.admit(bob('theirs')), WRONG)
    t.deepEqual(heard, ['eve', 'eve', 'broken'])
  })()
})

test('guesses are refused after a while, from that address alone; whoever is remembered gets in', async t => {
  await withBench({}, async ({ guard, control: { users } }) => {
    await users.put({ name: 'bob', password: 'secret' }, 'create')
    t.deepEqual(await guard.admit(bob()), IN)
    const guesses = await Promise.all(Array.from({ length: 40 }, (_, at) => guard.admit(bob(`guess ${at}`))))
    t.false(guesses.some(({ admitted }) => admitted))
    t.like(await guard.admit(bob('one more')), { returnCode: 3 })
    t.deepEqual(await guard.admit(bob()), IN)
    t.deepEqual(
      await guard.admit(asked({ username: 'bob', password: 'x', connection: { address: '10.0.0.2' } })),
      WRONG,
    )
  })()
})

test('a flood from one address leaves room for a login from another', async t => {
  await withBench({}, async ({ guard, control: { users } }) => {
    await users.put({ name: 'bob', password: 'secret' }, 'create')
    let answered = 0
    const flood = Promise.all(
      Array.from({ length: 300 }, async (_, at) => {
        await guard.admit(asked({ username: `name ${at}`, password: 'x' }))
        answered++
      }),
    )
    const login = asked({ username: 'bob', password: 'secret', connection: { address: '10.0.0.2' } })
    t.deepEqual(await guard.admit(login), IN)
    t.true(answered < 50, 'addresses take turns')
    await flood
  })()
})
