import type { Duplex } from 'node:stream'
import type { Connection } from '../connection.js'
import { newScan, type Scan } from './scan.js'
import type { Arrival, Wire } from './wire.js'

/** What is known of the packets on a connection; plain data that outlives generations, and hangs on the stream. */
export interface Tap {
  readonly wire: Wire
  readonly arrival: Arrival
  readonly connection: Connection
  /** The stream's own functions. */
  readonly read: Duplex['read']
  readonly write: (this: Duplex, data: Uint8Array) => boolean
  readonly received: Scan
  readonly sent: Scan
  /** Identifiers of messages sent with QoS 1 or 2 that are not acknowledged; made when the first one is sent. */
  unacknowledged: Set<number> | undefined
  /** Identifiers of messages received with QoS 2 whose PUBREL has not come. */
  unreleased: Set<number> | undefined
  /** Of this turn, in the order in which they were written. */
  pieces: Uint8Array[]
  /** Bytes of them. */
  pending: number
  /** Whether CONNACK has been sent, with whatever code. */
  greeted: boolean
  /** Whether DISCONNECT has come. */
  disconnected: boolean
  /** Whether nothing more is read: it is being closed. */
  refused: boolean
  /** What came behind CONNECT before that was answered. */
  early: Buffer | undefined
  /** Bytes of a long CONNECT that is under way. */
  promised: number
  /** Packets received, to tell the one that is under way from the one before. */
  packets: number
  /** Which one `Wire.unfinished` knows; -1 for none. */
  unfinished: number
  /** PUBLISH packets that may still be read now, and when that was reckoned; only with a limit of their rate. */
  allowance: number
  reckonedAt: number
  /** Whether reading waits for the allowance. */
  paused: boolean
  /** Deliveries dropped and not told of yet. */
  dropped: number
}

const TAP: unique symbol = Symbol.for('patchbay mqtt tap') as never
type Tapped = Duplex & { [TAP]?: Tap }

export function tapOf(stream: object): Tap | undefined {
  return (stream as Tapped)[TAP]
}

/** From now on every chunk that is read from or written to the stream passes the wire's handlers. */
export function tapStream(wire: Wire, arrival: Arrival, stream: Tapped, connection: Connection): Tap {
  const tap: Tap = {
    wire,
    arrival,
    connection,
    read: stream.read,
    write: stream.write,
    received: newScan(),
    sent: newScan(),
    unacknowledged: undefined,
    unreleased: undefined,
    pieces: [],
    pending: 0,
    greeted: false,
    disconnected: false,
    refused: false,
    early: undefined,
    promised: 0,
    packets: 0,
    unfinished: -1,
    allowance: 0,
    reckonedAt: 0,
    paused: false,
    dropped: 0,
  }
  stream[TAP] = tap
  stream.read = wire.dispatch.read
  stream.write = wire.dispatch.write as Duplex['write']
  // mqtt-packet corks for the rest of the turn what it finds corkable, with a callback for each packet.
  stream.cork = undefined as never
  return tap
}
