import type { Server } from '../server.js'
import { charge } from '../stream/charge.js'
import type { Element } from '../xml/element.js'
import type { Session } from './session.js'
import { send } from './sessions.js'

/** A part of an answer counts as said by who has asked: a few bytes can ask for millions. */
const SHARE = 4

/** The server's own answer to what a session has asked. */
export function reply(server: Server, session: Session, answer: Element): void {
  const { counters } = server.registry
  const before = counters.bytesSent
  send(session, answer)
  charge(server, session.stream, (counters.bytesSent - before) / SHARE)
}
