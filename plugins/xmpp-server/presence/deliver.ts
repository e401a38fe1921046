import type { Jid } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send, sessionsOf } from '../session/sessions.js'
import type { Element } from '../xml/element.js'

/** Presence with a `to`: directed, a probe, or a step of a subscription (RFC 6121 §3, §4.3, §4.6). */
export async function deliverPresence(server: Server, stanza: Element, to: Jid, _sender?: Session): Promise<void> {
  for (const session of sessionsOf(server.registry, `${to.local}@${to.domain}`)) send(session, stanza)
}
