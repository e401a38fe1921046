import test from 'ava'
import { acrossRestart, type Bench, connected, who, withBench } from './bench.js'

const permit = (topic: string, more = {}) => ({ permit: true, action: 'all' as const, topic, ...more })
const deny = (topic: string, more = {}) => ({ permit: false, action: 'all' as const, topic, ...more })

test('the first rule decides, and acl_nomatch where there is none', async t => {
  await withBench({ acl_nomatch: 'deny' }, async ({ guard, control: { rules } }) => {
    t.false(guard.mayPublish(who(), 'a'))
    await rules.add(permit('a/#', { action: 'publish' }))
    await rules.add(deny('a/secret'))
    await rules.add(permit('#'))
    t.true(guard.mayPublish(who(), 'a/secret'))
    t.false(guard.maySubscribe(who(), 'a/secret'))
    t.false(guard.maySubscribe(who(), 'a/#'), 'it would bring a/secret')
    t.false(guard.maySubscribe(who(), '#'))
    t.true(guard.maySubscribe(who(), 'b/#'))
    t.false(guard.maySubscribe(who(), '$SYS/#'), 'a permission for # does not reach $SYS')
  })()
  await withBench({}, async ({ guard, control: { rules } }) => {
    t.true(guard.maySubscribe(who(), '#'))
    await rules.add(deny('secret/#'))
    for (const filter of ['#', '+/x', 'secret', 'secret/x', '+/#', '$share/g/#', '$queue/secret/+']) {
      t.false(guard.maySubscribe(who(), filter), filter)
    }
    for (const filter of ['a/#', '+', '$share/g/a']) t.is(guard.maySubscribe(who(), filter), filter !== '+', filter)
    t.false(guard.maySubscribe(who(), '$share/g/'), 'nobody subscribes to nothing')
  })()
})

test('%u and %c stand for one level and cannot be more', async t => {
  await withBench({ acl_nomatch: 'deny' }, async ({ guard, control: { rules } }) => {
    await rules.add(permit('users/%u/#'))
    await rules.add(permit('clients/dev-%c', { action: 'publish' }))
    await rules.add(permit('%u/#'))
    t.true(guard.maySubscribe(who({ username: 'bob' }), 'users/bob/#'))
    t.true(guard.mayPublish(who({ clientId: 'x' }), 'clients/dev-x'))
    t.false(guard.mayPublish(who({ clientId: 'x' }), 'clients/dev-y'))
    t.false(guard.maySubscribe(who({ username: 'bob' }), 'users/#'))
    t.false(guard.maySubscribe(who({ username: 'bob' }), 'users/+/x'))
    t.false(guard.maySubscribe(who(), 'users//x'))
    for (const username of ['#', '+', 'a/b', '', '$SYS', '%c', '$share', 'a#']) {
      const caller = who({ username, clientId: 'c' })
      t.false(guard.maySubscribe(caller, 'users/#'), username)
      t.false(guard.maySubscribe(caller, 'users/a/b'), username)
      t.false(guard.maySubscribe(caller, 'users/c/x'), username)
      t.false(guard.maySubscribe(caller, '$SYS/#'), username)
      t.false(guard.maySubscribe(caller, '#'), username)
    }
    t.true(guard.maySubscribe(who({ username: '$&' }), 'users/$&'), 'names are not patterns')
  })()
})

test('a name that nothing proved is permitted nothing and denied everything that the name is', async t => {
  await withBench({ acl_nomatch: 'deny' }, async ({ guard, control: { rules } }) => {
    await rules.add(permit('admin/#', { user: 'admin' }))
    await rules.add(permit('own/%u'))
    await rules.add(deny('open', { user: 'guest' }))
    await rules.add(permit('open'))
    const pretender = who({ username: 'admin', authenticated: false })
    t.false(guard.mayPublish(pretender, 'admin/x'))
    t.false(guard.mayPublish(pretender, 'own/admin'))
    t.true(guard.mayPublish(who({ username: 'admin' }), 'admin/x'))
    t.true(guard.mayPublish(who({ username: 'admin' }), 'own/admin'))
    t.false(guard.mayPublish(who({ username: 'guest', authenticated: false }), 'open'))
  })()
})

test('rules for a user, a client, an address or a network', async t => {
  await withBench({ acl_nomatch: 'deny' }, async ({ guard, control: { rules } }) => {
    await rules.add(permit('user', { user: 'bob' }))
    await rules.add(permit('client', { clientId: 'c7' }))
    await rules.add(permit('net', { address: '10.1.0.0/16' }))
    await rules.add(permit('both', { user: 'bob', address: '::1' }))
    t.deepEqual(
      ['user', 'client', 'net', 'both'].map(topic => [
        guard.mayPublish(who({ username: 'bob' }), topic),
        guard.mayPublish(who({ clientId: 'c7' }), topic),
        guard.mayPublish(who({ address: '10.1.2.3' }), topic),
        guard.mayPublish(who({ username: 'bob', address: '::1' }), topic),
      ]),
      [
        [true, false, false, true],
        [false, true, false, false],
        [false, false, true, false],
        [false, false, false, true],
      ],
    )
  })()
})

