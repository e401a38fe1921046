import { z } from 'zod'
import type { MqttSession } from '../backend.js'
import { iso } from './list.js'

const time = z.iso.datetime().nullable()
const count = z.int()

/** A session as JSON; null is what is not known. */
export const SESSION = z.object({
  client_id: z.string(),
  connected: z.boolean(),
  username: z.string().nullable(),
  address: z.string().nullable(),
  port: z.int().nullable(),
  transport: z.enum(['tcp', 'tls', 'ws', 'wss']).nullable(),
  listener: z.string().nullable(),
  clean_session: z.boolean(),
  protocol: z.int().describe('3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5'),
  keepalive: z.int().describe('seconds'),
  will: z.object({ topic: z.string(), qos: z.int(), retain: z.boolean() }).nullable(),
  created_at: time,
  connected_at: time,
  disconnected_at: time,
  subscriptions: count,
  inflight: count.describe('sent with QoS 1 or 2 and not acknowledged'),
  awaiting_release: count.describe('received with QoS 2 and not released'),
  queued: count.describe('stored while the client is away'),
  queue_dropped: count,
  delivered: count,
  enqueued: count,
  bytes_received: count,
  bytes_sent: count,
  messages_received: count,
  messages_sent: count,
})

export type SessionField = keyof z.infer<typeof SESSION>

const READ: { readonly [field in SessionField]: (session: MqttSession) => unknown } = {
  client_id: ({ clientId }) => clientId,
  connected: ({ connected }) => connected,
  username: ({ username }) => username ?? null,
  address: ({ address }) => address ?? null,
  port: ({ port }) => port ?? null,
  transport: ({ transport }) => transport ?? null,
  listener: ({ listener }) => listener ?? null,
  clean_session: ({ cleanSession }) => cleanSession,
  protocol: ({ protocol }) => protocol,
  keepalive: ({ keepalive }) => keepalive,
  will: ({ will }) => will ?? null,
  created_at: ({ createdAt }) => iso(createdAt),
  connected_at: ({ connectedAt }) => iso(connectedAt),
  disconnected_at: ({ disconnectedAt }) => iso(disconnectedAt),
  subscriptions: ({ subscriptions }) => subscriptions.size,
  inflight: ({ inflight }) => inflight,
  awaiting_release: ({ awaitingRelease }) => awaitingRelease,
  queued: ({ queued }) => queued,
  queue_dropped: ({ queueDropped }) => queueDropped,
  delivered: ({ delivered }) => delivered,
  enqueued: ({ enqueued }) => enqueued,
  bytes_received: ({ bytesReceived }) => bytesReceived,
  bytes_sent: ({ bytesSent }) => bytesSent,
  messages_received: ({ messagesReceived }) => messagesReceived,
  messages_sent: ({ messagesSent }) => messagesSent,
}

export const SESSION_FIELDS = Object.keys(READ) as [SessionField, ...SessionField[]]

/** A copy of what is asked for, all unless said: the session itself lives on. */
export function asJson(
  session: MqttSession,
  fields: readonly SessionField[] = SESSION_FIELDS,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const field of fields) shown[field] = READ[field](session)
  return shown
}
