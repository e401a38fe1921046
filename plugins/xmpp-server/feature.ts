import type { Change, Jid } from 'patchbay'
import type { Server } from './server.js'
import type { Session } from './session/session.js'
import type { Component } from './stanza/component.js'
import type { IqHandler } from './stanza/iq.js'
import type { Stream } from './stream/stream.js'
import type { Element } from './xml/element.js'

/** A part of the server as data: what it answers, and when it wants to be told. */
export interface Feature {
  /** Namespaces that it adds to disco#info of hosts and of accounts (XEP-0030). */
  readonly host?: readonly string[]
  readonly account?: readonly string[]
  /** What it adds to the features of a stream (RFC 6120 §4.3.2), by what the stream has reached. */
  stream?(server: Server, stream: Stream): readonly Element[]
  readonly iq?: readonly IqHandler[]
  components?(hosts: readonly string[]): ReadonlyMap<string, Component>
  /** A message to a host itself; true when it was taken, false leaves it to others. Throws StanzaError to refuse it. */
  hostMessage?(server: Server, stanza: Element, to: Jid, from: Jid): boolean
  /** A session has sent a presence without `to`; `first` when it was unavailable before. */
  available?(server: Server, session: Session, presence: Element, first: boolean): void | Promise<void>
  /**
   * A session has said that it is unavailable, or its stream has ended while it was available; `was` false when it was
   * not, and has shown itself only to those to whom it has sent directed presence, such as rooms.
   */
  unavailable?(server: Server, session: Session, presence: Element, was: boolean): void | Promise<void>
  /** A session has ended, whether it was available or not. */
  ended?(server: Server, session: Session): void | Promise<void>
  /** What is stored of an account and goes with it: changes for its batch. */
  forget?(server: Server, account: string): AsyncIterable<Change>
}