test('no client speaks as the broker, whatever a rule says', async t => {
  await withBench({}, async ({ guard, control: { rules } }) => {
    await rules.add(permit('$SYS/#'))
    t.false(guard.mayPublish(who(), '$SYS/broker/uptime'))
    t.true(guard.maySubscribe(who(), '$SYS/broker/uptime'))
    t.deepEqual(await rules.decide({ action: 'publish', topic: '$SYS/x', clientId: 'c' }), {
      permit: false,
      rule: undefined,
    })
  })()
})

test('rules keep their order through insertions, deletions, reloads and a restart', async t => {
  const order: string[] = []
  const topics = async ({ control }: Bench) => (await control.rules.list()).map(({ topic }) => topic)
  await acrossRestart(
    async bench => {
      const last = await bench.control.rules.add(permit('last'))
      const first = await bench.control.rules.add(permit('first'), last.id)
      // More than there is room for between two neighbours, so that the keys are spread anew.
      let before = last.id
      for (let number = 0; number < 60; number++) {
        order.unshift(`r${number}`)
        before = (await bench.control.rules.add(permit(`r${number}`), before)).id
      }
      t.deepEqual(await topics(bench), ['first', ...order, 'last'])
      t.true(await bench.control.rules.delete(first.id))
      t.false(await bench.control.rules.delete(first.id))
      await bench.control.rules.add(permit('end'))
      await bench.reload()
      t.deepEqual(await topics(bench), [...order, 'last', 'end'])
    },
    async bench => void t.deepEqual(await topics(bench), [...order, 'last', 'end']),
  )
})

test('a change made through the generation before counts in the one that is live', async t => {
  await withBench({}, async bench => {
    const { control: before, guard: old } = bench
    await bench.reload()
    t.not(bench.guard, old)
    t.true(bench.guard.mayPublish(who(), 'a'))
    await before.rules.add(deny('a'))
    t.false(bench.guard.mayPublish(who(), 'a'))
  })()
})

test('decisions are remembered, and forgotten with a change, a client, a topic or another name', async t => {
  await withBench({}, async ({ guard, control, sessions }) => {
    t.true(guard.mayPublish(who(), 'a'))
    const rule = await control.rules.add(deny('a', { user: 'bob' }))
    t.true(guard.mayPublish(who(), 'a'))
    t.false(guard.mayPublish(who({ username: 'bob' }), 'a'), 'the same id, another name')
    await control.rules.delete(rule.id)
    t.true(guard.mayPublish(who({ username: 'bob' }), 'a'))
    t.false(await control.forgetDecisions('c1'), 'it is not connected')
    sessions.push(connected({ clientId: 'c1' }))
    t.true(await control.forgetDecisions('c1', 'a'))
    t.true(await control.forgetDecisions('c1'))
    t.true(guard.mayPublish(who({ username: 'bob' }), 'a'))
    guard.left('c1')
    for (let number = 0; number < 1000; number++) t.true(guard.mayPublish(who(), `t/${number}`))
  })()
})

test('without acl_cache every decision is made anew, and is the same', async t => {
  await withBench({ acl_cache: false }, async ({ guard, control }) => {
    t.true(guard.mayPublish(who(), 'a'))
    await control.rules.add(deny('a'))
    t.false(guard.mayPublish(who(), 'a'))
  })()
})

test('decide names the rule', async t => {
  await withBench({ acl_nomatch: 'deny' }, async ({ control: { rules } }) => {
    const own = await rules.add(permit('own/%u', { action: 'publish', address: '10.0.0.0/8' }))
    const question = { action: 'publish' as const, topic: 'own/bob', user: 'bob', clientId: 'c', address: '10.9.9.9' }
    t.deepEqual(await rules.decide(question), { permit: true, rule: own })
    t.deepEqual(await rules.decide({ ...question, address: '11.0.0.1' }), { permit: false, rule: undefined })
    t.deepEqual(await rules.decide({ ...question, action: 'subscribe' }), { permit: false, rule: undefined })
  })()
})

test('a rule that means nothing is refused with a sentence', async t => {
  await withBench({}, async ({ control: { rules } }) => {
    for (const [given, sentence] of [
      [permit('a#'), /wildcard/],
      [permit(''), /is empty/],
      [permit('$share/g/a'), /shared subscription/],
      [permit('a', { user: '' }), /"user"/],
      [permit('a', { clientId: 'a\nb' }), /"clientId"/],
      [permit('a', { address: '10.0.0' }), /no address and no network/],
    ] as const) {
      await t.throwsAsync(rules.add(given), { code: 'bad_request', message: sentence })
    }
    await t.throwsAsync(rules.add(permit('a'), 'nope'), { code: 'not_found' })
    t.deepEqual(await rules.list(), [])
  })()
})
