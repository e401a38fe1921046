import type { IClientSubscribeOptions, MqttClient } from 'mqtt'
import type { TestHouse } from './house.js'
import { connectClient } from './mqtt.js'

/** The clients, subscriptions and messages with which EMQ's recording begins. */
export async function enterRecordedState(house: TestHouse): Promise<MqttClient[]> {
  const c1 = await connectClient(house, { clientId: 'c1', username: 'bob', clean: false, keepalive: 77 })
  const c3 = await connectClient(house, { clientId: 'c3', protocolId: 'MQIsdp', protocolVersion: 3 })
  const dev = await connectClient(house, { clientId: 'dev/2 +é' })
  await subscribe(c1, [
    ['a/+', 1],
    ['/World', 0],
  ])
  await subscribe(c1, [['q2', 2]])
  await subscribe(dev, [
    ['a/+', 2],
    ['trail/', 0],
  ])
  await dev.publishAsync('ret/1', 'kept', { qos: 1, retain: true })
  const [one, two] = [received(c1), received(dev)]
  await c1.publishAsync('a/1', 'hello', { qos: 2 })
  await Promise.all([one, two])
  return [c1, c3, dev]
}

/** The counters that depend on how much each side writes into its packets. */
export const COUNTERS_NOW = ['bytes/received', 'bytes/sent']

async function subscribe(client: MqttClient, filters: [topic: string, qos: 0 | 1 | 2][]): Promise<void> {
  await client.subscribeAsync(
    Object.fromEntries(filters.map(([topic, qos]) => [topic, { qos } as IClientSubscribeOptions])) as never,
  )
}

function received(client: MqttClient): Promise<unknown> {
  return new Promise(resolve => client.once('message', resolve))
}
