import type { AddressInfo } from 'node:net'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { Holdings } from '../../kernel/life/holdings.js'
import type { TestKernel } from '../../kernel/testing.js'

/** The port on which the embedded broker listens now. */
export function brokerPort({ house }: TestKernel): number {
  const holdings = [...house.container.resolve(Holdings).of('mqtt-broker')]
  const [, holding] = holdings.find(([key]) => key.startsWith('tcp '))!
  return ((holding.value as { server: { address(): AddressInfo } }).server.address() as AddressInfo).port
}

/** A connected client that does not come back by itself. Rejects when the broker refuses it. */
export async function connectClient(
  house: TestKernel,
  options: IClientOptions,
  onMessage: (topic: string, payload: string) => void = () => undefined,
): Promise<MqttClient> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${brokerPort(house)}`, { reconnectPeriod: 0, ...options })
  // From the start, since a persistent session's messages come right behind the CONNACK.
  client.on('message', (topic, payload) => onMessage(topic, payload.toString()))
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('error', reject)
    client.once('close', () => reject(new Error('the broker hung up')))
  })
  return client
}

export async function closed(client: MqttClient): Promise<void> {
  if (client.connected) await new Promise<void>(resolve => client.once('close', () => resolve()))
}

export function nextMessage(client: MqttClient): Promise<[topic: string, payload: string]> {
  return new Promise(resolve => client.once('message', (topic, payload) => resolve([topic, payload.toString()])))
}

/** Waits until `holds` does, since a broker learns of a closed socket a turn later. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const until = Date.now() + 5000
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`still not so: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
