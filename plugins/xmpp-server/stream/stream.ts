import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Registry } from '../registry.js'
import type { Exchange } from '../sasl/exchange.js'
import type { Session } from '../session/session.js'
import type { Reader } from '../xml/reader.js'

/** A client's connection (RFC 6120 §4); plain data and objects of libraries that outlive generations. */
export interface Stream {
  readonly registry: Registry
  /** The stream's id, unguessable; a new one after each restart (RFC 6120 §4.7.3). */
  id: string
  readonly serial: number
  readonly transport: 'tcp' | 'tls' | 'websocket'
  /** TLS is in place; always so behind direct TLS. */
  secure: boolean
  readonly address: string
  readonly port: number
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  socket: Duplex
  /** Takes what listens to the socket away from it. */
  detach: () => void
  /** What the socket speaks (RFC 7395), with the frames that wait. */
  web: { readonly socket: WebSocket; readonly frames: Buffer[] } | undefined
  readonly reader: Reader
  /** What the client has reached: nothing yet, a header, an account, a resource. */
  state: 'opening' | 'open' | 'authenticated' | 'bound' | 'closed'
  /** Our header of the stream, as restarted last, is out. */
  headed: boolean
  /** The virtual host. */
  domain: string
  /** The bare JID that has logged in. */
  account: string | undefined
  session: Session | undefined
  /** A login that has begun and not ended. */
  exchange?: Exchange | undefined
  /** Logins that were refused. */
  refusals?: number | undefined
  /** Something that it said is being handled: stanzas of a stream are handled in their order. */
  busy: boolean
  /** How many things that it said took a step of their own. */
  handled: number
  /** It is not listened to until it has read what was sent to it. */
  full: boolean
  /** It leaves too much unread and is about to be closed: it is sent nothing more. */
  slow: boolean
  /** Bytes that it may send now, and when (`performance.now()`) that was reckoned. */
  allowance: number
  reckonedAt: number
  /** When it was heard of last (`performance.now()`). */
  heardAt: number
}
