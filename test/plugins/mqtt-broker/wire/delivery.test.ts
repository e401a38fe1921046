import { Duplex } from 'node:stream'
import { Aedes } from 'aedes'
import test from 'ava'
import type { DeliveringClient } from '../../../../plugins/mqtt-broker/wire/delivery.js'

test('aedes has what delivering in its place needs, and asks for it by these names', async t => {
  const aedes = await Aedes.createBroker()
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const client = aedes.handle(stream) as unknown as DeliveringClient
  t.is(client.conn, stream)
  t.is(typeof client._nextId, 'number')
  t.is(typeof client.duplicates, 'object')
  t.is(typeof client.subscriptions, 'object')
  const delivered: string[] = []
  for (const name of ['deliver0', 'deliverQoS'] as const) {
    t.true(Object.hasOwn(client, name))
    client[name] = (packet, done) => {
      delivered.push(`${name} ${packet.topic}`)
      done()
    }
  }
  const { publish } = client as unknown as { publish(packet: object, done: () => void): void }
  for (const qos of [0, 1]) {
    await new Promise<void>(done => publish.call(client, { topic: `q${qos}`, payload: 'x', qos }, done))
  }
  t.deepEqual(delivered, ['deliver0 q0', 'deliverQoS q1'])
  stream.destroy()
  await new Promise<void>(closed => aedes.close(() => closed()))
})
