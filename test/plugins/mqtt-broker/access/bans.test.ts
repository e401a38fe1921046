import test from 'ava'
import fc from 'fast-check'
import { AddressSet } from '../../../../kernel/index.js'
import { BanList } from '../../../../plugins/mqtt-broker/access/bans/bans.js'
import { NetworkTable, parseNetwork } from '../../../../plugins/mqtt-broker/access/bans/network.js'
import { acrossRestart, asked, connected, who, withBench } from './bench.js'

const forever = { reason: undefined, by: undefined, until: undefined }
const anonymous = { anonymous: true }
const OUT = { admitted: false, returnCode: 5, reason: 'banned' } as const

test('a ban disconnects whom it concerns and keeps them out until it is lifted', async t => {
  await withBench({}, async ({ guard, control: { bans }, sessions, disconnected }) => {
    for (const [clientId, username, address] of [
      ['c1', 'bob', '10.0.0.1'],
      ['c2', 'bob', '10.0.0.2'],
      ['c3', undefined, '10.0.1.3'],
    ] as const) {
      sessions.push(connected({ clientId, username, address }))
    }
    const client = await bans.add({ kind: 'client', who: 'c1', ...forever, reason: 'noisy', by: 'admin' })
    t.like(client, { disconnected: 1, ban: { id: 'client:c1', reason: 'noisy', by: 'admin' } })
    t.like(await bans.add({ kind: 'client', who: 'unknown', ...forever }), { disconnected: 0 })
    t.like(await bans.add({ kind: 'user', who: 'bob', ...forever }), { disconnected: 2 })
    const network = await bans.add({ kind: 'address', who: '10.0.1.9/24', ...forever })
    t.like(network, { disconnected: 1, ban: { who: '10.0.1.0/24' } })
    t.deepEqual(disconnected, ['c1 banned', 'c1 banned', 'c2 banned', 'c3 banned'])

    t.deepEqual(await guard.admit(asked({ connection: anonymous })), { ...OUT, reason: 'banned: noisy' })
    t.deepEqual(await guard.admit(asked({ clientId: 'x', username: 'bob', connection: anonymous })), OUT)
    t.deepEqual(await guard.admit(asked({ clientId: 'x', connection: { ...anonymous, identity: 'bob' } })), OUT)
    t.deepEqual(await guard.admit(asked({ clientId: 'x', connection: { ...anonymous, address: '10.0.1.77' } })), OUT)
    t.true(guard.bannedAddress('10.0.1.1'))
    t.false(guard.bannedAddress('10.0.2.1'))
    t.is(guard.objection(who({ clientId: 'c9', address: '10.0.1.1' })), 'banned')
    t.like(await guard.admit(asked({ clientId: 'x', connection: anonymous })), { admitted: true })

    t.true(await bans.lift('client:c1'))
    t.false(await bans.lift('client:c1'))
    t.like(await guard.admit(asked({ connection: anonymous })), { admitted: true })
    t.true(await bans.lift(network.ban.id))
    t.false(guard.bannedAddress('10.0.1.1'))
  })()
})

test('a ban that comes while a password is being checked holds', async t => {
  await withBench({}, async ({ guard, control: { bans, users } }) => {
    await users.put({ name: 'bob', password: 'secret' }, 'create')
    const checking = guard.admit(asked({ username: 'bob', password: 'secret' }))
    await bans.add({ kind: 'client', who: 'c1', ...forever })
    t.deepEqual(await checking, OUT)
  })()
})

test('one for the same kind and name replaces the one before', async t => {
  await withBench({}, async ({ control: { bans } }) => {
    await bans.add({ kind: 'address', who: '::ffff:10.0.0.0/104', ...forever, reason: 'one' })
    await bans.add({ kind: 'address', who: '10.0.0.0/8', ...forever, reason: 'two' })
    await bans.add({ kind: 'user', who: '10.0.0.0/8', ...forever })
    t.is(await bans.count(), 2)
    t.like((await bans.page(undefined, 10)).bans, [{ reason: 'two' }, { kind: 'user' }])
  })()
})

test('bans last through a reload and a restart, and are paged by id', async t => {
  const ids = Array.from({ length: 7 }, (_, at) => `client:c${at}`)
  await acrossRestart(
    async bench => {
      for (const id of ids) await bench.control.bans.add({ kind: 'client', who: id.slice(7), ...forever })
      const before = bench.control
      await bench.reload()
      await before.bans.add({ kind: 'address', who: '10.9.0.0/16', ...forever })
      t.true(bench.guard.bannedAddress('10.9.1.1'), 'added by the generation before')
    },
    async ({ control: { bans }, guard }) => {
      t.is(await bans.count(), 8)
      t.true(guard.bannedAddress('10.9.1.1'))
      const seen: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await bans.page(after, 3)
        seen.push(...page.bans.map(({ id }) => id))
        if (page.next === undefined) break
        after = page.next
      }
      t.deepEqual(seen, ['address:10.9.0.0/16', ...ids])
    },
  )
})

