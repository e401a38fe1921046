import type { Awaitable } from './awaitable.js'
import type { Transport } from './listeners.js'
import type { MqttSubscription } from './subscriptions.js'

/** Connected clients and persistent sessions whose client is away; order is the order of opening, and stable. */
export interface SessionDirectory {
  count(which: Which): Awaitable<number>
  get(clientId: string): Awaitable<MqttSession | undefined>
  /** `limit` sessions from the `offset`th on. */
  page(which: Which, offset: number, limit: number): Awaitable<MqttSession[]>
  /**
   * All of them, in blocks with a turn of the event loop between them, beginning behind the session with that serial.
   * They are the live records, not copies: read them before the next block, keep nothing.
   */
  blocks(which: Which, after?: number): AsyncIterable<readonly MqttSession[]>
  /** Messages that wait for the client or await its acknowledgement, oldest first, from the `offset`th on. */
  queue(clientId: string, offset: number, limit: number): Promise<QueuedMessage[]>
  /** Closes the connection; the will is published, a persistent session stays. False when it is not connected. */
  disconnect(clientId: string, why: DisconnectReason): Promise<boolean>
  /** Ends the session: disconnects, and removes subscriptions and queue. False when there is none. */
  forget(clientId: string, why: DisconnectReason): Promise<boolean>
  /**
   * As the client would have, without asking the ACL; works for a persistent session whose client is away.
   * The granted QoS of each, 128 for a filter that is refused; undefined when there is no such session.
   */
  subscribe(clientId: string, filters: readonly MqttSubscription[]): Promise<number[] | undefined>
  /** Which of the filters had been subscribed; undefined when there is no such session. */
  unsubscribe(clientId: string, filters: readonly string[]): Promise<boolean[] | undefined>
  /**
   * Asks the ACL again about every subscription and removes what is no longer allowed.
   * The removed filters; undefined when there is no such session.
   */
  reauthorize(clientId: string): Promise<string[] | undefined>
}

export type Which = 'connected' | 'away' | 'all'

export type DisconnectReason = 'kicked' | 'banned' | 'listener closed'

export interface MqttSession {
  readonly clientId: string
  /** Grows with every session opened; a cursor. */
  readonly serial: number
  readonly connected: boolean
  readonly username: string | undefined
  /** IPv4 without its IPv6 mapping. Of the last connection when away, and undefined when that was before a restart. */
  readonly address: string | undefined
  readonly port: number | undefined
  readonly transport: Transport | undefined
  /** The listener it came in on: `127.0.0.1:1883`. */
  readonly listener: string | undefined
  readonly cleanSession: boolean
  /** Protocol level of CONNECT: 3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5. */
  readonly protocol: number
  /** Seconds. */
  readonly keepalive: number
  readonly will: { topic: string; qos: number; retain: boolean } | undefined
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number
  readonly connectedAt: number
  readonly disconnectedAt: number | undefined
  /** Filter to granted QoS. */
  readonly subscriptions: ReadonlyMap<string, { readonly qos: number }>
  /** Messages sent with QoS 1 or 2 that are not acknowledged yet. */
  readonly inflight: number
  /** Messages received with QoS 2 whose PUBREL has not come. */
  readonly awaitingRelease: number
  /** Messages stored for a client that is away. */
  readonly queued: number
  readonly queueDropped: number
  /** Messages handed to the client, and put into its queue, since the session was opened. */
  readonly delivered: number
  readonly enqueued: number
  /** Since it connected, by the wire. */
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly messagesReceived: number
  readonly messagesSent: number
}

export interface QueuedMessage {
  /** Of this session's queue; stays the same while the message waits. */
  readonly id: string
  readonly topic: string
  readonly payload: Buffer
  readonly qos: number
  readonly retain: boolean
  readonly dup: boolean
  /** Whether it was sent already and its acknowledgement has not come. */
  readonly sent: boolean
  readonly queuedAt: number
}
