import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import test from 'ava'
import { connectAsync } from 'mqtt'
import { eventually } from '../../../faces/mqtt.js'
import { ended, raw, withWire } from './house.js'
import { connectBytes, publishBytes, subscribeBytes } from './packets.js'

test.serial('a packet that is too large is refused by its header, before it has come', async t => {
  await withWire({ max_packet_size: 10_000 }, async ({ port, counter, listener }) => {
    const fits = await raw(await port())
    fits.write(Buffer.concat([connectBytes('fits'), subscribeBytes('big')]))
    const largest = publishBytes('big', Buffer.alloc(10_000 - 3 - 5), 0)
    t.is(largest.length, 10_000)
    fits.write(largest)
    await eventually(() => fits.received.length === 4 + 5 + 10_000, 'the largest packet comes back')

    const over = await raw(await port())
    over.write(connectBytes('over'))
    over.write(publishBytes('big', Buffer.alloc(10_001 - 3 - 5), 0).subarray(0, 4))
    t.true(await ended(over))
    const oversizedConnect = await raw(await port())
    oversizedConnect.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]))
    t.true(await ended(oversizedConnect))
    t.is(await counter('packets.too_large'), 2)
    t.is((await listener('tcp')).shutdowns['packet too large'], 2)
    t.false(fits.closed)
    fits.destroy()
  })
})

test.serial('whoever is silent or slow with a packet is closed in time, on every transport', async t => {
  await withWire({ connect_timeout: 1, packet_timeout: 1, tls: { port: 0, ws_port: 0 } }, async wire => {
    const { port, counter } = wire
    const steady = await connectAsync(`mqtt://127.0.0.1:${await port()}`, { clientId: 'steady', keepalive: 0 })
    const silent = await Promise.all((['tcp', 'tls', 'ws', 'wss'] as const).map(async each => raw(await port(each))))
    const half = await raw(await port())
    half.write(connectBytes('half').subarray(0, 10))
    const slow = await raw(await port())
    slow.write(Buffer.concat([connectBytes('slow'), publishBytes('a', Buffer.alloc(5000)).subarray(0, 100)]))
    const trickle = setInterval(() => slow.write('x'), 50)
    t.teardown(() => clearInterval(trickle))
    const began = performance.now()
    for (const socket of [...silent, half, slow]) t.true(await ended(socket, 4000))
    t.true(performance.now() - began < 3500)
    t.is(await counter('sockets.timeouts'), 6)
    await eventually(async () => (await wire.listener('tcp')).connections === 1, 'they are gone')
    t.deepEqual((await wire.listener('tcp')).shutdowns, { 'connect timeout': 2, 'packet timeout': 1 })
    await pause(1200)
    t.true(steady.connected, 'an idle client has no packet under way')
    await steady.endAsync()
  })
})

test.serial('long CONNECTs that are promised and do not come take a bounded share of the memory', async t => {
  await withWire({ max_connection_rate: 0 }, async ({ port, backend, listener }) => {
    const promised = Buffer.from([0x10, 0xe0, 0xa7, 0x12])
    const greedy = await Promise.all(Array.from({ length: 150 }, async () => raw(await port())))
    for (const socket of greedy) socket.write(promised)
    const refused = async () => (await listener('tcp')).shutdowns['too many long CONNECTs at once'] ?? 0
    await eventually(async () => (await refused()) === 150 - 111, '111 of 300 KB are 32 MiB')
    const will = { topic: 'gone', payload: Buffer.alloc(2000), qos: 0, retain: false } as const
    const modest = await connectAsync(`mqtt://127.0.0.1:${await port()}`, { will })
    await modest.endAsync()
    for (const socket of greedy) socket.destroy()
    await eventually(async () => (await backend().sessions.count('connected')) === 0, 'all have gone')
    await eventually(async () => (await listener('tcp')).connections === 0, 'their sockets too')
    const long = await connectAsync(`mqtt://127.0.0.1:${await port()}`, {
      will: { ...will, payload: Buffer.alloc(60_000) },
    })
    t.true(long.connected, 'what was promised is forgotten with who promised it')
    await long.endAsync()
  })
})

test.serial('a CONNECT in a WebSocket frame that does not end is not awaited for ever', async t => {
  await withWire({}, async ({ port }) => {
    const socket = await raw(await port('ws'))
    socket.write(
      [
        'GET /mqtt HTTP/1.1',
        'Host: localhost',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Protocol: mqtt',
        '',
        '',
      ].join('\r\n'),
    )
    await eventually(() => socket.received.includes('101'), 'upgraded')
    const frame = Buffer.alloc(14)
    frame.writeUInt8(0x82, 0)
    frame.writeUInt8(0xff, 1)
    frame.writeBigUInt64BE(1_000_000n, 2)
    socket.write(Buffer.concat([frame, Buffer.alloc(900_000)]))
    t.true(await ended(socket, 3000))
  })
})

