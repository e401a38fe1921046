import test from 'ava'
import type { ISubackPacket } from 'mqtt-packet'
import { expire } from '../../../../plugins/mqtt-broker/engine/expiry.js'
import { lab, pause, until } from './engine.js'

const text = (payload: string) => Buffer.from(payload)
const message = (topic: string, payload: string, qos: 0 | 1 | 2 = 1) => ({
  topic,
  payload: text(payload),
  qos,
  retain: false,
})

test.serial('sessions are counted and paged in the order of their opening, whoever is away or back', async t => {
  const { open, backend } = await lab(t)
  const { sessions } = backend
  const clients = []
  for (const id of ['a', 'b', 'c', 'd']) clients.push(await open(id, { clean: id === 'd' }))
  await clients[1]!.leave()
  await until(t, () => sessions.count('away') === 1, 'b is away')
  const page = async (...asked: Parameters<typeof sessions.page>) =>
    (await sessions.page(...asked)).map(one => one.clientId)
  t.deepEqual(await page('all', 0, 10), ['a', 'b', 'c', 'd'])
  t.deepEqual(await page('connected', 1, 1), ['c'])
  t.deepEqual(await page('away', 0, 10), ['b'])
  t.deepEqual(await page('all', 4, 10), [])
  t.deepEqual([sessions.count('all'), sessions.count('connected'), sessions.count('away')], [4, 3, 1])
  t.like(await sessions.get('b'), { connected: false, cleanSession: false, address: '127.0.0.1', transport: 'tcp' })
  await open('b', { clean: false })
  t.deepEqual(await page('connected', 0, 10), ['a', 'b', 'c', 'd'])
  const serials: number[] = []
  for await (const block of sessions.blocks('all', (await sessions.get('b'))!.serial)) {
    serials.push(...block.map(({ serial }) => serial))
  }
  t.is(serials.length, 2)
  await clients[3]!.leave()
  await until(t, () => sessions.count('all') === 3, 'a clean session ends')
  t.is(await sessions.get('d'), undefined)
  t.like(await backend.metrics.gauges(), { clients: { count: 3, max: 4 }, sessions: { count: 3, max: 4 } })
})

test.serial('subscriptions are paged by session, and routes are counted as they come and go', async t => {
  const { open, backend } = await lab(t)
  const { subscriptions } = backend
  const a = await open('a')
  const b = await open('b', { clean: false })
  await a.client.subscribeAsync(['x', 'y/+', 'z'], { qos: 1 })
  await b.client.subscribeAsync(['x', 'w'], { qos: 2 })
  const page = async (offset: number, limit: number) =>
    (await subscriptions.page(offset, limit)).map(({ clientId, topic, qos }) => `${clientId} ${topic} ${qos}`)
  t.deepEqual(await page(0, 10), ['a x 1', 'a y/+ 1', 'a z 1', 'b x 2', 'b w 2'])
  t.deepEqual(await page(2, 2), ['a z 1', 'b x 2'])
  t.deepEqual(await page(5, 2), [])
  t.deepEqual(await subscriptions.routes(0, 10), ['w', 'x', 'y/+', 'z'])
  t.deepEqual([subscriptions.count(), subscriptions.routeCount(), subscriptions.subscribers('x')], [5, 4, 2])
  await a.client.subscribeAsync('x', { qos: 0 })
  t.is(subscriptions.count(), 5)
  await b.leave()
  t.is(subscriptions.subscribers('x'), 2)
  await a.client.unsubscribeAsync('x')
  await a.leave()
  await until(t, () => subscriptions.count() === 2, 'those of a clean session are gone')
  t.deepEqual(await subscriptions.routes(0, 10), ['w', 'x'])
  t.like(await backend.metrics.gauges(), {
    subscriptions: { count: 2, max: 5 },
    subscribers: { count: 2, max: 5 },
    routes: { count: 2, max: 4 },
  })
})

