import { bareOf, type Jid } from 'patchbay'
import { blocks } from '../blocking/blocklist.js'
import { shows } from '../roster/state.js'
import type { Server } from '../server.js'
import { reply } from '../session/reply.js'
import type { Session } from '../session/session.js'
import { send, sessionAt } from '../session/sessions.js'
import type { Element } from '../xml/element.js'
import { addressed } from './addressed.js'
import { StanzaError } from './error.js'
import { answerIq } from './iq.js'
import { route } from './route.js'

/** An IQ to a host, an account, or a session (RFC 6121 §8.5). */
export async function deliverIq(server: Server, stanza: Element, from: Jid, to: Jid, session?: Session): Promise<void> {
  if (to.local !== undefined) {
    const account = bareOf(to)
    if (!server.accounts.find(account) || blocks(server, account, stanza.attributes['from'] ?? '')) {
      throw new StanzaError('service-unavailable')
    }
    if (to.resource !== undefined) {
      const receiver = sessionAt(server.registry, account, to.resource)
      if (!receiver || !reaches(server, stanza, from, receiver)) throw new StanzaError('service-unavailable')
      return send(receiver, addressed(stanza, to))
    }
  }
  const answer = await answerIq(server, { stanza, from, to, session })
  if (!answer) return
  if (session) reply(server, session, answer)
  else await route(server, answer).catch(() => undefined)
}

/** A session that is not available is shown only to whom it has shown itself (RFC 6121 §8.5.3.1). */
function reaches({ rosters, components }: Server, stanza: Element, from: Jid, receiver: Session): boolean {
  const { type } = stanza.attributes
  const { account, directed } = receiver
  if (type === 'result' || type === 'error' || receiver.presence) return true
  const sender = bareOf(from)
  if (sender === account || components.has(from.domain)) return true
  if (directed?.has(sender) || directed?.has(stanza.attributes['from']!)) return true
  return shows(rosters.entry(account, sender))
}
