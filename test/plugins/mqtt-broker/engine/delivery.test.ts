import test from 'ava'
import type { IConnackPacket, IPublishPacket, ISubackPacket } from 'mqtt-packet'
import { lab, pause, until } from './engine.js'
import { connectPacket, rawClient } from './raw-client.js'

const message = (topic: string, payload: string, qos: 0 | 1 | 2 = 1) => ({
  topic,
  payload: Buffer.from(payload),
  qos,
  retain: false,
})

test.serial('of a shared subscription one member gets each message, in turn, and all are listed', async t => {
  const { open, backend } = await lab(t)
  const members = [await open('a'), await open('b'), await open('c')]
  for (const { client } of members) await client.subscribeAsync('$share/workers/jobs/+', { qos: 1 })
  const other = await open('other')
  await other.client.subscribeAsync(['$queue/jobs/#', 'jobs/#'], { qos: 0 })
  for (let number = 0; number < 9; number++) await backend.publish(message(`jobs/${number}`, 'x', number % 2 ? 0 : 1))
  await until(t, () => other.messages.length === 18, 'whoever has two subscriptions gets both')
  await until(t, () => members.every(({ messages }) => messages.length === 3), 'three each')
  const all = members.flatMap(({ messages }) => messages).sort()
  t.deepEqual(
    all,
    Array.from({ length: 9 }, (_, number) => `jobs/${number} x`),
  )
  t.deepEqual(await backend.subscriptions.routes(0, 10), ['$queue/jobs/#', '$share/workers/jobs/+', 'jobs/#'])
  t.is(backend.subscriptions.subscribers('$share/workers/jobs/+'), 3)
})

test.serial('members that are connected come first; without any, the messages wait for one', async t => {
  const { open, backend } = await lab(t)
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('$share/g/jobs', { qos: 1 })
  await away.leave()
  await until(t, () => backend.sessions.count('away') === 1, 'it is away')
  const here = await open('here')
  await here.client.subscribeAsync('$share/g/jobs', { qos: 1 })
  for (let number = 0; number < 4; number++) await backend.publish(message('jobs', String(number)))
  await until(t, () => here.messages.length === 4, 'all go to who is connected')
  await here.leave()
  await until(t, () => backend.sessions.count('connected') === 0, 'nobody is connected')
  await backend.publish(message('jobs', 'waits'))
  const back = await open('away', { clean: false })
  await until(t, () => back.messages.length > 0, 'it waited')
  t.deepEqual(back.messages, ['jobs waits'])
})

test.serial('filters that are none are refused with 128, and never silently', async t => {
  const { raw } = await lab(t, { max_topic_levels: 5 })
  const client = await raw('client')
  const filters = ['$share/', '$share/g', '$share/g/', '$share//x', '$queue/', 'a/b/c/d/e', '$share/g/a/#']
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map(topic => ({ topic, qos: 1 })) })
  t.deepEqual((await client.next<ISubackPacket>('suback')).granted, [128, 128, 128, 128, 128, 1, 1])
})

test.serial('overlapping subscriptions deliver a message once, with the highest QoS that is granted', async t => {
  const { raw, backend } = await lab(t)
  for (const clean of [true, false]) {
    const client = await raw('client', { clean })
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [
        { topic: 'a/#', qos: 0 },
        { topic: 'a/+', qos: 1 },
        { topic: 'a/b', qos: 0 },
      ],
    })
    await client.next('suback')
    await backend.publish(message('a/b', 'x', 2))
    const { qos, messageId } = await client.next<IPublishPacket>('publish')
    t.is(qos, 1)
    client.send({ cmd: 'puback', messageId: messageId! })
    await pause(50)
    t.deepEqual(client.received, [])
    t.like(await backend.sessions.get('client'), { queued: 0, inflight: 0 })
  }
})

test.serial(
  'upgrade_qos delivers with the QoS of the subscription, ignore_loop_deliver spares the publisher',
  async t => {
    const { raw, backend } = await lab(t, { upgrade_qos: true, ignore_loop_deliver: true })
    const client = await raw('client', { clean: false })
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] })
    await client.next('suback')
    await backend.publish(message('a', 'x', 0))
    const { qos, messageId } = await client.next<IPublishPacket>('publish')
    t.is(qos, 1)
    client.send({ cmd: 'puback', messageId: messageId! })
    const publish = { cmd: 'publish', topic: 'a', payload: 'mine', dup: false, retain: false } as const
    client.send({ ...publish, qos: 0 })
    client.send({ ...publish, qos: 1, messageId: 5 })
    await client.next('puback', 5)
    await backend.publish(message('a', 'last', 1))
    t.is((await client.next<IPublishPacket>('publish')).payload.toString(), 'last')
    t.like(await backend.sessions.get('client'), { queued: 0 })
  },
)

