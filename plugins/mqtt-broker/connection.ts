import type { Transport } from '../mqtt-admin/backend.js'

/** What the wire knows of a connection, as plain data that outlives generations; it hangs on the stream. */
export interface Connection {
  readonly transport: Transport
  /** IPv4 without its IPv6 mapping. */
  readonly address: string
  readonly port: number
  /** Where it came in: `127.0.0.1:1883`. */
  readonly listener: string
  /** Whether a client without credentials is let in here. */
  readonly anonymous: boolean
  /** Protocol levels of CONNECT that are spoken here. */
  readonly protocolVersions: readonly number[]
  /** The user name that a certificate vouches for. */
  readonly identity: string | undefined
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  bytesReceived: number
  bytesSent: number
  messagesReceived: number
  messagesSent: number
  /** Messages sent with QoS 1 or 2 and not acknowledged yet. */
  inflight: number
  /** Messages received with QoS 2 whose PUBREL has not come. */
  awaitingRelease: number
  /** Why the broker closed it, for events and for the listener's statistics. */
  closedBecause: string | undefined
}

const CONNECTION: unique symbol = Symbol.for('patchbay mqtt connection') as never

export function attachConnection(stream: object, connection: Connection): void {
  Object.defineProperty(stream, CONNECTION, { value: connection })
}

export function connectionOf(stream: object): Connection | undefined {
  return (stream as { [CONNECTION]?: Connection })[CONNECTION]
}
