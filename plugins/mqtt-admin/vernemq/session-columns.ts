import type { Cell } from 'patchbay'
import type { MqttSession, QueuedMessage } from '../backend.js'

type Columns<T> = ReadonlyMap<string, (of: T) => Cell>
const columns = <T>(table: Record<string, (of: T) => Cell>): Columns<T> => new Map(Object.entries(table))

/** What an offline session shows of its connection. */
const online =
  (column: (session: MqttSession) => Cell | undefined) =>
  (session: MqttSession): Cell =>
    session.connected ? (column(session) ?? null) : null

/** Of the session itself: queue base, queues and sessions of contracts/mqtt.md §2.3. */
export const SESSION_COLUMNS = columns<MqttSession>({
  client_id: ({ clientId }) => clientId,
  // There is one mountpoint, the default one.
  mountpoint: () => '',
  // No process is behind a queue or a session; the serial stands in for it.
  queue_pid: ({ serial }) => `<0.${serial}.0>`,
  session_pid: online(({ serial }) => `<0.${serial}.1>`),
  queue_size: () => null,
  is_offline: ({ connected }) => !connected,
  is_online: ({ connected }) => connected,
  statename: ({ connected }) => (connected ? 'online' : 'offline'),
  deliver_mode: () => 'fanout',
  offline_messages: ({ connected, queued }) => (connected ? 0 : queued),
  online_messages: ({ connected, queued }) => (connected ? queued : 0),
  num_sessions: ({ connected }) => (connected ? 1 : 0),
  clean_session: ({ cleanSession }) => cleanSession,
  is_plugin: () => false,
  queue_started_at: ({ createdAt }) => createdAt,
  user: online(({ username }) => username),
  peer_host: online(({ address }) => address),
  peer_port: online(({ port }) => port),
  protocol: online(({ protocol }) => protocol),
  waiting_acks: online(({ inflight }) => inflight),
  session_started_at: online(({ connectedAt }) => connectedAt),
})

export interface SubscriptionRow {
  readonly topic: string
  readonly qos: number
}

/** One row for each subscription; sessions without any are left out. */
export const SUBSCRIPTION_COLUMNS = columns<SubscriptionRow>({
  topic: ({ topic }) => topic,
  qos: ({ qos }) => qos,
  // Options of MQTT 5.
  rap: () => false,
  no_local: () => false,
})

/** One row for each message that waits; sessions without any are left out. */
export const MESSAGE_COLUMNS = columns<QueuedMessage>({
  msg_ref: ({ id }) => Buffer.from(id).toString('base64'),
  msg_qos: ({ qos }) => qos,
  routing_key: ({ topic }) => topic,
  dup: ({ dup }) => dup,
  payload: ({ payload }) => payload.toString('utf8'),
})

/** The default columns since 1.1. */
export const SHOWN = ['client_id', 'is_online', 'mountpoint', 'peer_host', 'peer_port', 'user']

/** All that `session show` knows; `node` is the same for every session. */
export const ALL_COLUMNS: ReadonlySet<string> = new Set([
  'node',
  ...SESSION_COLUMNS.keys(),
  ...SUBSCRIPTION_COLUMNS.keys(),
  ...MESSAGE_COLUMNS.keys(),
])
