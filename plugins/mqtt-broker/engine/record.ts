import type { Client } from 'aedes'
import type { MqttSession, Transport } from '../../mqtt-admin/backend.js'
import type { Connection } from '../connection.js'
import type { StoredSession } from '../store/stores.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Of the interface, what is told by the connection or the queue. */
type Told =
  | 'connected'
  | 'inflight'
  | 'awaitingRelease'
  | 'queued'
  | 'bytesReceived'
  | 'bytesSent'
  | 'messagesReceived'
  | 'messagesSent'

/**
 * A session, as plain data that outlives the generation that wrote it, and at once what `mqtt-admin` sees of it: what
 * is not kept is told by accessors of `Broker.view`, from which every record inherits.
 */
export interface SessionRecord extends Mutable<Omit<MqttSession, Told>>, Pick<MqttSession, Told> {
  /** Whether the user name was proved. */
  authenticated: boolean
  subscriptions: Map<string, Granted>
  /** The live connection. */
  client: Client | undefined
  /** Of the live or the last one. */
  connection: Connection | undefined
  /** Only a session that is not clean has one. */
  queue: Queue | undefined
  /** Packet identifiers of inbound QoS 2 messages whose PUBREL has not come. */
  inbound: Set<number> | undefined
  /** What authorisation has granted and the store does not hold yet. */
  allowed: Map<string, number> | undefined
  /** Whether nobody was connected to it yet. */
  fresh: boolean
  /** While the queue is being sent, new messages go behind it. */
  draining: 'queue' | 'rest' | undefined
  /** Wakes whoever waits for a free packet identifier. */
  taken: (() => void) | undefined
  /** Messages that came while the last of the queue were on their way. */
  held: (() => void)[]
}

export interface Granted {
  qos: number
}

export interface Queue {
  /** By position, which grows: the first one is the oldest. */
  entries: Map<number, Entry>
  /** Those that were sent, by packet identifier. */
  sent: Map<number, Entry>
  bytes: number
}

/** A message that waits, or is sent and not acknowledged; its content is in the store. */
export interface Entry {
  position: number
  qos: number
  bytes: number
  at: number
  id: number | undefined
  released: boolean
  retain: boolean
}

export interface Greeting {
  clientId: string
  username: string | undefined
  authenticated: boolean
  address: string | undefined
  port: number | undefined
  transport: Transport | undefined
  listener: string | undefined
  cleanSession: boolean
  protocol: number
  keepalive: number
  will: { topic: string; qos: number; retain: boolean } | undefined
  connectedAt: number
  connection: Connection | undefined
}

export function newRecord(view: object, greeting: Greeting, serial: number, createdAt: number): SessionRecord {
  const record = Object.create(view) as SessionRecord
  record.clientId = greeting.clientId
  record.serial = serial
  record.createdAt = createdAt
  record.disconnectedAt = undefined
  record.subscriptions = new Map()
  record.queueDropped = 0
  record.delivered = 0
  record.enqueued = 0
  record.client = undefined
  record.queue = greeting.cleanSession ? undefined : newQueue()
  record.inbound = undefined
  record.allowed = undefined
  record.fresh = true
  record.draining = undefined
  record.taken = undefined
  record.held = []
  greet(record, greeting)
  return record
}

/** What a CONNECT says of the session. */
export function greet(record: SessionRecord, greeting: Greeting): void {
  record.username = greeting.username
  record.authenticated = greeting.authenticated
  record.address = greeting.address
  record.port = greeting.port
  record.transport = greeting.transport
  record.listener = greeting.listener
  record.cleanSession = greeting.cleanSession
  record.protocol = greeting.protocol
  record.keepalive = greeting.keepalive
  record.will = greeting.will
  record.connectedAt = greeting.connectedAt
  record.connection = greeting.connection
}

export function newQueue(): Queue {
  return { entries: new Map(), sent: new Map(), bytes: 0 }
}

export function stored(record: SessionRecord): StoredSession {
  const { username, disconnectedAt } = record
  return {
    clientId: record.clientId,
    ...(username === undefined ? {} : { username }),
    ...(record.authenticated ? { authenticated: true as const } : {}),
    protocol: record.protocol,
    keepalive: record.keepalive,
    createdAt: record.createdAt,
    connectedAt: record.connectedAt,
    ...(disconnectedAt === undefined ? {} : { disconnectedAt }),
    dropped: record.queueDropped,
    enqueued: record.enqueued,
    delivered: record.delivered,
  }
}

/** Gives `view` this generation's accessors; every record there is has them from now on. */
export function lendAccessors(view: object): void {
  const told: Record<Told, (this: SessionRecord) => unknown> = {
    connected() {
      return this.client !== undefined
    },
    inflight() {
      return (this.client && this.connection?.inflight) ?? this.queue?.sent.size ?? 0
    },
    awaitingRelease() {
      return this.inbound?.size ?? 0
    },
    queued() {
      return this.queue ? this.queue.entries.size - this.queue.sent.size : 0
    },
    bytesReceived() {
      return this.connection?.bytesReceived ?? 0
    },
    bytesSent() {
      return this.connection?.bytesSent ?? 0
    },
    messagesReceived() {
      return this.connection?.messagesReceived ?? 0
    },
    messagesSent() {
      return this.connection?.messagesSent ?? 0
    },
  }
  for (const [name, get] of Object.entries(told)) {
    Object.defineProperty(view, name, { get, configurable: true, enumerable: true })
  }
}
