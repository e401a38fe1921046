import test from 'ava'
import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'
import type { Counter } from '../../../../plugins/mqtt-admin/backend.js'
import { eventually } from '../../../faces/mqtt.js'
import { raw, withWire } from './house.js'
import { bytesOf, connectBytes, publishBytes, subscribeBytes } from './packets.js'

/** The broker's counter of each packet that a client of the package `mqtt` tells of, by the client's own count. */
const SENT: Record<string, Counter> = {
  connect: 'packets.connect.received',
  publish: 'packets.publish.received',
  puback: 'packets.puback.received',
  pubrec: 'packets.pubrec.received',
  pubrel: 'packets.pubrel.received',
  pubcomp: 'packets.pubcomp.received',
  subscribe: 'packets.subscribe.received',
  unsubscribe: 'packets.unsubscribe.received',
  pingreq: 'packets.pingreq.received',
  disconnect: 'packets.disconnect.received',
}
const RECEIVED: Record<string, Counter> = {
  connack: 'packets.connack.sent',
  publish: 'packets.publish.sent',
  puback: 'packets.puback.sent',
  pubrec: 'packets.pubrec.sent',
  pubrel: 'packets.pubrel.sent',
  pubcomp: 'packets.pubcomp.sent',
  suback: 'packets.suback.sent',
  unsuback: 'packets.unsuback.sent',
  pingresp: 'packets.pingresp.sent',
}

test.serial('every packet, every QoS and every byte is counted as the clients count them', async t => {
  await withWire({ tls: { port: 0, ws_port: 0 }, slow_client_bytes: 100_000_000 }, async ({ port, backend }) => {
    const clients: MqttClient[] = []
    const seen: Partial<Record<Counter, number>> = {}
    const bump = (name: Counter | undefined, by = 1) => {
      if (name) seen[name] = (seen[name] ?? 0) + by
    }
    await backend().metrics.reset()
    for (const [transport, scheme] of [
      ['tcp', 'mqtt'],
      ['tls', 'mqtts'],
      ['ws', 'ws'],
      ['wss', 'wss'],
    ] as const) {
      const url = `${scheme}://127.0.0.1:${await port(transport)}`
      const client = await connectAsync(url, { clientId: transport, keepalive: 0, rejectUnauthorized: false })
      // By now these two are through.
      bump('packets.connect.received')
      bump('packets.connack.sent')
      bump('bytes.received', connectBytes(transport).length)
      bump('bytes.sent', 4)
      client.on('packetsend', packet => {
        bump(SENT[packet.cmd])
        bump('bytes.received', bytesOf(packet).length)
        if (packet.cmd === 'publish') bump(`messages.qos${packet.qos}.received`)
      })
      client.on('packetreceive', packet => {
        bump(RECEIVED[packet.cmd])
        bump('bytes.sent', bytesOf(packet).length)
        if (packet.cmd === 'publish') bump(`messages.qos${packet.qos}.sent`)
      })
      clients.push(client)
    }
    let arrived = 0
    for (const [index, client] of clients.entries()) {
      client.on('message', () => arrived++)
      await client.subscribeAsync(['all/#', `own/${index}`], { qos: (index % 3) as 0 | 1 | 2 })
    }
    const sending: Promise<unknown>[] = []
    for (let number = 0; number < 200; number++) {
      const payload = Buffer.alloc([0, 1, 127, 128, 16_383, 20_000, 200_000][number % 7]!, 'x')
      const qos = (number % 3) as 0 | 1 | 2
      const topic = number % 5 === 0 ? `own/${number % 4}` : `all/${'é'.repeat(number)}`
      sending.push(clients[number % clients.length]!.publishAsync(topic, payload, { qos }))
    }
    await Promise.all(sending)
    await eventually(() => arrived === 160 * 4 + 40, 'every message has arrived')
    for (const client of clients) {
      await client.unsubscribeAsync('all/#')
      client.sendPing()
    }
    await eventually(() => seen['packets.pingresp.sent'] === clients.length, 'PINGRESP')
    const acknowledged = async () => {
      const sessions = await backend().sessions.page('all', 0, 10)
      return sessions.every(({ inflight, awaitingRelease }) => inflight + awaitingRelease === 0)
    }
    await eventually(acknowledged, 'nothing is in flight')

    const counters = await backend().metrics.counters()
    const counted = Object.fromEntries(Object.keys(seen).map(name => [name, counters[name as Counter]]))
    t.deepEqual(counted, seen)
    t.is(counters['connack.accepted'], 4)
    t.is(counters['messages.dropped'], 0)
    t.is(counters['packets.malformed'], 0)
    const sum = async (field: 'bytesReceived' | 'bytesSent' | 'messagesReceived' | 'messagesSent') =>
      (await backend().sessions.page('all', 0, 10)).reduce((total, session) => total + session[field], 0)
    t.is(await sum('bytesReceived'), seen['bytes.received']!)
    t.is(await sum('bytesSent'), seen['bytes.sent']!)
    t.is(await sum('messagesReceived'), 200)
    t.is(await sum('messagesSent'), 160 * 4 + 40)
    for (const client of clients) await client.endAsync()
    await eventually(
      async () => (await backend().metrics.counters())['packets.disconnect.received'] === 4,
      'DISCONNECT',
    )
  })
})

test.serial('what is in flight is known from the packets, and so are acknowledgements of nothing', async t => {
  await withWire({}, async ({ port, backend, counter }) => {
    const socket = await raw(await port())
    socket.write(Buffer.concat([connectBytes('raw'), subscribeBytes('in', 1)]))
    await eventually(() => socket.received.length >= 4 + 5, 'SUBACK')
    const session = async () => (await backend().sessions.get('raw'))!
    socket.write(publishBytes('in', 'x', 2, 77))
    await eventually(async () => (await session()).awaitingRelease === 1, 'QoS 2 awaits its PUBREL')
    socket.write(bytesOf({ cmd: 'pubrel', messageId: 77 } as never))
    await eventually(async () => (await session()).awaitingRelease === 0, 'released')
    await eventually(async () => (await session()).inflight === 1, 'the copy for the subscriber is in flight')
    const publish = socket.received.subarray(socket.received.indexOf(0x32))
    const messageId = publish.readUInt16BE(2 + 2 + 2)
    socket.write(bytesOf({ cmd: 'puback', messageId } as never))
    await eventually(async () => (await session()).inflight === 0, 'acknowledged')
    t.is(await counter('packets.puback.missed'), 0)
    // PUBREC is answered with PUBREL, so that a PUBCOMP of the same identifier would be awaited.
    for (const [index, cmd] of (['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).entries()) {
      socket.write(bytesOf({ cmd, messageId: 4242 + index } as never))
      await eventually(async () => (await counter(`packets.${cmd}.missed`)) === 1, `${cmd} for nothing`)
    }
    socket.destroy()
  })
})

test.serial('resetting the metrics begins at nothing, and a reload does not', async t => {
  await withWire({}, async ({ house, port, counter, backend }) => {
    const client = await connectAsync(`mqtt://127.0.0.1:${await port()}`, { clientId: 'counted' })
    await client.publishAsync('a', 'b', { qos: 1 })
    await house.kernel.reload('mqtt-broker')
    t.is(await counter('messages.qos1.received'), 1)
    await client.publishAsync('a', 'b', { qos: 1 })
    t.is(await counter('messages.qos1.received'), 2)
    await backend().metrics.reset()
    t.is(await counter('messages.qos1.received'), 0)
    t.like(await backend().metrics.gauges(), { clients: { count: 1, max: 1 } })
    await client.endAsync()
  })
})