test.serial('messages of several QoS in one chunk all come', async t => {
  const { open, raw, backend } = await lab(t)
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('kept', { qos: 1 })
  const reader = await open('reader')
  await reader.client.subscribeAsync(['kept', 'plain'], { qos: 1 })
  const publisher = await raw('publisher')
  const publish = { cmd: 'publish', payload: 'x', dup: false, retain: false } as const
  publisher.socket.cork()
  for (let number = 1; number <= 50; number++) {
    publisher.send({ ...publish, topic: 'kept', qos: 1, messageId: number })
    publisher.send({ ...publish, topic: 'plain', qos: 0 })
  }
  publisher.socket.uncork()
  await until(t, () => reader.messages.length === 100 && away.messages.length === 50, 'none was taken for a duplicate')
  t.is(backend.sessions.count('connected'), 3)
})

test.serial('retained messages: sent to a new subscription, replaced, deleted, paged, within limits', async t => {
  const { open, backend, events } = await lab(t, { max_retained_messages: 4, max_retained_size: 2000 })
  const { retained } = backend
  const publisher = await open('publisher')
  const keep = (topic: string, payload: string, qos: 0 | 1 = 1) =>
    publisher.client.publishAsync(topic, payload, { qos, retain: true })
  await keep('b/1', 'old', 0)
  await keep('b/1', 'new')
  await keep('a', 'x'.repeat(1500))
  await keep('b/2', 'y')
  await keep('$own', 'z')
  await keep('c', 'one too many')
  await keep('a', 'x'.repeat(2001))
  t.is(retained.count(), 4)
  t.like(await retained.get('b/1'), { topic: 'b/1', qos: 1, payload: Buffer.from('new') })
  t.is((await retained.get('a'))!.payload.length, 1500)
  const first = await retained.page('#', undefined, 2)
  t.deepEqual([first.messages.map(({ topic }) => topic), first.next], [['a', 'b/1'], 'b/1'])
  const second = await retained.page('#', first.next, 2)
  t.deepEqual([second.messages.map(({ topic }) => topic), second.next], [['b/2'], undefined])
  t.deepEqual(
    (await retained.page('b/+', undefined, 10)).messages.map(({ topic }) => topic),
    ['b/1', 'b/2'],
  )
  t.deepEqual(
    (await retained.page('b/2', undefined, 10)).messages.map(({ topic }) => topic),
    ['b/2'],
  )
  t.deepEqual(
    (await retained.page('$own', undefined, 10)).messages.map(({ topic }) => topic),
    ['$own'],
  )
  await until(t, () => events.filter(({ event }) => event === 'dropped').length === 2, 'refusals are told')
  t.deepEqual(
    events
      .filter(({ event }) => event === 'dropped')
      .map(({ reason }) => reason)
      .sort(),
    ['too large to retain', 'too many retained messages'],
  )
  const reader = await open('reader')
  await reader.client.subscribeAsync('b/#', { qos: 0 })
  await until(t, () => reader.messages.length === 2, 'both are sent')
  t.deepEqual(reader.messages, ['b/1 new retained', 'b/2 y retained'])
  t.true(await retained.delete('b/1'))
  t.false(await retained.delete('b/1'))
  await keep('b/2', '')
  t.is(retained.count(), 2)
  t.like(await backend.metrics.gauges(), { retained: { count: 2, max: 4 } })
})

test.serial('what clients may not publish is acknowledged and goes nowhere', async t => {
  const { raw, open, backend, events } = await lab(t)
  const reader = await open('reader')
  await reader.client.subscribeAsync(['$SYS/#', '$share/x', '#'], { qos: 1 }).catch(() => undefined)
  const client = await raw('client')
  const publish = { cmd: 'publish', topic: '$SYS/broker/clients/connected', payload: '0', dup: false } as const
  client.send({ ...publish, qos: 1, messageId: 1, retain: true })
  await client.next('puback', 1)
  client.send({ ...publish, qos: 2, messageId: 2, retain: false })
  await client.next('pubrec', 2)
  client.send({ cmd: 'pubrel', messageId: 2 })
  await client.next('pubcomp', 2)
  t.false(client.closed)
  t.is(backend.retained.count(), 0)
  t.like(await backend.metrics.counters(), { 'publish.refused_by_acl': 2 })
  await until(t, () => events.some(({ event }) => event === 'publish refused'), 'it is told')
  t.like(
    events.find(({ event }) => event === 'publish refused'),
    { clientId: 'client', reason: 'reserved topic', count: 2 },
  )
  t.deepEqual(reader.messages, [])
  // The server itself may.
  await backend.publish(message('$SYS/own', 'y'))
  await until(t, () => reader.messages.includes('$SYS/own y'), 'the server speaks there')
})

