import { setTimeout as pause } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { answer, argumentOf } from './child.js'

export interface MqttTally {
  connected: number
  /** Connections that ended, whoever ended them. */
  closed: number
  /** Messages whose QoS 1 hand-over the broker has confirmed. */
  confirmed: number
  /** Of those, how many never reached their subscriber. */
  lost: number
  /** How many came more than once, as QoS 1 allows. */
  repeated: number
  seconds: number
}

export type MqttVerbs = {
  /** Opens the sessions; each subscribes to a topic of its own at QoS 1. */
  connect(): Promise<number>
  /** Every session publishes to the next one's topic until `finish`. */
  publish(): void
  finish(): Promise<MqttTally>
}

const { port, sessions, rate } = argumentOf<{ port: number; sessions: number; rate: number }>()
/** How many sessions connect at once. */
const BATCH = 50
const PATIENCE_MS = 10_000

const clients: MqttClient[] = []
const confirmed = new Set<string>()
const received = new Set<string>()
let [closed, repeated, publishing, ending] = [0, 0, false, false]
let began = 0
let publisher: Promise<void> | undefined

async function open(index: number): Promise<void> {
  const options = {
    clientId: `bench-${index}`,
    reconnectPeriod: 0,
    clean: true,
    protocolVersion: 4,
    keepalive: 60,
  } as const
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, options)
  clients[index] = client
  client.on('close', () => {
    if (!ending) closed++
  })
  client.on('error', () => undefined)
  client.on('message', (_topic, payload) => {
    const message = payload.toString()
    if (received.has(message)) repeated++
    received.add(message)
  })
  await client.subscribeAsync(`bench/${index}`, { qos: 1 })
}

async function publishAll(): Promise<void> {
  let sent = 0
  while (publishing) {
    const due = ((performance.now() - began) / 1000) * rate
    for (; sent < due; sent++) {
      const message = `message ${sent}`
      const from = clients[sent % sessions]!
      from.publish(`bench/${(sent + 1) % sessions}`, message, { qos: 1 }, error => {
        if (!error) confirmed.add(message)
      })
    }
    await pause(2)
  }
}

function missing(): number {
  let count = 0
  for (const message of confirmed) if (!received.has(message)) count++
  return count
}

answer({
  async connect() {
    for (let from = 0; from < sessions; from += BATCH) {
      await Promise.all(Array.from({ length: Math.min(BATCH, sessions - from) }, (_, n) => open(from + n)))
    }
    return clients.length
  },
  publish() {
    publishing = true
    began = performance.now()
    publisher = publishAll()
  },
  async finish() {
    publishing = false
    await publisher
    const seconds = (performance.now() - began) / 1000
    const until = performance.now() + PATIENCE_MS
    await pause(500)
    while (missing() > 0 && performance.now() < until) await pause(50)
    ending = true
    const connected = clients.filter(client => client.connected).length
    return { connected, closed, confirmed: confirmed.size, lost: missing(), repeated, seconds }
  },
} satisfies MqttVerbs)
