import type { ExecutionContext } from 'ava'
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient } from 'mqtt'
import type { IConnectPacket } from 'mqtt-packet'
import { plugin } from '../../../../kernel/life/definition.js'
import { Holdings } from '../../../../kernel/life/holdings.js'
import type { MqttBackend, MqttEvent } from '../../../../plugins/mqtt-admin/backend.js'
import type { Broker } from '../../../../plugins/mqtt-broker/broker.js'
import { openHouse, type TestHouse } from '../../../faces/house.js'
import { brokerPort } from '../../../faces/mqtt.js'
import { connectPacket, type RawClient, rawClient } from './raw-client.js'

export interface Lab {
  house: TestHouse
  backend: MqttBackend
  /** The kept value itself. */
  broker: Broker
  port: number
  events: MqttEvent[]
  open(clientId: string, options?: IClientOptions): Promise<Opened>
  /** A raw client whose CONNECT was accepted. */
  raw(clientId: string, options?: Partial<IConnectPacket>): Promise<RawClient>
}

export interface Opened {
  client: MqttClient
  present: boolean
  /** `topic payload`, with ` retained` behind it. */
  messages: string[]
  leave(): Promise<void>
}

/** The real broker alone, in memory. */
export async function lab(t: ExecutionContext, options: Record<string, unknown> = {}): Promise<Lab> {
  let backend!: () => MqttBackend
  const probe = plugin({
    name: 'probe',
    version: '1.0.0',
    start(ctx) {
      backend = ctx.service<MqttBackend>('mqtt-backend')
    },
  })
  const house = await openHouse({
    start: ['mqtt-broker'],
    with: [probe],
    plugins: { 'mqtt-broker': { port: 0, ws_port: false, sys_interval: 0, ...options } },
  })
  const clients: MqttClient[] = []
  const sockets: RawClient[] = []
  t.teardown(async () => {
    for (const client of clients) client.end(true)
    for (const { socket } of sockets) socket.destroy()
    await house.close()
  })
  const port = brokerPort(house)
  const events: MqttEvent[] = []
  const holding = house.house.container.resolve(Holdings).of('mqtt-broker').get('broker')!
  const through: MqttBackend = new Proxy({} as MqttBackend, { get: (_, name) => Reflect.get(backend(), name) })
  through.events.subscribe(event => events.push(event))
  return {
    house,
    backend: through,
    broker: holding.value as Broker,
    port,
    events,
    async open(clientId, given = {}) {
      const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, clientId, ...given })
      clients.push(client)
      const messages: string[] = []
      client.on('message', (topic, payload, { retain }) => {
        messages.push(`${topic} ${payload}${retain ? ' retained' : ''}`)
      })
      const { sessionPresent } = await new Promise<IConnackPacket>((resolve, reject) => {
        client.once('connect', resolve)
        client.once('error', reject)
        client.once('close', () => reject(new Error('the broker hung up')))
      })
      return { client, present: sessionPresent, messages, leave: () => client.endAsync() }
    },
    async raw(clientId, options = {}) {
      const client = await rawClient(port)
      sockets.push(client)
      client.send(connectPacket(clientId, options))
      await client.next('connack')
      return client
    },
  }
}

export async function until(t: ExecutionContext, holds: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 5000
  while (!holds() && Date.now() < end) await pause(5)
  t.true(holds(), what)
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