test.serial(
  '$SYS/broker says what is measured, at once to whoever subscribes, and again every sys_interval',
  async t => {
    const { open } = await lab(t, { sys_interval: 1 })
    const reader = await open('reader')
    await reader.client.subscribeAsync('$SYS/broker/clients/#')
    await until(t, () => reader.messages.includes('$SYS/broker/clients/connected 0 retained'), 'what was said last')
    await until(t, () => reader.messages.includes('$SYS/broker/clients/connected 1'), 'what is so now')
  },
)

test.serial(
  'CONNECT: ids that are too long or missing get CONNACK 2, of both versions; a lost session is not present',
  async t => {
    const { port, raw } = await lab(t, { max_clientid_length: 30 })
    const answer = async (packet: Parameters<typeof connectPacket>) => {
      const client = await rawClient(port)
      client.send(connectPacket(...packet))
      const { returnCode, sessionPresent } = await client.next<IConnackPacket>('connack')
      client.socket.destroy()
      return [returnCode, sessionPresent]
    }
    const old = { protocolId: 'MQIsdp', protocolVersion: 3 } as const
    t.deepEqual(await answer(['é'.repeat(15)]), [0, false])
    t.deepEqual(await answer(['x'.repeat(30), old]), [0, false])
    t.deepEqual(await answer(['x'.repeat(31)]), [2, false])
    t.deepEqual(await answer(['é'.repeat(16), old]), [2, false])
    const nameless = await rawClient(port)
    // The library would not write it.
    nameless.socket.write(Buffer.from('100c00044d5154540400003c0000', 'hex'))
    t.is((await nameless.next<IConnackPacket>('connack')).returnCode, 2)
    t.deepEqual(await answer(['lasting', { clean: false }]), [0, false])
    t.deepEqual(await answer(['lasting', { clean: false }]), [0, true])
    t.deepEqual(await answer(['lasting', { clean: true }]), [0, false])
    t.deepEqual(await answer(['lasting', { clean: false }]), [0, false])
    const first = await raw('twice', { clean: false })
    t.deepEqual(await answer(['twice', { clean: false }]), [0, true])
    t.true(first.closed)
  },
)

test.serial(
  'wills: published when the connection breaks, is taken over or times out; not after DISCONNECT',
  async t => {
    const { open, raw, events, broker } = await lab(t)
    const witness = await open('witness', { clean: false })
    await witness.client.subscribeAsync('wills/#', { qos: 1 })
    const will = (topic: string) => ({
      topic: `wills/${topic}`,
      payload: Buffer.from('x'),
      qos: 1 as const,
      retain: false,
    })
    const broken = await raw('broken', { will: will('broken') })
    broken.socket.destroy()
    await raw('old', { will: will('old') })
    const polite = await raw('polite', { will: will('polite') })
    polite.send({ cmd: 'disconnect' })
    await raw('old', { will: will('new') })
    const silent = await raw('silent', { keepalive: 1, will: will('silent') })
    await until(t, () => silent.closed, 'the silent one is disconnected')
    await until(t, () => witness.messages.length === 3, 'three wills')
    t.deepEqual([...witness.messages].sort(), ['wills/broken x', 'wills/old x', 'wills/silent x'])
    const reasons = Object.fromEntries(
      events.filter(({ event }) => event === 'disconnected').map(({ clientId, reason }) => [clientId, reason]),
    )
    t.like(reasons, { old: 'taken over', silent: 'keep alive timeout', polite: 'client disconnected' })
    t.true(events.some(({ event, clientId }) => event === 'taken over' && clientId === 'old'))
    await pause(200)
    const stored = (await broker.journal.stores.wills.page(10)).entries
    t.deepEqual(
      stored.map(([clientId, { topic }]) => [clientId, topic]),
      [['old', 'wills/new']],
    )
  },
)

test.serial('events are numbered, kept for each client, and bounded', async t => {
  const { open, backend, events } = await lab(t, { history: 3 })
  const client = await open('client')
  await client.client.subscribeAsync('a', { qos: 1 })
  await client.client.unsubscribeAsync('a')
  const history = await backend.events.history('client')
  t.deepEqual(
    history.map(({ event }) => event),
    ['connected', 'subscribed', 'unsubscribed'],
  )
  t.deepEqual(
    events.filter(({ clientId }) => clientId === 'client').map(({ event }) => event),
    ['session opened', 'connected', 'subscribed', 'unsubscribed'],
  )
  t.deepEqual(
    events.map(({ id }) => id),
    events.map((_, index) => events[0]!.id + index),
  )
  t.like(history[1], { clientId: 'client', topic: 'a', qos: 1, address: '127.0.0.1' })
  t.deepEqual(await backend.events.history('nobody'), [])
})
