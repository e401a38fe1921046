import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'
import test from 'ava'
import { generate, type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet'
import { lab, pause, until } from './engine.js'
import { connectPacket, rawClient } from './raw-client.js'

const publish = (topic: string, payload: string, more: Partial<IPublishPacket> = {}): IPublishPacket => ({
  cmd: 'publish',
  topic,
  payload,
  qos: 0,
  dup: false,
  retain: false,
  ...more,
})

/** As much as the system reads at once, so that what follows comes in another chunk of the same turn. */
const CHUNK = 65_536

test.serial('nothing is done for a client before it was let in, wherever its bytes are cut', async t => {
  const { open, port } = await lab(t, { allow_anonymous: 'always' })
  const listener = await open('listener')
  await listener.client.subscribeAsync('door')
  const strict = await lab(t, { allow_anonymous: 'never' })
  t.not(strict.port, port)
  const seen: string[] = []
  const { route } = strict.broker.engine
  strict.broker.engine.route = (broker, packet, done) => {
    seen.push(packet.topic)
    route(broker, packet, done)
  }
  const asked = connectPacket('burglar', { username: 'nobody', password: Buffer.alloc(0) })
  const missing = CHUNK - generate(asked).length
  const first = generate({ ...asked, password: Buffer.alloc(missing - 2, 'x') })
  t.is(first.length, CHUNK)
  for (let n = 0; n < 10; n++) {
    const socket = connect(strict.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await new Promise(resolve => socket.once('connect', resolve))
    socket.write(Buffer.concat([first, generate(publish('door', 'open'))]))
    await pause(50)
    socket.destroy()
  }
  t.deepEqual(
    seen.filter(topic => !topic.startsWith('$SYS/')),
    [],
  )
})

test.serial('what a client sends without waiting for CONNACK is taken in its order, and all of it', async t => {
  const { open, broker, port } = await lab(t)
  const listener = await open('listener')
  await listener.client.subscribeAsync('ordered')
  const { authenticate } = broker.engine
  broker.engine.authenticate = (...given) => void setTimeout(() => authenticate(...given), 100)
  const eager = await rawClient(port)
  const many = Array.from({ length: 100 }, (_, n) => generate(publish('ordered', String(n))))
  eager.socket.write(Buffer.concat([generate(connectPacket('eager')), ...many.slice(0, 60)]))
  await pause(30)
  eager.socket.write(Buffer.concat([...many.slice(60), generate({ cmd: 'disconnect' } as Packet)]))
  await until(t, () => listener.messages.length === 100, 'all came')
  t.deepEqual(
    listener.messages,
    many.map((_, n) => `ordered ${n}`),
  )
  await until(t, () => eager.closed, 'and DISCONNECT last')
})

test.serial('messages to one topic keep their order, also when some of them have to be stored first', async t => {
  const { open } = await lab(t)
  const [listener, publisher] = [await open('listener'), await open('publisher')]
  await listener.client.subscribeAsync('state', { qos: 2 })
  for (const qos of [1, 2] as const) {
    listener.messages.length = 0
    const sent = Array.from({ length: 20 }, (_, n) => n)
    await Promise.all(sent.map(n => publisher.client.publishAsync('state', `${n}`, { qos, retain: n % 2 === 0 })))
    await until(t, () => listener.messages.length === 20, 'all came')
    t.deepEqual(
      listener.messages,
      sent.map(n => `state ${n}`),
    )
  }
})

test.serial('a QoS 2 message that could not be stored at once is delivered once, to whoever is there', async t => {
  const { open, raw, broker } = await lab(t)
  const lasting = await open('lasting', { clean: false })
  const passing = await open('passing')
  for (const { client } of [lasting, passing]) await client.subscribeAsync('kept', { qos: 1 })
  const before = await raw('publisher', { clean: false })
  const stores = broker.journal.stores.sessions
  const batch = stores.batch.bind(stores)
  stores.batch = () => Promise.reject(new Error('disk full'))
  const message = publish('kept', 'x', { qos: 2, messageId: 7 })
  before.send(message)
  await until(t, () => before.closed, 'the publisher is disconnected')
  stores.batch = batch
  const after = await raw('publisher', { clean: false })
  after.send({ ...message, dup: true })
  await after.next('pubrec', 7)
  after.send({ cmd: 'pubrel', messageId: 7 })
  await after.next('pubcomp', 7)
  await until(t, () => lasting.messages.length > 0 && passing.messages.length > 0, 'both have it')
  await pause(50)
  t.deepEqual([lasting.messages, passing.messages], [['kept x'], ['kept x']])
})

test.serial('a persistent session that could not be stored is not promised by the next CONNACK either', async t => {
  const { broker, port } = await lab(t)
  const stores = broker.journal.stores.sessions
  const batch = stores.batch.bind(stores)
  stores.batch = () => Promise.reject(new Error('disk full'))
  for (const _ of [1, 2]) {
    const client = await rawClient(port)
    client.send(connectPacket('newcomer', { clean: false }))
    t.like(await client.next('connack'), { returnCode: 3 })
  }
  stores.batch = batch
})

test.serial('connections that end while they are let in leave nothing behind, nor do they touch another', async t => {
  const { open, raw, broker, port, backend } = await lab(t)
  const will = { topic: 'gone', payload: Buffer.from('x'), qos: 0, retain: false } as IConnectPacket['will']
  const { putWill } = broker.engine
  broker.engine.putWill = async (...given) => {
    await putWill(...given)
    await pause(100)
  }
  const lone = await rawClient(port)
  lone.send(connectPacket('lone', { will }))
  await pause(50)
  lone.socket.resetAndDestroy()
  const first = await rawClient(port)
  first.send(connectPacket('same', { will }))
  await pause(30)
  const second = await raw('same')
  first.socket.resetAndDestroy()
  await pause(200)
  t.deepEqual(Object.keys((broker.aedes as unknown as { clients: object }).clients), ['same'])
  t.is(await backend.sessions.count('connected'), 1)
  second.socket.destroy()
  await until(t, () => broker.connections.size === 0, 'its end is noticed')
  t.is(broker.wills.size, 0)
  const fresh = await open('fresh')
  t.is(fresh.present, false)
})

test.serial('a session that ends while its client is let in is not promised to it', async t => {
  const { open, raw, broker, port, backend } = await lab(t)
  const before = await open('same', { clean: false })
  await before.client.subscribeAsync('kept', { qos: 1 })
  await before.leave()
  const { putWill } = broker.engine
  broker.engine.putWill = async (...given) => {
    await putWill(...given)
    await pause(100)
  }
  const slow = await rawClient(port)
  const will = { topic: 'gone', payload: Buffer.from('x'), qos: 0, retain: false } as IConnectPacket['will']
  slow.send(connectPacket('same', { clean: false, will }))
  await pause(30)
  await raw('same')
  await until(t, () => slow.closed, 'it has to come again')
  t.deepEqual(slow.received, [])
  t.is(await backend.sessions.count('connected'), 0)
  t.is((await open('same', { clean: false })).present, false)
})

test.serial('ten thousand filters with a retained message each do not hold up the others', async t => {
  const { raw, broker, open } = await lab(t)
  const publisher = await open('publisher')
  const topics = Array.from({ length: 10_000 }, (_, n) => `devices/site/${n}/state`)
  await Promise.all(topics.map(topic => publisher.client.publishAsync(topic, 'on', { qos: 1, retain: true })))
  t.is(broker.retained.byTopic.size, 10_000)
  const greedy = await raw('greedy')
  let longest = 0
  let last = performance.now()
  const clock = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 5)
  greedy.send({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map(topic => ({ topic, qos: 1 as const })) })
  await greedy.next('suback')
  await until(t, () => greedy.received.length === 10_000, 'all came')
  clearInterval(clock)
  t.log(`longest pause ${Math.round(longest)} ms`)
  t.true(longest < 3000)
})

test.serial('long names of whoever is refused do not fill the memory', async t => {
  const { port, broker } = await lab(t)
  for (let round = 0; round < 10; round++) {
    const clients = await Promise.all(Array.from({ length: 100 }, () => rawClient(port)))
    for (const [n, client] of clients.entries()) {
      client.send(connectPacket(`${round} ${n} `.padEnd(60_000, 'x'), { username: 'u'.repeat(60_000) }))
    }
    await Promise.all(clients.map(client => client.next('connack')))
  }
  const { histories } = broker.chronicle
  let characters = 0
  for (const [clientId, events] of histories) {
    characters += clientId.length
    for (const { username = '' } of events) characters += username.length
  }
  t.true(histories.size > 0)
  t.true(characters < 60_000_000, `${characters}`)
})

test.serial('more messages than packet identifiers wait for their turn, and each comes once', async t => {
  const { open, raw, broker, backend } = await lab(t, { max_queue_length: 0 })
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('many', { qos: 2 })
  await away.leave()
  const count = 66_000
  for (let n = 0; n < count; n += 1000) {
    await Promise.all(
      Array.from({ length: 1000 }, (_, at) =>
        backend.publish({ topic: 'many', payload: Buffer.from(String(n + at)), qos: 1, retain: false }),
      ),
    )
  }
  t.is(broker.sessions.get('away')!.queue!.entries.size, count)
  const back = await raw('away', { clean: false })
  let seen = 0
  const unacknowledged = new Set<number>()
  const collisions: number[] = []
  const take = () => {
    for (const packet of back.received.splice(0)) {
      if (packet.cmd !== 'publish') continue
      const { messageId } = packet as IPublishPacket
      if (unacknowledged.has(messageId!)) collisions.push(messageId!)
      unacknowledged.add(messageId!)
      seen++
    }
  }
  for (let still = 0, before = -1; still < 20; still++) {
    await pause(50)
    take()
    if (seen !== before) still = 0
    before = seen
  }
  t.deepEqual(collisions.length, 0)
  t.is(seen, 64_535)
  // One that is published now goes behind them.
  await backend.publish({ topic: 'many', payload: Buffer.from('last'), qos: 1, retain: false })
  let last: Packet | undefined
  const end = Date.now() + 15_000
  while (seen < count + 1 && Date.now() < end) {
    for (const messageId of unacknowledged) back.send({ cmd: 'puback', messageId })
    unacknowledged.clear()
    await pause(20)
    last = back.received.at(-1) ?? last
    take()
  }
  t.is(seen, count + 1)
  t.is(String((last as IPublishPacket).payload), 'last')
  t.is(collisions.length, 0)
})

test.serial('retained messages take no identifier that a message of the queue has', async t => {
  const { open, raw, broker, backend } = await lab(t)
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('queued', { qos: 1 })
  await away.leave()
  for (let n = 0; n < 5; n++)
    await backend.publish({ topic: 'queued', payload: Buffer.from('x'), qos: 1, retain: false })
  const back = await raw('away', { clean: false })
  await until(t, () => back.received.length === 5, 'the queue came')
  await backend.publish({ topic: 'retained', payload: Buffer.from('x'), qos: 1, retain: true })
  const used = back.received.map(packet => packet.messageId!)
  ;(broker.connections.get('away') as unknown as { _nextId: number })._nextId = used[0]!
  back.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 'retained', qos: 1 }] })
  await until(t, () => back.received.length === 7, 'SUBACK and the retained message came')
  const { messageId } = back.received.find(packet => (packet as IPublishPacket).retain)!
  t.false(used.includes(messageId!))
})