test.serial('a queue can be looked into, and has a bound in messages and in bytes, the oldest going first', async t => {
  const { open, backend, events } = await lab(t, { max_queue_length: 3, max_queue_bytes: 1000 })
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('q/#', { qos: 1 })
  await away.leave()
  for (const number of [1, 2, 3, 4, 5])
    await backend.publish(message(`q/${number}`, String(number), number % 2 ? 1 : 2))
  await backend.publish(message('q/0', 'not kept', 0))
  t.like(await backend.sessions.get('away'), { queued: 3, queueDropped: 2, enqueued: 5, inflight: 0 })
  const queue = await backend.sessions.queue('away', 0, 10)
  t.deepEqual(
    queue.map(({ topic, payload, qos, sent, retain }) => [topic, payload.toString(), qos, sent, retain]),
    [
      ['q/3', '3', 1, false, false],
      ['q/4', '4', 1, false, false],
      ['q/5', '5', 1, false, false],
    ],
  )
  t.deepEqual(
    (await backend.sessions.queue('away', 1, 1)).map(({ topic }) => topic),
    ['q/4'],
  )
  t.deepEqual(await backend.sessions.queue('nobody', 0, 10), [])
  t.like(await backend.alarms(), [{ id: 'queue_full:away', severity: 'warning' }])
  await backend.publish(message('q/large', 'x'.repeat(990)))
  t.deepEqual(
    (await backend.sessions.queue('away', 0, 10)).map(({ topic }) => topic),
    ['q/large'],
  )
  await backend.publish(message('q/huge', 'x'.repeat(1001)))
  t.like(await backend.sessions.get('away'), { queued: 1, queueDropped: 6 })
  t.like(await backend.metrics.counters(), { 'queue.dropped': 6, 'messages.dropped': 6, 'queue.in': 6 })
  await until(t, () => events.some(({ event }) => event === 'dropped'), 'the drops are told')
  t.like(
    events.find(({ event }) => event === 'dropped'),
    { clientId: 'away', reason: 'queue full', count: 6 },
  )
  const back = await open('away', { clean: false })
  await until(t, () => back.messages.length > 0, 'the queue is sent')
  await pause(50)
  t.like(await backend.sessions.get('away'), { queued: 0, inflight: 0, delivered: 1 })
  t.deepEqual(await backend.alarms(), [])
})

test.serial('with queue_qos0 messages of QoS 0 wait too', async t => {
  const { open, backend } = await lab(t, { queue_qos0: true })
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('q', { qos: 0 })
  await away.leave()
  await until(t, () => backend.sessions.count('away') === 1, 'it is away')
  await backend.publish(message('q', 'zero', 0))
  await backend.publish(message('q', 'one', 1))
  t.like(await backend.sessions.get('away'), { queued: 2 })
  const back = await open('away', { clean: false })
  await until(t, () => back.messages.length === 2, 'both have come')
  t.deepEqual(back.messages, ['q zero', 'q one'])
  await until(t, () => (backend.sessions.get('away') as { queued: number }).queued === 0, 'nothing waits any more')
})

test.serial('messages that come while a long queue is sent go behind it, and none comes twice', async t => {
  const { open, backend } = await lab(t)
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('q', { qos: 1 })
  await away.leave()
  for (let number = 0; number < 300; number++) await backend.publish(message('q', String(number)))
  const returning = open('away', { clean: false })
  for (let number = 300; number < 600; number++) await backend.publish(message('q', String(number)))
  const back = await returning
  await until(t, () => back.messages.length >= 600, 'all have come')
  await pause(50)
  t.deepEqual(
    back.messages,
    Array.from({ length: 600 }, (_, number) => `q ${number}`),
  )
})

test.serial('the server subscribes and unsubscribes for clients that are there or away', async t => {
  const { open, backend } = await lab(t)
  const { sessions } = backend
  await backend.publish({ ...message('state/1', 'on', 1), retain: true })
  const online = await open('online')
  t.deepEqual(
    await sessions.subscribe('online', [
      { topic: 'state/#', qos: 0 },
      { topic: 'a#', qos: 0 },
    ]),
    [0, 128],
  )
  await until(t, () => online.messages.includes('state/1 on retained'), 'retained messages are sent')
  await backend.publish(message('state/2', 'x'))
  await until(t, () => online.messages.includes('state/2 x'), 'and new ones')
  t.deepEqual(await sessions.unsubscribe('online', ['state/#', 'other']), [true, false])
  await backend.publish(message('state/2', 'y'))

  const away = await open('away', { clean: false })
  await away.leave()
  await until(t, () => sessions.count('away') === 1, 'it is away')
  t.deepEqual(await sessions.subscribe('away', [{ topic: 'state/+', qos: 1 }]), [1])
  await backend.publish(message('state/3', 'z'))
  const back = await open('away', { clean: false })
  await until(t, () => back.messages.length === 2, 'what waited is sent')
  t.deepEqual(back.messages, ['state/1 on retained', 'state/3 z'])
  t.deepEqual(await sessions.unsubscribe('away', ['state/+']), [true])
  await back.leave()
  const third = await open('away', { clean: false })
  await backend.publish(message('state/4', 'z'))
  await pause(50)
  t.deepEqual(third.messages, [])
  t.false(online.messages.includes('state/2 y'))
  t.deepEqual(
    [await sessions.subscribe('nobody', []), await sessions.unsubscribe('nobody', [])],
    [undefined, undefined],
  )
})