test('a ban ends by itself, at once for those who ask and later in the store', async t => {
  const stored = new Map<string, unknown>()
  const namespace = {
    put: async (key: string, value: unknown) => void stored.set(key, value),
    batch: async (changes: { delete: string }[]) => {
      for (const change of changes) stored.delete(change.delete)
    },
    page: async () => ({ entries: [...stored], next: undefined }),
  }
  let now = 1000
  const kept = { namespace: namespace as never, known: new Map(), revision: 0, last: undefined }
  const bans = new BanList(
    kept,
    async () => 0,
    () => now,
  )
  for (const [name, until] of [
    ['short', 2000],
    ['long', 9000],
    ['ever', undefined],
  ] as const) {
    await bans.add({ kind: 'client', who: name, ...forever, until })
  }
  await bans.add({ kind: 'address', who: '10.0.0.1', ...forever, until: 2000 })
  const out = (clientId: string) => bans.find({ clientId, username: undefined, address: undefined }) !== undefined
  t.true(out('short') && out('long') && out('ever') && bans.ofAddress('10.0.0.1') !== undefined)
  now = 2000
  t.false(out('short'))
  t.is(bans.ofAddress('10.0.0.1'), undefined)
  t.is((await bans.page(undefined, 10)).bans.length, 2)
  t.is(stored.size, 4)
  await bans.sweep()
  t.deepEqual([...stored.keys()], ['client:long', 'client:ever'])
  t.is(bans.count(), 2)
  await t.throwsAsync(bans.add({ kind: 'client', who: 'x', ...forever, until: 2000 }), { message: /over already/ })
})

test('what nobody can be banned by is refused with a sentence', async t => {
  await withBench({}, async ({ control: { bans } }) => {
    for (const wrong of [
      '',
      '10.0.0',
      '10.0.0.1/33',
      '10.0.0.1/',
      '::1/129',
      'all',
      '10.0.0.1/8/8',
      '::ffff:10.0.0.1/95',
    ]) {
      await t.throwsAsync(bans.add({ kind: 'address', who: wrong, ...forever }), { code: 'bad_request' }, wrong)
    }
    await t.throwsAsync(bans.add({ kind: 'user', who: '', ...forever }), { message: /user/ })
    await t.throwsAsync(bans.add({ kind: 'client', who: 'a\nb', ...forever }), { message: /client/ })
    await t.throwsAsync(bans.add({ kind: 'client', who: 'a', ...forever, reason: 'x'.repeat(2000) }), {
      message: /reason/,
    })
    t.is(await bans.count(), 0)
  })()
})

test('a table of networks finds what a list of all of them finds', t => {
  const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`)
  const v6 = fc
    .tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }))
    .map(([address, length]) => `${address}/${length}`)
    // A network of IPv6 that holds all mapped addresses is no network of IPv4 here.
    .filter(text => !['0.0.0.1', '255.0.0.1'].every(each => new AddressSet([text]).has(each)))
  fc.assert(
    fc.property(
      fc.array(fc.oneof(v4, v6), { maxLength: 8 }),
      fc.array(fc.oneof(fc.ipV4(), fc.ipV6())),
      (texts, others) => {
        const table = new NetworkTable<string>()
        for (const text of texts) table.set(parseNetwork(text)!, text)
        const list = new AddressSet(texts)
        // Mapped addresses come in as IPv4.
        const asked = [...others, ...texts.map(text => text.split('/')[0]!)].filter(
          each => !/^(0*:)*:?ffff:/i.test(each),
        )
        for (const address of asked) t.is([...table.find(address)].length > 0, list.has(address), `${texts} ${address}`)
      },
    ),
    { numRuns: 500 },
  )
  t.deepEqual(
    ['10.1.2.3/8', '10.1.2.3', '2001:DB8:0:0:0::1', '2001:db8::/32', '0.0.0.0/0', '::ffff:1.2.3.4'].map(
      text => parseNetwork(text)?.text,
    ),
    ['10.0.0.0/8', '10.1.2.3', '2001:db8::1', '2001:db8::/32', '0.0.0.0/0', '1.2.3.4'],
  )
})
