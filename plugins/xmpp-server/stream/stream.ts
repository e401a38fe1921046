import type { Duplex } from 'node:stream'
import type { Exchange } from '../sasl/exchange.js'
import type { Session } from '../session/session.js'
import type { XmlReader } from '../xml/read.js'

/** A client's connection (RFC 6120 §4); plain data and objects of libraries that outlive generations. */
export interface Stream {
  /** The stream's id, unguessable. */
  readonly id: string
  readonly serial: number
  readonly transport: 'tcp' | 'tls' | 'websocket'
  /** TLS is in place; always so behind direct TLS. */
  secure: boolean
  readonly address: string
  readonly port: number
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  socket: Duplex
  reader: XmlReader
  /** What the client has reached: nothing yet, a header, an account, a resource. */
  state: 'opening' | 'open' | 'authenticated' | 'bound' | 'closed'
  /** The virtual host. */
  domain: string
  /** The bare JID that has logged in. */
  account: string | undefined
  session: Session | undefined
  /** A login that has begun and not ended. */
  exchange?: Exchange | undefined
  /** Logins that were refused. */
  refusals?: number | undefined
  /** Settles when the stanza before has been handled: stanzas of a stream are handled in their order. */
  turn: Promise<void> | undefined
}
