import type { Stream } from '../stream/stream.js'
import type { Element } from '../xml/element.js'

/** A resource that is bound (RFC 6120 §7); plain data that outlives generations. */
export interface Session {
  readonly stream: Stream
  /** The bare JID. */
  readonly account: string
  readonly resource: string
  /** The full JID. */
  readonly jid: string
  /** Milliseconds since the epoch. */
  readonly boundAt: number
  /** The last presence without `to`; undefined while it is unavailable. */
  presence: Element | undefined
  /** -128 to 127. */
  priority: number
  /** It has asked for the roster, so it is told of changes (RFC 6121 §2.1.6). */
  interested: boolean
  /** It has asked whom the account blocks, so it is told of changes (XEP-0191 §3.2). */
  blocking?: true
  /** Full or bare JIDs to which it has sent directed presence (RFC 6121 §4.6). */
  directed: Set<string> | undefined
  /** The status of its last presence, available or not. */
  farewell: string
}
