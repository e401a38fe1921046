import type { Counter, Gauge } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'

/** Names as in Mosquitto; only what is measured. */
const COUNTED: Record<string, Counter> = {
  'bytes/received': 'bytes.received',
  'bytes/sent': 'bytes.sent',
  'publish/messages/received': 'packets.publish.received',
  'publish/messages/sent': 'packets.publish.sent',
  'publish/messages/dropped': 'messages.dropped',
  'clients/expired': 'sessions.expired',
}
const GAUGED: Record<string, Gauge> = {
  'clients/connected': 'clients',
  'clients/total': 'sessions',
  'subscriptions/count': 'subscriptions',
  'retained messages/count': 'retained',
}

/** Publishes the state of the broker under `$SYS/broker`. It is not stored; whoever subscribes gets what was said last. */
export function publishSystem(broker: Broker): void {
  const { gauges, counters, registry, system } = broker
  const values = new Map<string, number | string>([['version', 'aedes 1.2.0']])
  values.set('uptime', `${Math.floor((Date.now() - broker.startedAt) / 1000)} seconds`)
  for (const [name, counter] of Object.entries(COUNTED)) values.set(name, counters[counter])
  for (const [name, gauge] of Object.entries(GAUGED)) values.set(name, gauges[gauge].count)
  values.set('clients/maximum', gauges.clients.max)
  values.set('clients/disconnected', registry.away.length)
  values.set('store/messages/count', broker.references.size)
  for (const [name, value] of values) {
    const topic = `$SYS/broker/${name}`
    system.set(topic, String(value))
    const payload = Buffer.from(String(value))
    broker.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, null, () => undefined)
  }
}
