import { once } from 'node:events'
import { createServer } from 'node:net'
import test from 'ava'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import WebSocket from 'ws'
import type { ListenerOptions } from '../../../../plugins/mqtt-admin/backend.js'
import { eventually, closed as hungUp, nextMessage } from '../../../faces/mqtt.js'
import { temporaryFolder } from '../../../fixtures/process.js'
import { certificateFiles } from './certificates.js'
import { type BrokerHouse, ended, raw, withWire } from './house.js'
import { connectBytes } from './packets.js'

async function meet(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = mqtt.connect(url, { reconnectPeriod: 0, connectTimeout: 4000, rejectUnauthorized: false, ...options })
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('error', reject)
    client.once('close', () => reject(new Error('the broker hung up')))
  })
  return client
}

async function echoes(client: MqttClient): Promise<boolean> {
  await client.subscribeAsync('echo', { qos: 1 })
  const heard = nextMessage(client)
  await client.publishAsync('echo', Buffer.alloc(100_000, 'x'), { qos: 1 })
  return (await heard)[1].length === 100_000
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

const TCP = async (): Promise<ListenerOptions> => ({ transport: 'tcp', address: '127.0.0.1', port: await freePort() })

test.serial('MQTT is spoken over TCP, TLS, WebSocket and secure WebSocket', async t => {
  await withWire({ tls: { port: 0, ws_port: 0 } }, async ({ port, backend, listener }) => {
    for (const [transport, scheme] of [
      ['tcp', 'mqtt'],
      ['tls', 'mqtts'],
      ['ws', 'ws'],
      ['wss', 'wss'],
    ] as const) {
      for (const protocolVersion of [3, 4] as const) {
        const more = protocolVersion === 3 ? ({ protocolId: 'MQIsdp', protocolVersion } as const) : { protocolVersion }
        const client = await meet(`${scheme}://127.0.0.1:${await port(transport)}/any/path`, more)
        t.true(await echoes(client), `${transport} ${protocolVersion}`)
        await client.endAsync()
      }
      await eventually(async () => (await listener(transport)).connections === 0, 'the connection is gone')
      const { status, configured, totalConnections, shutdowns } = await listener(transport)
      t.deepEqual(
        { status, configured, totalConnections, shutdowns },
        { status: 'running', configured: true, totalConnections: 2, shutdowns: {} },
      )
    }
    t.is((await backend().listeners.list()).length, 4)
  })
})

test.serial('a WebSocket gets the subprotocol it asks for, and text frames end it', async t => {
  await withWire({}, async ({ port, listener }) => {
    const url = `ws://127.0.0.1:${await port('ws')}/mqtt`
    for (const [asked, given] of [
      [['mqtt'], 'mqtt'],
      [['mqttv3.1'], 'mqttv3.1'],
      [['other', 'mqtt'], 'mqtt'],
    ] as const) {
      const socket = new WebSocket(url, [...asked])
      await once(socket, 'open')
      t.is(socket.protocol, given)
      socket.terminate()
    }
    const text = new WebSocket(url, 'mqtt')
    await once(text, 'open')
    text.send('hello')
    await once(text, 'close')
    await eventually(async () => (await listener('ws')).shutdowns['text frame'] === 1, 'the reason is counted')
    const plain = await fetch(url.replace('ws:', 'http:'))
    t.is(plain.status, 426)
    t.regex(await plain.text(), /MQTT over WebSocket/)
  })
})

test.serial('listeners are started, stopped, restarted and deleted while the broker runs', async t => {
  await withWire({}, async ({ backend }) => {
    const options = await TCP()
    const url = `mqtt://127.0.0.1:${options.port}`
    const { listeners } = backend()
    await listeners.start({ ...options, maxConnections: 7 })
    const shown = async () => (await listeners.list()).find(({ port }) => port === options.port)
    t.like(await shown(), { status: 'running', configured: false, maxConnections: 7, connections: 0 })
    await t.throwsAsync(listeners.start(options), { code: 'conflict' } as never)

    const client = await meet(url)
    t.true(await listeners.stop('127.0.0.1', options.port, false))
    t.like(await shown(), { status: 'stopped', connections: 1 })
    t.true(await echoes(client), 'a connection stays when its listener stops')
    await t.throwsAsync(meet(url))

    t.true(await listeners.restart('127.0.0.1', options.port))
    const second = await meet(url)
    const closed = Promise.all([hungUp(client), hungUp(second)])
    t.true(await listeners.stop('127.0.0.1', options.port, true))
    await closed
    await eventually(async () => (await shown())?.shutdowns['listener closed'] === 2, 'the reason is counted')

    t.true(await listeners.delete('127.0.0.1', options.port))
    t.is(await shown(), undefined)
    t.false(await listeners.stop('127.0.0.1', options.port, false))
    t.false(await listeners.restart('127.0.0.1', options.port))
    t.false(await listeners.delete('127.0.0.1', options.port))
  })
})

test.serial('what cannot be opened is refused with the reason, and nothing is left behind', async t => {
  await withWire({}, async ({ backend, port }) => {
    const { listeners } = backend()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const before = (await listeners.list()).length
    const at = { transport: 'tcp', address: '127.0.0.1', port: (taken.address() as { port: number }).port } as const
    const tls = { ...at, transport: 'tls' } as const
    for (const [options, code] of [
      [at, 'port_taken'],
      [{ ...at, address: '192.0.2.1' }, 'listen_failed'],
      [{ ...at, port: 70_000 }, 'config_invalid'],
      [{ ...at, port: 1.5 }, 'config_invalid'],
      [{ ...at, port: await port() }, 'conflict'],
      [{ ...at, mountpoint: 'tenant' }, 'unsupported'],
      [{ ...at, protocolVersions: [5] }, 'config_invalid'],
      [{ ...tls, certificate: { certfile: '/nowhere.pem' } }, 'config_invalid'],
      [{ ...tls, certificate: { cafile: '/nowhere.pem' } }, 'config_invalid'],
      [{ ...tls, requireCertificate: true }, 'config_invalid'],
      [{ ...tls, tlsVersion: 'sslv3' }, 'config_invalid'],
      [{ ...tls, ciphers: 'no such cipher' }, 'config_invalid'],
    ] as const) {
      const thrown = await t.throwsAsync(
        listeners.start(options as ListenerOptions),
        undefined,
        JSON.stringify(options),
      )
      t.is((thrown as Error & { code: string }).code, code, thrown!.message)
    }
    t.is((await listeners.list()).length, before)
    taken.close()
  })
})

test.serial('listeners and their connections outlive a reload; configured ones follow the configuration', async t => {
  await withWire({}, async ({ house, backend, port }) => {
    const options = await TCP()
    await backend().listeners.start(options)
    const [configured, started] = [
      await meet(`mqtt://127.0.0.1:${await port()}`),
      await meet(`mqtt://127.0.0.1:${options.port}`),
    ]
    const before = await port()
    for (let round = 0; round < 3; round++) {
      await house.kernel.reload('mqtt-broker')
      t.true(await echoes(configured))
      t.true(await echoes(started))
      t.is(await port(), before)
      await (await meet(`mqtt://127.0.0.1:${options.port}`)).endAsync()
    }
    t.true(await backend().listeners.stop('127.0.0.1', before, false))
    await house.kernel.reload('mqtt-broker')
    t.like(
      (await backend().listeners.list()).find(each => each.port === before),
      { status: 'stopped', connections: 1 },
    )
    t.true(await backend().listeners.restart('127.0.0.1', before))
    await (await meet(`mqtt://127.0.0.1:${before}`)).endAsync()
    t.true(configured.connected && started.connected)
    configured.end(true)
    started.end(true)
  })
})

test.serial('TLS shows the certificate of the files, and takes only clients that cafile vouches for', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const [server, alice, mallory] = await Promise.all(
    ['broker.example', 'alice', 'mallory'].map(name => certificateFiles(path, name)),
  )
  const tls = {
    port: 0,
    ws_port: 0,
    certfile: server!.certfile,
    keyfile: server!.keyfile,
    cafile: alice!.certfile,
    require_certificate: true,
    use_identity_as_username: true,
  }
  await withWire({ tls }, async ({ port, listener, backend }) => {
    for (const [transport, scheme] of [
      ['tls', 'mqtts'],
      ['wss', 'wss'],
    ] as const) {
      const url = `${scheme}://127.0.0.1:${await port(transport)}`
      const trusted = { ca: server!.cert, rejectUnauthorized: true, servername: 'broker.example' }
      const client = await meet(url, { ...trusted, cert: alice!.cert, key: alice!.key })
      t.true(await echoes(client))
      t.is((await backend().sessions.page('connected', 0, 1))[0]!.username, 'alice')
      await client.endAsync()
      await t.throwsAsync(meet(url, trusted))
      await t.throwsAsync(meet(url, { ...trusted, cert: mallory!.cert, key: mallory!.key }))
      await eventually(
        async () => (await listener(transport)).shutdowns['TLS handshake failed'] === 2,
        'both are counted',
      )
    }
  })
})

