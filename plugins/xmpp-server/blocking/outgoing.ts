import { formatJid, parseJid } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { StanzaError } from '../stanza/error.js'
import { type Element, element } from '../xml/element.js'
import { blocks } from './blocklist.js'

const ERRORS = 'urn:xmpp:blocking:errors'

/** Nothing goes to whom the account has blocked (XEP-0191 §3.5): `not-acceptable`. */
export function assertNotBlocked(server: Server, { account }: Session, { attributes }: Element): void {
  const to = parseJid(attributes['to'] ?? account)
  // Who takes a presence back is no longer seen, whoever it is.
  if (!to || attributes['type'] === 'unavailable') return
  if (blocks(server, account, formatJid(to))) throw new StanzaError('not-acceptable', '', [element(ERRORS, 'blocked')])
}
