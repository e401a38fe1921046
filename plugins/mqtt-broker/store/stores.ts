import type { HoldingContext, Namespace } from 'patchbay'

/** What each namespace holds. Keys of a session's things begin with its serial, those of messages are positions. */
export interface Stored {
  /** Persistent sessions, by serial. */
  sessions: StoredSession
  /** Granted QoS, by serial and filter. */
  subscriptions: number
  /** What waits for whom, by serial and position. */
  queues: StoredEntry
  /** Messages that wait, once for all who wait for them, by position. */
  messages: StoredMessage
  /** Inbound QoS 2 messages whose PUBREL has not come, by serial and packet identifier. */
  inbound: 1
  /** By topic. */
  retained: StoredRetained
  /** By client id. */
  wills: StoredMessage
}

export interface StoredSession {
  clientId: string
  username?: string
  authenticated?: true
  protocol: number
  keepalive: number
  createdAt: number
  connectedAt: number
  /** Missing while it is connected. */
  disconnectedAt?: number
  dropped: number
  enqueued: number
  delivered: number
}

export interface StoredEntry {
  qos: number
  bytes: number
  at: number
  /** Packet identifier, once it was sent. */
  id?: number
  /** Its PUBREL was sent. */
  released?: true
  retain?: true
}

export interface StoredMessage {
  topic: string
  /** Base64. */
  payload: string
  qos: number
  retain?: boolean
  clientId?: string
  /** Of a will: in whose name it is published, and whether that was proved. */
  username?: string
  authenticated?: true
}

export interface StoredRetained {
  payload: string
  qos: number
  at: number
}

export type StoreName = keyof Stored
export type Stores = { [N in StoreName]: Namespace<Stored[N]> }

export const STORE_NAMES = [
  'sessions',
  'subscriptions',
  'queues',
  'messages',
  'inbound',
  'retained',
  'wills',
] as const satisfies readonly StoreName[]

export function openStores(holding: HoldingContext): Stores {
  return Object.fromEntries(STORE_NAMES.map(name => [name, holding.storage(name)])) as unknown as Stores
}

const DIGITS = 14

/** Keys of numbers sort as the numbers do. */
export function numberKey(number: number): string {
  return String(number).padStart(DIGITS, '0')
}

export function sessionKey(serial: number, rest: string): string {
  return `${numberKey(serial)}/${rest}`
}

export function splitKey(key: string): { serial: number; rest: string } {
  return { serial: Number(key.slice(0, DIGITS)), rest: key.slice(DIGITS + 1) }
}
