import test from 'ava'
import type { ISubackPacket } from 'mqtt-packet'
import { lab, pause, until } from './engine.js'
import { connectPacket, rawClient } from './raw-client.js'

test.serial('nothing is acknowledged before it is stored', async t => {
  const { open, raw, broker, port, backend } = await lab(t)
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('kept', { qos: 1 })
  await away.leave()
  const publisher = await raw('publisher')
  const subscriber = await raw('subscriber', { clean: false })
  const stores = broker.journal.stores.sessions
  const batch = stores.batch.bind(stores)
  let goOn!: () => void
  const gate = new Promise<void>(resolve => {
    goOn = resolve
  })
  stores.batch = async changes => {
    await gate
    return batch(changes)
  }
  const newcomer = await rawClient(port)
  newcomer.send(connectPacket('newcomer', { clean: false }))
  const publish = { cmd: 'publish', payload: 'x', dup: false, retain: false } as const
  publisher.send({ ...publish, topic: 'kept', qos: 1, messageId: 1 })
  publisher.send({ ...publish, topic: 'kept', qos: 2, messageId: 2 })
  publisher.send({ ...publish, topic: 'state', qos: 1, messageId: 3, retain: true })
  publisher.send({ ...publish, topic: 'nobody', qos: 1, messageId: 4 })
  subscriber.send({ cmd: 'subscribe', messageId: 5, subscriptions: [{ topic: 'a', qos: 1 }] })
  let published = false
  const served = Promise.resolve(
    backend.publish({ topic: 'kept', payload: Buffer.from('y'), qos: 1, retain: false }),
  ).then(() => {
    published = true
  })
  await publisher.next('puback', 4)
  await pause(100)
  t.deepEqual([publisher.received, subscriber.received, newcomer.received, published], [[], [], [], false])
  goOn()
  await Promise.all([publisher.next('puback', 1), publisher.next('pubrec', 2), publisher.next('puback', 3)])
  await Promise.all([subscriber.next('suback'), newcomer.next('connack'), served])
  newcomer.socket.destroy()
})

test.serial(
  'while the disk refuses, nothing is acknowledged, an alarm is raised, and it goes on by itself after',
  async t => {
    const { open, raw, broker, backend } = await lab(t)
    const away = await open('away', { clean: false })
    await away.client.subscribeAsync('kept', { qos: 1 })
    await away.leave()
    const stores = broker.journal.stores.sessions
    const batch = stores.batch.bind(stores)
    stores.batch = () => Promise.reject(new Error('disk full'))
    const publisher = await raw('publisher')
    publisher.send({ cmd: 'publish', topic: 'kept', payload: 'x', qos: 1, messageId: 1, dup: false, retain: false })
    await until(t, () => publisher.closed, 'the publisher is disconnected')
    t.deepEqual(publisher.received, [])
    t.like(await backend.alarms(), [{ id: 'store_unwritable', severity: 'critical' }])
    stores.batch = batch
    const again = await open('again')
    await again.client.publishAsync('kept', 'y', { qos: 1 })
    t.deepEqual(await backend.alarms(), [])
    const back = await open('away', { clean: false })
    await until(t, () => back.messages.includes('kept y'), 'the acknowledged one has come')
  },
)

test.serial('a denied filter of a SUBSCRIBE with several is not delivered after the client comes back', async t => {
  const { open, raw, broker, backend } = await lab(t)
  const { authorizeSubscribe } = broker.engine
  // As an ACL would, for this filter only.
  broker.engine.authorizeSubscribe = (broker, client, asked, done) =>
    asked.topic === 'secret' ? done(null, null) : authorizeSubscribe(broker, client, asked, done)
  const client = await raw('curious', { clean: false })
  client.send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [
      { topic: 'open', qos: 1 },
      { topic: 'secret', qos: 1 },
    ],
  })
  t.deepEqual((await client.next<ISubackPacket>('suback')).granted, [1, 128])
  client.socket.destroy()
  await until(t, () => broker.connections.size === 0, 'it is away')
  await backend.publish({ topic: 'secret', payload: Buffer.from('x'), qos: 1, retain: false })
  const back = await open('curious', { clean: false })
  await backend.publish({ topic: 'secret', payload: Buffer.from('x'), qos: 1, retain: false })
  await backend.publish({ topic: 'open', payload: Buffer.from('x'), qos: 1, retain: false })
  await until(t, () => back.messages.length > 0, 'the allowed one has come')
  t.deepEqual(back.messages, ['open x'])
  const stored: string[] = []
  for await (const [key] of broker.journal.stores.subscriptions.entries()) stored.push(key.slice(15))
  t.deepEqual(stored, ['open'])
})
