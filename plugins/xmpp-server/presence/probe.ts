import { bareOf, type Jid } from 'patchbay'
import { blocks } from '../blocking/blocklist.js'
import { shows } from '../roster/state.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send, sessionAt } from '../session/sessions.js'
import { CLIENT, type Element, element, withAttributes } from '../xml/element.js'
import { availableOf } from './share.js'

/** A probe of a client: what it would be told at its login, or `unsubscribed` (RFC 6121 §4.3.2). */
export function answerProbe(server: Server, stanza: Element, from: Jid, account: string): void {
  const { from: asking, to } = stanza.attributes
  const sender = bareOf(from)
  const session = from.resource === undefined ? undefined : sessionAt(server.registry, sender, from.resource)
  if (!session) return
  if (sender === account || shows(server.rosters.entry(account, sender))) showPresences(server, session, account)
  else send(session, element(CLIENT, 'presence', { type: 'unsubscribed', from: to, to: asking }))
}

/** What a session is shown of an account: the presences of all its available sessions. */
export function showPresences(server: Server, session: Session, account: string): void {
  const shown = availableOf(server, account)
  if (shown.length === 0) return
  if (blocks(server, account, session.jid) || blocks(server, session.account, account)) return
  for (const other of shown) {
    if (other !== session) send(session, withAttributes(other.presence!, { to: session.jid }))
  }
}