test.serial('behind a proxy the client is who the PROXY header says', async t => {
  await withWire({}, async ({ backend }) => {
    const options = { ...(await TCP()), proxyProtocol: true }
    await backend().listeners.start(options)
    const socket = await raw(options.port)
    socket.write(Buffer.concat([Buffer.from('PROXY TCP4 192.0.2.7 10.0.0.1 4711 1883\r\n'), connectBytes('proxied')]))
    await eventually(() => socket.received.length >= 4, 'CONNACK')
    t.like(await backend().sessions.get('proxied'), { address: '192.0.2.7', port: 4711, transport: 'tcp' })
    for (const bytes of [connectBytes('bare'), Buffer.from('PROXY nonsense\r\n'), Buffer.alloc(5000, 'P')]) {
      const bad = await raw(options.port)
      bad.write(bytes)
      t.true(await ended(bad))
    }
    const [shown] = (await backend().listeners.list()).filter(({ port }) => port === options.port)
    t.is(shown!.shutdowns['no PROXY header'], 3)
    socket.destroy()
  })
})

test.serial('a listener speaks only the protocols it was given, and says so in CONNACK', async t => {
  await withWire({}, async ({ backend, counter, port }: BrokerHouse) => {
    const options = { ...(await TCP()), protocolVersions: [4] }
    await backend().listeners.start(options)
    const old = connectBytes('old', { protocolId: 'MQIsdp', protocolVersion: 3 })
    const before = await counter('connack.unacceptable_protocol')
    const future = Buffer.from([0x10, 0x10, 0, 4, 0x4d, 0x51, 0x54, 0x54, 9, 2, 0, 0, 0, 4, 0x61, 0x62, 0x63, 0x64])
    for (const [at, bytes] of [
      [options.port, old],
      [await port(), connectBytes('new', { protocolVersion: 5 })],
      [await port(), future],
    ] as const) {
      const socket = await raw(at)
      socket.write(bytes)
      t.true(await ended(socket))
      t.deepEqual([...socket.received], [0x20, 2, 0, 1])
    }
    t.is(await counter('connack.unacceptable_protocol'), before + 3)
    const accepted = await raw(await port())
    accepted.write(old)
    await eventually(() => accepted.received.length >= 4, 'CONNACK')
    t.is(accepted.received[3], 0)
    accepted.destroy()
  })
})