test.serial('a long queue, and long retained messages, wait until their client has read what came before', async t => {
  const { open, raw, broker, backend } = await lab(t, { slow_client_bytes: 16_384 })
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('queued', { qos: 1 })
  await away.leave()
  const payload = Buffer.alloc(65_536, 'x')
  for (let n = 0; n < 200; n++) await backend.publish({ topic: 'queued', payload, qos: 1, retain: false })
  for (let n = 0; n < 200; n++) await backend.publish({ topic: `state/${n}`, payload, qos: 0, retain: true })
  const back = await raw('away', { clean: false })
  back.socket.pause()
  await pause(200)
  back.socket.resume()
  await until(t, () => back.closed || back.received.length === 200, 'the queue came')
  t.is(back.received.length, 200)
  back.received.length = 0
  back.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 'state/#', qos: 0 }] })
  await back.next('suback')
  back.socket.pause()
  await pause(200)
  back.socket.resume()
  await until(t, () => back.closed || back.received.length === 200, 'the retained ones came')
  t.is(back.received.length, 200)
  t.is(broker.counters['messages.dropped'], 0)
})

test.serial('no client is sent a topic with U+0000, which would make it hang up', async t => {
  const { open, raw, port, broker } = await lab(t)
  const listener = await open('listener')
  await listener.client.subscribeAsync('#')
  const hostile = await raw('hostile')
  hostile.send(publish('a/\0', 'x', { retain: true }))
  await until(t, () => hostile.closed, 'it is hung up on')
  t.deepEqual(listener.messages, [])
  t.is(broker.retained.byTopic.size, 0)
  const named = await rawClient(port)
  named.send(connectPacket('a\0b'))
  t.like(await named.next('connack'), { returnCode: 2 })
})
