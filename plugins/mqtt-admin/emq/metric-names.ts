import type { Counter, Gauge, MqttBackend } from '../backend.js'

type Counters = Awaited<ReturnType<MqttBackend['metrics']['counters']>>
type Gauges = Awaited<ReturnType<MqttBackend['metrics']['gauges']>>

const RECEIVED: readonly Counter[] = [
  'packets.connect.received',
  'packets.publish.received',
  'packets.puback.received',
  'packets.pubrec.received',
  'packets.pubrel.received',
  'packets.pubcomp.received',
  'packets.subscribe.received',
  'packets.unsubscribe.received',
  'packets.pingreq.received',
  'packets.disconnect.received',
]
const SENT: readonly Counter[] = [
  'packets.connack.sent',
  'packets.publish.sent',
  'packets.puback.sent',
  'packets.pubrec.sent',
  'packets.pubrel.sent',
  'packets.pubcomp.sent',
  'packets.suback.sent',
  'packets.unsuback.sent',
  'packets.pingresp.sent',
]

/** EMQ's 38 counters in the order of its answers, each the sum of ours; `messages/retained` alone is a count of now. */
const METRICS: Readonly<Record<string, readonly Counter[] | Gauge>> = {
  'packets/publish/sent': ['packets.publish.sent'],
  'packets/pubcomp/received': ['packets.pubcomp.received'],
  'packets/suback': ['packets.suback.sent'],
  'messages/qos0/sent': ['messages.qos0.sent'],
  'messages/qos1/sent': ['messages.qos1.sent'],
  'messages/qos2/dropped': ['messages.qos2.dropped'],
  'packets/received': RECEIVED,
  'packets/connack': ['packets.connack.sent'],
  'packets/pubrec/missed': ['packets.pubrec.missed'],
  'messages/received': ['messages.qos0.received', 'messages.qos1.received', 'messages.qos2.received'],
  'packets/pubrel/received': ['packets.pubrel.received'],
  'packets/subscribe': ['packets.subscribe.received'],
  'messages/sent': ['messages.qos0.sent', 'messages.qos1.sent', 'messages.qos2.sent'],
  'packets/connect': ['packets.connect.received'],
  'packets/disconnect': ['packets.disconnect.received'],
  'messages/qos2/sent': ['messages.qos2.sent'],
  'packets/sent': SENT,
  'packets/puback/received': ['packets.puback.received'],
  'packets/publish/received': ['packets.publish.received'],
  'packets/unsuback': ['packets.unsuback.sent'],
  'packets/puback/sent': ['packets.puback.sent'],
  // EMQ counts what nobody subscribed to as dropped.
  'messages/dropped': ['messages.dropped', 'publish.unrouted'],
  'messages/qos0/received': ['messages.qos0.received'],
  'bytes/sent': ['bytes.sent'],
  'packets/pubrec/received': ['packets.pubrec.received'],
  'messages/retained': 'retained',
  'packets/unsubscribe': ['packets.unsubscribe.received'],
  'packets/pubcomp/missed': ['packets.pubcomp.missed'],
  'packets/pingreq': ['packets.pingreq.received'],
  'messages/qos2/received': ['messages.qos2.received'],
  'packets/pingresp': ['packets.pingresp.sent'],
  'messages/qos1/received': ['messages.qos1.received'],
  'packets/pubrec/sent': ['packets.pubrec.sent'],
  'packets/pubcomp/sent': ['packets.pubcomp.sent'],
  'packets/puback/missed': ['packets.puback.missed'],
  'bytes/received': ['bytes.received'],
  'packets/pubrel/sent': ['packets.pubrel.sent'],
  'packets/pubrel/missed': ['packets.pubrel.missed'],
}

/** EMQ's 14 stats; its topics are its routes, and a client is a subscriber as often as it subscribes. */
const STATS: Readonly<Record<string, Gauge>> = {
  clients: 'clients',
  retained: 'retained',
  routes: 'routes',
  sessions: 'sessions',
  subscribers: 'subscriptions',
  subscriptions: 'subscriptions',
  topics: 'routes',
}

export function asMetrics(counters: Counters, gauges: Gauges): Record<string, number> {
  const entries = Object.entries(METRICS).map(([name, from]): [string, number] => [
    name,
    typeof from === 'string' ? gauges[from].count : from.reduce((sum, counter) => sum + counters[counter], 0),
  ])
  return Object.fromEntries(entries)
}

export function asStats(gauges: Gauges): Record<string, number> {
  const entries = Object.entries(STATS).flatMap(([name, gauge]): [string, number][] => [
    [`${name}/count`, gauges[gauge].count],
    [`${name}/max`, gauges[gauge].max],
  ])
  return Object.fromEntries(entries)
}