test.serial('TLS may be spoken in several versions or only one, and IPv6 is an address like others', async t => {
  await withWire({}, async ({ backend }) => {
    const options: ListenerOptions = { ...(await TCP()), transport: 'tls', tlsVersion: 'tlsv1.3' }
    await backend().listeners.start(options)
    const url = `mqtts://127.0.0.1:${options.port}`
    await t.throwsAsync(meet(url, { maxVersion: 'TLSv1.2' } as IClientOptions))
    await (await meet(url, { minVersion: 'TLSv1.3' } as IClientOptions)).endAsync()
    const six: ListenerOptions = { transport: 'tcp', address: '::1', port: await freePort() }
    const opened = await backend()
      .listeners.start(six)
      .then(
        () => true,
        () => false,
      )
    if (!opened) return void t.pass('this machine has no IPv6')
    const client = await meet(`mqtt://[::1]:${six.port}`, { clientId: 'six' })
    t.is((await backend().sessions.get('six'))?.address, '::1')
    await client.endAsync()
    t.true(await backend().listeners.delete('::1', six.port))
  })
})

test.serial('another address opens, the one before stops, and the connections stay', async t => {
  const [before, after] = [await freePort(), await freePort()]
  await withWire({ port: before }, async ({ house, backend }) => {
    const client = await meet(`mqtt://127.0.0.1:${before}`)
    await backend().settings.change({ port: after })
    t.true(await echoes(client))
    await (await meet(`mqtt://127.0.0.1:${after}`)).endAsync()
    await t.throwsAsync(meet(`mqtt://127.0.0.1:${before}`))
    t.deepEqual(
      (await backend().listeners.list()).filter(({ transport }) => transport === 'tcp').map(({ port }) => port),
      [after],
    )
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    await t.throwsAsync(async () => backend().settings.change({ port }), { message: /is taken by another program/ })
    await (await meet(`mqtt://127.0.0.1:${after}`)).endAsync()
    t.true(client.connected)
    t.is(house.inspect('mqtt-broker').state, 'running')
    taken.close()
    client.end(true)
  })
})
