import type { MqttAlarm } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'

/** At most so many of one kind are shown. */
const SHOWN = 100

export function alarms(broker: Broker): MqttAlarm[] {
  return [...unwritable(broker), ...fullQueues(broker), ...slowConsumers(broker)]
}

function unwritable({ journal: { broken } }: Broker): MqttAlarm[] {
  if (!broken) return []
  return [
    {
      id: 'store_unwritable',
      severity: 'critical',
      title: 'Sessions and messages cannot be stored',
      summary: `${broken.why}; messages that must be stored are not acknowledged until they can be`,
      raisedAt: broken.since,
    },
  ]
}

function fullQueues({ registry: { full }, options }: Broker): MqttAlarm[] {
  return first(full).map(([{ clientId, queue }, raisedAt]) => ({
    id: `queue_full:${clientId}`,
    severity: 'warning',
    title: `The queue of ${clientId} is nearly full`,
    summary: `${queue?.entries.size ?? 0} of ${options.max_queue_length} messages wait; then the oldest are dropped`,
    raisedAt,
  }))
}

function slowConsumers({ slow }: Broker): MqttAlarm[] {
  return first(slow).map(([clientId, { since, dropped }]) => ({
    id: `slow_consumer:${clientId}`,
    severity: 'warning',
    title: `${clientId} reads too slowly`,
    summary: `${dropped} messages of QoS 0 to it were dropped; the others are not affected`,
    raisedAt: since,
  }))
}

function first<K, V>(map: ReadonlyMap<K, V>): [K, V][] {
  const found: [K, V][] = []
  for (const entry of map) if (found.push(entry) === SHOWN) break
  return found
}
