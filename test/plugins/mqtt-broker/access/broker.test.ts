import test from 'ava'
import type { ISubscriptionGrant, MqttClient } from 'mqtt'
import type { MqttBackend } from '../../../../plugins/mqtt-admin/backend.js'
import { openHouse, type TestHouse } from '../../../faces/house.js'
import { closed, connectClient, eventually } from '../../../faces/mqtt.js'

interface Opened {
  house: TestHouse
  backend(): MqttBackend
}

function withBroker(options: Record<string, unknown>, act: (opened: Opened) => Promise<void>) {
  return async () => {
    const house = await openHouse({
      start: ['mqtt-broker'],
      plugins: { 'mqtt-broker': { port: 0, ws_port: false, password_cost: 1024, ...options } },
    })
    try {
      await act({ house, backend: () => house.kernel.live.table.service('mqtt-backend') as MqttBackend })
    } finally {
      await house.close()
    }
  }
}

const forever = { reason: undefined, by: undefined, until: undefined }
const code = (code: number) => ({ code })
const qosOf = async (client: MqttClient, filter: string) =>
  (
    (await client
      .subscribeAsync(filter)
      .catch(refused => [{ topic: filter, qos: refused.code ?? 128 }])) as ISubscriptionGrant[]
  )[0]?.qos

test.serial('on loopback anybody may connect, but a known name needs its password', async t => {
  await withBroker({}, async ({ house, backend }) => {
    const stranger = await connectClient(house, { clientId: 'c1', username: 'bob', password: 'x' })
    t.is((await backend().sessions.get('c1'))?.username, 'bob')
    await backend().access.users.put({ name: 'bob', password: 'secret' }, 'create')
    t.true(stranger.connected)
    await t.throwsAsync(connectClient(house, { clientId: 'c2', username: 'bob', password: 'x' }), code(4))
    await t.throwsAsync(connectClient(house, { clientId: 'c2', username: 'bob' }), code(4))
    const bob = await connectClient(house, { clientId: 'c2', username: 'bob', password: 'secret' })
    for (const client of [stranger, bob]) client.end(true)
  })()
})

test.serial('a fleet of different users that comes back all at once is let in, each in its turn', async t => {
  await withBroker({ allow_anonymous: 'never', max_connection_rate: 0 }, async ({ house, backend }) => {
    const names = Array.from({ length: 150 }, (_, number) => `device${number}`)
    await Promise.all(names.map(name => backend().access.users.put({ name, password: name }, 'create')))
    const fleet = await Promise.all(
      names.map(name => connectClient(house, { clientId: name, username: name, password: name })),
    )
    t.is(await backend().sessions.count('connected'), 150)
    for (const client of fleet) client.end(true)
  })()
})

test.serial(
  'with allow_anonymous: never only users connect; locking and removing one closes its connections',
  async t => {
    await withBroker({ allow_anonymous: 'never' }, async ({ house, backend }) => {
      const { users } = backend().access
      await t.throwsAsync(connectClient(house, { clientId: 'a' }), code(5))
      await t.throwsAsync(connectClient(house, { clientId: 'a', username: 'eve', password: 'x' }), code(4))
      for (const name of ['bob', 'eve']) await users.put({ name, password: name }, 'create')
      const bob = await connectClient(house, { clientId: 'b', username: 'bob', password: 'bob' })
      const eve = await connectClient(house, { clientId: 'e', username: 'eve', password: 'eve' })
      await house.kernel.reload('mqtt-broker')
      t.true(bob.connected && eve.connected)
      const gone = [closed(bob), closed(eve)]
      await backend().access.users.put({ name: 'bob', disabled: true }, 'update')
      await gone[0]
      t.true(eve.connected)
      await backend().access.users.delete('eve')
      await gone[1]
      await t.throwsAsync(connectClient(house, { clientId: 'b', username: 'bob', password: 'bob' }), code(4))
    })()
  },
)

test.serial('what the ACL denies is neither published nor subscribed, and the client stays connected', async t => {
  await withBroker({}, async ({ house, backend }) => {
    const { access, events, metrics } = backend()
    const heard: string[] = []
    events.subscribe(({ event, topic }) => heard.push(`${event} ${topic ?? ''}`))
    const seen: string[] = []
    const witness = await connectClient(house, { clientId: 'witness' }, topic => seen.push(topic))
    await witness.subscribeAsync('#')
    await access.rules.add({ permit: false, action: 'publish', topic: 'closed/#' })
    await access.rules.add({ permit: false, action: 'subscribe', topic: 'secret/#', clientId: 'c1' })
    const client = await connectClient(house, { clientId: 'c1' })
    for (const qos of [0, 1, 2] as const) await client.publishAsync('closed/x', 'no', { qos })
    await client.publishAsync('open', 'yes', { qos: 1 })
    await eventually(() => seen.includes('open'), 'what is allowed arrives')
    t.deepEqual(seen, ['open'])
    t.true(client.connected)
    for (const filter of ['secret/x', '#', '+/x', '$share/g/secret/x']) t.is(await qosOf(client, filter), 128, filter)
    t.is(await qosOf(client, 'open'), 0)
    t.like(await metrics.counters(), { 'publish.refused_by_acl': 3, 'subscribe.refused_by_acl': 4 })
    await eventually(() => heard.some(text => text === 'publish refused closed/x'), 'it is told')
    t.true(heard.includes('subscribe refused secret/x'))
    // A rule that is added holds for the next message.
    await access.rules.add({ permit: false, action: 'publish', topic: 'open' })
    await client.publishAsync('open', 'no', { qos: 1 })
    await client.publishAsync('end', 'yes', { qos: 1 })
    await eventually(() => seen.includes('end'), 'the last one arrives')
    t.deepEqual(seen, ['open', 'end'])
    for (const each of [witness, client]) each.end(true)
  })()
})

