import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient } from 'mqtt'
import type { IConnackPacket as Connack, IPublishPacket } from 'mqtt-packet'
import { QUIET, type Running, start, temporaryFolder } from '../../../fixtures/process.js'
import { connectPacket, rawClient } from './raw-client.js'

interface Session {
  client: MqttClient
  present: boolean
  messages: string[]
}

interface Lab {
  port: number
  /** Kills the process as the system would, and starts it again on the same data. */
  killAndRestart(): Promise<void>
  open(clientId: string, options?: IClientOptions): Promise<Session>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

async function lab(t: ExecutionContext, options: Record<string, unknown> = {}): Promise<Lab> {
  const { path, remove } = temporaryFolder()
  const port = await freePort()
  const config = {
    ...QUIET,
    plugins: { 'mqtt-broker': { port, ws_port: false, ...options }, 'xmpp-server': { port: 0, tls_port: 0 } },
  }
  const clients: MqttClient[] = []
  let running: Running = await start(path, config)
  t.teardown(async () => {
    for (const client of clients) client.end(true)
    running.child.kill('SIGKILL')
    await running.ended
    remove()
  })
  return {
    port,
    async killAndRestart() {
      running.child.kill('SIGKILL')
      await running.ended
      for (const client of clients) client.end(true)
      running = await start(path, config)
    },
    async open(clientId, options = {}) {
      const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
        reconnectPeriod: 0,
        clientId,
        clean: false,
        ...options,
      })
      clients.push(client)
      const messages: string[] = []
      client.on('message', (topic, payload, { retain, dup }) => {
        messages.push(`${topic} ${payload}${retain ? ' retained' : ''}${dup ? ' again' : ''}`)
      })
      const { sessionPresent } = await new Promise<IConnackPacket>(resolve => client.once('connect', resolve))
      return { client, present: sessionPresent, messages }
    },
  }
}

async function until(t: ExecutionContext, holds: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 8000
  while (!holds() && Date.now() < end) await pause(10)
  t.true(holds(), what)
}

const leave = ({ client }: Session) => client.endAsync()

test.serial('what was acknowledged is there after kill -9, once and in order', async t => {
  const { open, killAndRestart } = await lab(t)
  const lasting = await open('lasting')
  t.false(lasting.present)
  await lasting.client.subscribeAsync(['jobs/#', 'jobs/+'], { qos: 1 })
  await lasting.client.subscribeAsync('exact', { qos: 2 })
  await leave(lasting)
  await leave(await open('without subscriptions'))
  const watcher = await open('watcher')
  await watcher.client.subscribeAsync('wills/#', { qos: 1 })
  await leave(watcher)
  await open('dying', { will: { topic: 'wills/dying', payload: Buffer.from('gone'), qos: 1, retain: false } })
  const left = await open('left', { will: { topic: 'wills/left', payload: Buffer.from('no'), qos: 1, retain: false } })
  await leave(left)

  const publisher = await open('publisher', { clean: true })
  await publisher.client.publishAsync('state/pump', 'on', { qos: 1, retain: true })
  await publisher.client.publishAsync('state/large', 'x'.repeat(5000), { qos: 1, retain: true })
  await publisher.client.publishAsync('state/old', 'x', { qos: 1, retain: true })
  await publisher.client.publishAsync('state/old', '', { qos: 1, retain: true })
  const numbers = Array.from({ length: 50 }, (_, number) => String(number))
  await Promise.all(numbers.map(number => publisher.client.publishAsync('jobs/1', number, { qos: 1 })))
  await Promise.all(numbers.map(number => publisher.client.publishAsync('exact', number, { qos: 2 })))
  await killAndRestart()

  const back = await open('lasting')
  t.true(back.present)
  const expected = [...numbers.map(number => `jobs/1 ${number}`), ...numbers.map(number => `exact ${number}`)]
  await until(t, () => back.messages.length >= expected.length, 'all messages have come')
  t.deepEqual(back.messages, expected)
  t.true((await open('without subscriptions')).present)
  const heard = await open('watcher')
  await until(t, () => heard.messages.length > 0, 'the will has come')
  t.deepEqual(heard.messages, ['wills/dying gone'])
  const reader = await open('reader', { clean: true })
  await reader.client.subscribeAsync('state/#')
  await until(t, () => reader.messages.length >= 2, 'retained messages have come')
  t.deepEqual(reader.messages, [`state/large ${'x'.repeat(5000)} retained`, 'state/pump on retained'])

  // The subscriptions live, too: not only their queues.
  const again = await open('publisher', { clean: true })
  await again.client.publishAsync('jobs/2', 'new', { qos: 1 })
  await until(t, () => back.messages.at(-1) === 'jobs/2 new', 'the subscription is alive')
  await pause(400)
  await killAndRestart()
  const third = await open('lasting')
  const silent = await open('watcher')
  await pause(300)
  t.deepEqual([third.messages, silent.messages], [[], []])
})