test.serial('packets that follow each other without a pause are none that takes too long', async t => {
  await withWire({ packet_timeout: 1 }, async ({ port, counter }) => {
    const socket = await raw(await port())
    const packet = publishBytes('a', Buffer.alloc(1000))
    // Every chunk ends in the middle of a packet.
    socket.write(Buffer.concat([connectBytes('busy'), packet.subarray(0, 500)]))
    const cut = Buffer.concat([packet.subarray(500), packet.subarray(0, 500)])
    for (let round = 0; round < 40; round++) {
      socket.write(cut)
      await pause(50)
    }
    t.false(socket.closed)
    t.is(await counter('packets.publish.received'), 40)
    socket.destroy()
  })
})

test.serial('connections beyond their number, or beyond their rate, are closed at once', async t => {
  await withWire({ max_connections: 3 }, async ({ port, counter, listener }) => {
    const inside = [await raw(await port()), await raw(await port()), await raw(await port())]
    t.true(await ended(await raw(await port())))
    t.is(await counter('sockets.refused'), 1)
    inside[0]!.destroy()
    await eventually(async () => (await listener('tcp')).connections === 2, 'one has left')
    const next = await raw(await port())
    t.false(await ended(next, 100))
    for (const socket of [...inside, next]) socket.destroy()
  })
  await withWire({ max_connection_rate: 5 }, async ({ port, counter }) => {
    const at = await port()
    const sockets = await Promise.all(Array.from({ length: 20 }, () => raw(at)))
    await eventually(async () => (await counter('sockets.refused')) >= 14, 'all but five are refused')
    t.true((await counter('sockets.opened')) <= 6)
    await pause(500)
    const later = await raw(at)
    t.false(await ended(later, 100), 'and later there is room again')
    for (const socket of [...sockets, later]) socket.destroy()
  })
})

test.serial('a client that publishes too fast is read more slowly, and loses nothing', async t => {
  await withWire({ max_publish_rate: 100 }, async ({ port, counter }) => {
    const socket = await raw(await port())
    socket.write(connectBytes('fast'))
    const began = performance.now()
    socket.write(Buffer.concat(Array.from({ length: 100 }, () => publishBytes('a', Buffer.alloc(2000)))))
    await eventually(async () => (await counter('messages.qos0.received')) === 100, 'all have been read')
    socket.write(Buffer.concat(Array.from({ length: 100 }, () => publishBytes('a', Buffer.alloc(2000)))))
    await eventually(async () => (await counter('messages.qos0.received')) === 200, 'all have been read')
    t.true(performance.now() - began > 700, 'the second hundred had to wait')
    t.false(socket.closed)
    socket.destroy()
  })
})

test.serial('what comes before CONNECT ends the connection; what comes before its answer waits', async t => {
  await withWire({}, async ({ port, counter }) => {
    const early = await raw(await port())
    early.write(publishBytes('a', 'b'))
    t.true(await ended(early))
    const eager = await raw(await port())
    eager.write(Buffer.concat([connectBytes('eager'), ...Array.from({ length: 5000 }, () => publishBytes('a', 'b'))]))
    await eventually(async () => (await counter('packets.publish.received')) === 5000, 'all are taken')
    t.false(eager.closed)
    eager.destroy()
    const twice = await raw(await port())
    twice.write(Buffer.concat([connectBytes('twice'), connectBytes('twice')]))
    t.true(await ended(twice))
  })
})

test.serial('two thousand half-open sockets leave the others alone', async t => {
  const options = { max_connection_rate: 0, connect_timeout: 10, tls: { port: 0, ws_port: false } }
  await withWire(options, async ({ port, counter }) => {
    const [at, secure] = [await port(), await port('tls')]
    const client = await connectAsync(`mqtt://127.0.0.1:${at}`, { clientId: 'working', keepalive: 0 })
    await client.subscribeAsync('work', { qos: 1 })
    const before = process.memoryUsage().rss
    const sockets: Socket[] = []
    for (let index = 0; index < 2000; index++) {
      const socket = connect(index % 4 === 0 ? secure : at, '127.0.0.1')
      sockets.push(socket)
      socket.on('error', () => undefined)
      if (index % 2) socket.once('connect', () => socket.write(Buffer.from([0x10])))
      if (index % 100 === 99) await once(socket, 'connect')
    }
    await eventually(async () => (await counter('sockets.opened')) === 2001, 'they are in')
    const began = performance.now()
    for (let number = 0; number < 50; number++) await client.publishAsync('work', 'x', { qos: 1 })
    t.true(performance.now() - began < 1000)
    t.true(process.memoryUsage().rss - before < 200e6, 'both ends of two thousand sockets')
    for (const socket of sockets) t.true(await ended(socket, 20_000), 'and they are closed in time')
    t.is(await counter('sockets.timeouts'), 2000)
    t.true(client.connected)
    await client.endAsync()
    for (const socket of sockets) socket.destroy()
  })
})
