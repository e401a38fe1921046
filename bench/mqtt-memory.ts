import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type BenchedBroker, startOurs, startPlainAedes } from './parts/brokers.js'
import { Child } from './parts/child.js'
import type { MqttIdleVerbs } from './parts/mqtt-idle.js'
import { benchmark, option } from './parts/program.js'
import { bar, note, type Row } from './parts/table.js'

/** Time for what connecting left behind to be collected. */
const SETTLING_MS = 5000
/** Clients that are connected before the first measurement: what the first ones make once belongs to no client. */
const FIRST = 500

/**
 * Resident memory of each idle client, and what half-open sockets cost those who work. Each process needs a descriptor
 * for each client: `ulimit -n` must allow them.
 */
async function mqttMemory(): Promise<Row[]> {
  const count = option('clients', 10_000)
  const ours = await startOurs({ max_connection_rate: 0 })
  const plain = await startPlainAedes()
  const each = await kilobytesEach(ours, count)
  const plainEach = await kilobytesEach(plain, count)
  await Promise.all([ours.end(), plain.end()])
  return [
    bar(`${count} idle clients: resident memory of each`, `${each.toFixed(1)} KB`, '≤ 25 KB', each <= 25),
    note('the same with plain aedes', `${plainEach.toFixed(1)} KB`),
    ...(await halfOpen(count)),
  ]
}

async function halfOpen(count: number): Promise<Row[]> {
  const broker = await startOurs({ max_connection_rate: 0, connect_timeout: 60 })
  const clients = new Child<MqttIdleVerbs>('mqtt-idle', { port: broker.port })
  const before = residentKilobytes(broker)
  const alone = await clients.ask('slowest')
  const open = await clients.ask('halfOpen', count)
  const among = await clients.ask('slowest')
  const each = (residentKilobytes(broker) - before) / open
  await Promise.all([clients.end(), broker.end()])
  return [
    note(`${open} half-open sockets: resident memory of each`, `${each.toFixed(1)} KB`),
    note('slowest of 100 QoS 1 messages without and with them', `${alone.toFixed(1)} ms, ${among.toFixed(1)} ms`),
  ]
}

async function kilobytesEach(broker: BenchedBroker, count: number): Promise<number> {
  const clients = new Child<MqttIdleVerbs>('mqtt-idle', { port: broker.port })
  const first = await clients.ask('connect', FIRST)
  await pause(SETTLING_MS)
  const before = residentKilobytes(broker)
  const connected = await clients.ask('connect', count - FIRST)
  await pause(SETTLING_MS)
  const after = residentKilobytes(broker)
  await clients.end()
  if (connected !== count) throw new Error(`only ${connected} of ${count} clients are connected: see ulimit -n`)
  return (after - before) / (connected - first)
}

function residentKilobytes({ pid }: BenchedBroker): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}

void benchmark('MQTT memory', mqttMemory)