test.serial('a QoS 2 message whose handshake the crash interrupts is delivered once', async t => {
  const { port, open, killAndRestart } = await lab(t)
  const reader = await open('reader')
  await reader.client.subscribeAsync('exact', { qos: 2 })
  await leave(reader)
  const publish: IPublishPacket = {
    cmd: 'publish',
    topic: 'exact',
    payload: 'once',
    qos: 2,
    messageId: 7,
    dup: false,
    retain: false,
  }
  const first = await rawClient(port)
  first.send(connectPacket('sender', { clean: false }))
  await first.next('connack')
  first.send(publish)
  await first.next('pubrec', 7)
  await killAndRestart()
  const second = await rawClient(port)
  second.send(connectPacket('sender', { clean: false }))
  t.true((await second.next<Connack>('connack')).sessionPresent)
  second.send({ ...publish, dup: true })
  await second.next('pubrec', 7)
  second.send({ cmd: 'pubrel', messageId: 7 })
  await second.next('pubcomp', 7)
  await killAndRestart()
  const third = await rawClient(port)
  third.send(connectPacket('sender', { clean: false }))
  await third.next('connack')
  // The identifier is free again, so this is another message.
  third.send({ ...publish, payload: 'twice' })
  await third.next('pubrec', 7)
  const back = await open('reader')
  await until(t, () => back.messages.length >= 2, 'both messages have come')
  await pause(100)
  t.deepEqual(back.messages, ['exact once', 'exact twice'])
})

test.serial('what was sent and not acknowledged comes again under its identifier, marked as such', async t => {
  const { port, open, killAndRestart } = await lab(t)
  const reader = await rawClient(port)
  reader.send(connectPacket('slow', { clean: false }))
  await reader.next('connack')
  reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'q/+', qos: 2 }] })
  await reader.next('suback')
  const publisher = await open('publisher', { clean: true })
  await publisher.client.publishAsync('q/1', 'one', { qos: 1 })
  await publisher.client.publishAsync('q/2', 'two', { qos: 2 })
  await publisher.client.publishAsync('q/3', 'three', { qos: 2 })
  const sent = [await reader.next<IPublishPacket>('publish'), await reader.next<IPublishPacket>('publish')]
  const third = await reader.next<IPublishPacket>('publish')
  reader.send({ cmd: 'pubrec', messageId: third.messageId! })
  await reader.next('pubrel', third.messageId!)
  await pause(200)
  await killAndRestart()
  const back = await rawClient(port)
  back.send(connectPacket('slow', { clean: false }))
  await back.next('connack')
  for (const { topic, messageId, qos } of sent) {
    t.like(await back.next<IPublishPacket>('publish'), { topic, messageId, qos, dup: true })
  }
  await back.next('pubrel', third.messageId!)
  t.false(back.received.some(({ cmd }) => cmd === 'publish'))
})