test.serial('a kick publishes the will and leaves the session; to forget leaves nothing', async t => {
  const { open, backend, broker, events } = await lab(t)
  const { sessions } = backend
  const witness = await open('witness')
  await witness.client.subscribeAsync('wills', { qos: 1 })
  const will = { topic: 'wills', payload: text('gone'), qos: 1 as const, retain: false }
  const lasting = await open('lasting', { clean: false, will })
  await lasting.client.subscribeAsync('q', { qos: 1 })
  t.true(await sessions.disconnect('lasting', 'kicked'))
  t.false(await sessions.disconnect('lasting', 'kicked'))
  await until(t, () => witness.messages.includes('wills gone'), 'the will is published')
  await backend.publish(message('q', 'kept'))
  t.like(await sessions.get('lasting'), { connected: false, queued: 1 })
  t.true(await sessions.forget('lasting', 'banned'))
  t.false(await sessions.forget('lasting', 'banned'))
  t.like(
    events.find(({ event, clientId }) => event === 'disconnected' && clientId === 'lasting'),
    { reason: 'kicked' },
  )
  t.like(
    events.find(({ event, clientId }) => event === 'session ended' && clientId === 'lasting'),
    { reason: 'banned' },
  )
  for (const name of ['sessions', 'subscriptions', 'queues', 'messages', 'wills'] as const) {
    t.deepEqual((await broker.journal.stores[name].page(10)).entries, [], name)
  }
  t.false((await open('lasting', { clean: false })).present)
})

test.serial('sessions expire, and those away longest end when there are too many', async t => {
  const { open, backend, house } = await lab(t, { max_sessions: 2 })
  for (const id of ['first', 'second', 'third']) await (await open(id, { clean: false })).leave()
  await until(t, () => backend.sessions.count('all') === 2, 'one too many')
  t.is(await backend.sessions.get('first'), undefined)
  await house.kernel.reload('mqtt-broker')
  await backend.settings.change({ session_expiry_interval: 1 })
  await until(t, () => backend.sessions.count('all') === 0, 'expired')
  t.like(await backend.metrics.counters(), { 'sessions.expired': 3 })
})

test.serial('sessions with many messages are removed in several turns', async t => {
  const { open, broker, backend } = await lab(t, { session_expiry_interval: 0 })
  const ids = Array.from({ length: 20 }, (_, n) => `away ${n}`)
  for (const id of ids) {
    const { client, leave } = await open(id, { clean: false })
    await client.subscribeAsync('many', { qos: 1 })
    await leave()
  }
  for (let n = 0; n < 200; n++)
    await backend.publish({ topic: 'many', payload: Buffer.from('x'), qos: 1, retain: false })
  const left: number[] = []
  broker.options = { ...broker.options, session_expiry_interval: 1 }
  for (const id of ids) broker.sessions.get(id)!.disconnectedAt = 0
  const clock = setInterval(() => left.push(broker.sessions.size), 0)
  const expired = expire(broker)
  left.push(broker.sessions.size)
  await expired
  clearInterval(clock)
  t.is(broker.sessions.size, 0)
  t.true(left[0]! >= 14, `${left}`)
})

test.serial('settings reach clients that are connected, and a wrong one changes nothing', async t => {
  const { raw, backend } = await lab(t, { max_subscriptions: 1 })
  const client = await raw('client')
  const subscribe = async (topic: string, messageId: number) => {
    client.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic, qos: 0 }] })
    return (await client.next<ISubackPacket>('suback')).granted
  }
  t.deepEqual(await subscribe('a', 1), [0])
  t.deepEqual(await subscribe('b', 2), [128])
  await backend.settings.change({ max_subscriptions: 2 })
  t.deepEqual(await subscribe('b', 3), [0])
  await t.throwsAsync(Promise.resolve(backend.settings.change({ max_subscriptions: -1 })), { name: 'KernelError' })
  t.like(await backend.settings.all(), { max_subscriptions: 2, history: 100 })
  t.false(client.closed)
})