test.serial('rights of a user are not those of whoever claims the name, nor is the session', async t => {
  await withBroker({ acl_nomatch: 'deny' }, async ({ house, backend }) => {
    const { users, rules } = backend().access
    await rules.add({ permit: true, action: 'all', topic: 'users/%u/#' })
    const pretender = await connectClient(house, { clientId: 'p', username: 'bob' })
    t.is(await qosOf(pretender, 'users/bob/#'), 128)
    await users.put({ name: 'bob', password: 'secret' }, 'create')
    const login = { clientId: 'lasting', username: 'bob', password: 'secret', clean: false }
    const bob = await connectClient(house, login)
    t.is(await qosOf(bob, 'users/bob/#'), 0)
    await bob.subscribeAsync('users/bob/#', { qos: 1 })
    bob.end(true)
    await eventually(async () => !(await backend().sessions.get('lasting'))?.connected, 'bob is away')
    const other = await connectClient(house, { clientId: 'o', username: 'bob', password: 'secret' })
    await other.publishAsync('users/bob/letter', 'private', { qos: 1 })
    const letters: string[] = []
    const back = await connectClient(house, login, topic => letters.push(topic))
    await eventually(() => letters.length > 0, 'the letter arrives')
    t.deepEqual(letters, ['users/bob/letter'])
    back.end(true)
    await eventually(async () => !(await backend().sessions.get('lasting'))?.connected, 'bob is away again')
    await other.publishAsync('users/bob/letter', 'private', { qos: 1 })
    const stolen: string[] = []
    const thief = await connectClient(house, { clientId: 'lasting', clean: false }, each => stolen.push(each))
    await other.publishAsync('users/bob/letter', 'private', { qos: 1 })
    await new Promise(resolve => setTimeout(resolve, 100))
    t.deepEqual(stolen, [])
    t.is((await backend().sessions.get('lasting'))?.subscriptions.size, 0)
    for (const each of [pretender, other, thief]) each.end(true)
  })()
})

test.serial('a ban closes connections and refuses the next with code 5', async t => {
  await withBroker({}, async ({ house, backend }) => {
    const { bans } = backend().access
    const told: (string | undefined)[] = []
    backend().events.subscribe(({ event, reason }) => event === 'refused' && told.push(reason))
    const client = await connectClient(house, { clientId: 'c1' })
    const gone = closed(client)
    t.is((await bans.add({ kind: 'client', who: 'c1', ...forever, reason: 'noisy' })).disconnected, 1)
    await gone
    await t.throwsAsync(connectClient(house, { clientId: 'c1' }), code(5))
    t.deepEqual(told, ['banned: noisy'])
    const other = await connectClient(house, { clientId: 'c2' })
    const out = closed(other)
    const { ban } = await bans.add({ kind: 'address', who: '127.0.0.0/8', ...forever })
    await out
    await t.throwsAsync(connectClient(house, { clientId: 'c3' }), code(5))
    await bans.lift(ban.id)
    const back = await connectClient(house, { clientId: 'c3' })
    t.true(back.connected)
    back.end(true)
  })()
})

test.serial('acl_nomatch, acl_cache and allow_anonymous hold at once when they are changed', async t => {
  await withBroker({}, async ({ house, backend }) => {
    const seen: string[] = []
    const client = await connectClient(house, { clientId: 'c1' }, (_topic, payload) => seen.push(payload))
    await client.subscribeAsync('a')
    await client.publishAsync('a', '1', { qos: 1 })
    await eventually(() => seen.length === 1, 'it arrives')
    await backend().settings.change({ acl_nomatch: 'deny', allow_anonymous: 'never', acl_cache: false })
    t.true(client.connected)
    await client.publishAsync('a', '2', { qos: 1 })
    await t.throwsAsync(connectClient(house, { clientId: 'c2' }), code(5))
    await backend().settings.change({ acl_nomatch: 'allow' })
    await client.publishAsync('a', '3', { qos: 1 })
    await eventually(() => seen.includes('3'), 'the third arrives')
    t.deepEqual(seen, ['1', '3'])
    client.end(true)
  })()
})

test.serial('what was decided for a client is forgotten on demand, only while it is connected', async t => {
  await withBroker({}, async ({ house, backend }) => {
    const client = await connectClient(house, { clientId: 'c1' })
    await client.publishAsync('a', '1', { qos: 1 })
    t.true(await backend().access.forgetDecisions('c1', 'a'))
    client.end(true)
    await eventually(async () => !(await backend().access.forgetDecisions('c1', 'a')), 'it has gone')
    t.false(await backend().access.forgetDecisions('nobody'))
  })()
})
