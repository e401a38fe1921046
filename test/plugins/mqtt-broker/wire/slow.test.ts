import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'ava'
import { connectAsync } from 'mqtt'
import type { MqttEvent } from '../../../../plugins/mqtt-admin/backend.js'
import { eventually } from '../../../faces/mqtt.js'
import { withWire } from './house.js'
import { connectBytes, subscribeBytes } from './packets.js'

/** Subscribes, and never reads again. */
async function frozen(port: number, clientId: string, qos: 0 | 1, clean = true) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(Buffer.concat([connectBytes(clientId, { clean }), subscribeBytes('load', qos)]))
  await once(socket, 'data')
  socket.pause()
  return socket
}

test.serial('one frozen subscriber costs the others nothing: all get all, and soon', async t => {
  await withWire({}, async ({ port, backend, counter }) => {
    const events: MqttEvent[] = []
    backend().events.subscribe(event => void events.push(event))
    const at = await port()
    const stuck = await frozen(at, 'stuck', 0)
    const reader = await connectAsync(`mqtt://127.0.0.1:${at}`, { clientId: 'reader' })
    const publisher = await connectAsync(`mqtt://127.0.0.1:${at}`, { clientId: 'publisher' })
    let arrived = 0
    reader.on('message', () => arrived++)
    await reader.subscribeAsync('load')
    // Fills what the kernel takes for the frozen one, so that the messages that are measured meet a full socket.
    const big = Buffer.alloc(100_000)
    for (let number = 1; number <= 200; number++) {
      publisher.publish('load', big)
      await eventually(() => arrived === number, 'the next one')
    }
    t.true((await counter('messages.dropped')) > 0)

    arrived = 0
    const began = performance.now()
    for (let number = 0; number < 2000; number++) publisher.publish('load', 'x'.repeat(64))
    await eventually(() => arrived === 2000, '2000 of 2000')
    t.true(performance.now() - began < 1000, 'within a second')
    t.false(stuck.closed, 'QoS 0 is dropped, not the client')
    await eventually(() => events.some(({ event, clientId }) => event === 'dropped' && clientId === 'stuck'), 'told')
    const told = events.filter(({ event }) => event === 'dropped')
    t.true(told.length < 5, 'many drops are one event')
    await eventually(async () => {
      const count = events.reduce((sum, { event, count = 0 }) => sum + (event === 'dropped' ? count : 0), 0)
      return count === (await counter('messages.dropped'))
    }, 'the events count every drop')
    stuck.destroy()
    await Promise.all([reader.endAsync(), publisher.endAsync()])
  })
})

test.serial('messages that must not be dropped close a frozen client, and wait in its session', async t => {
  await withWire({ slow_client_bytes: 16_384 }, async ({ port, backend, listener, counter }) => {
    const at = await port()
    const stuck = await frozen(at, 'stuck', 1, false)
    const publisher = await connectAsync(`mqtt://127.0.0.1:${at}`, { clientId: 'publisher' })
    const big = Buffer.alloc(100_000)
    const sent: Promise<unknown>[] = []
    for (let number = 0; number < 100; number++) sent.push(publisher.publishAsync('load', big, { qos: 1 }))
    await Promise.all(sent)
    await eventually(async () => (await listener('tcp')).shutdowns['too slow'] === 1, 'it is closed')
    t.is(await counter('messages.dropped'), 0)
    t.false((await backend().sessions.get('stuck'))!.connected)
    t.is((await backend().sessions.queue('stuck', 0, 200)).length, 100, 'nothing was acknowledged, so everything waits')
    stuck.destroy()
    await publisher.endAsync()
  })
})
