import type { Awaitable } from './awaitable.js'

export interface Metrics {
  /** Counters since the broker began or they were reset. */
  counters(): Awaitable<Readonly<Record<Counter, number>>>
  /** What is now and the most it has been. */
  gauges(): Awaitable<Readonly<Record<Gauge, { count: number; max: number }>>>
  reset(): Awaitable<void>
}

/** In the words of MQTT 3.1.1; `received` and `sent` are the broker's view. */
export type Counter =
  | 'bytes.received'
  | 'bytes.sent'
  | 'packets.connect.received'
  | 'packets.connack.sent'
  | 'packets.publish.received'
  | 'packets.publish.sent'
  | 'packets.puback.received'
  | 'packets.puback.sent'
  | 'packets.puback.missed'
  | 'packets.pubrec.received'
  | 'packets.pubrec.sent'
  | 'packets.pubrec.missed'
  | 'packets.pubrel.received'
  | 'packets.pubrel.sent'
  | 'packets.pubrel.missed'
  | 'packets.pubcomp.received'
  | 'packets.pubcomp.sent'
  | 'packets.pubcomp.missed'
  | 'packets.subscribe.received'
  | 'packets.suback.sent'
  | 'packets.unsubscribe.received'
  | 'packets.unsuback.sent'
  | 'packets.pingreq.received'
  | 'packets.pingresp.sent'
  | 'packets.disconnect.received'
  | 'messages.qos0.received'
  | 'messages.qos0.sent'
  | 'messages.qos1.received'
  | 'messages.qos1.sent'
  | 'messages.qos2.received'
  | 'messages.qos2.sent'
  /** Deliveries given up: to a slow client, or because a queue was full. */
  | 'messages.dropped'
  /** Inbound QoS 2 messages refused because too many awaited PUBREL. */
  | 'messages.qos2.dropped'
  | 'connack.accepted'
  | 'connack.unacceptable_protocol'
  | 'connack.identifier_rejected'
  | 'connack.server_unavailable'
  | 'connack.bad_credentials'
  | 'connack.not_authorized'
  | 'sockets.opened'
  | 'sockets.closed'
  | 'sockets.errors'
  /** Connections closed because CONNECT, or the rest of a packet, did not come in time. */
  | 'sockets.timeouts'
  /** Connections that a limit refused: of their number or of their rate. */
  | 'sockets.refused'
  | 'keepalive.expired'
  | 'sessions.opened'
  | 'sessions.closed'
  | 'sessions.expired'
  | 'sessions.restored'
  | 'queue.in'
  | 'queue.out'
  | 'queue.dropped'
  /** Messages that nobody subscribed to, but for those of `$SYS/`. */
  | 'publish.unrouted'
  | 'publish.refused_by_acl'
  | 'subscribe.refused_by_acl'
  | 'packets.too_large'
  | 'packets.malformed'
  /** Subscriptions that messages were matched with. */
  | 'router.matches'

export type Gauge = 'clients' | 'sessions' | 'subscriptions' | 'subscribers' | 'routes' | 'retained'
