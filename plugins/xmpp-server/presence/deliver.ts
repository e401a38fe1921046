import { bareOf, type Jid } from 'patchbay'
import { blocks } from '../blocking/blocklist.js'
import { takeStep } from '../roster/step.js'
import { isStep } from '../roster/transitions.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send, sessionAt } from '../session/sessions.js'
import { addressed } from '../stanza/addressed.js'
import { StanzaError } from '../stanza/error.js'
import type { Element } from '../xml/element.js'
import { remember } from './directed.js'
import { answerProbe } from './probe.js'
import { availableOf } from './share.js'

/** Presence with a `to`: directed, a probe, or a step of a subscription (RFC 6121 §3, §4.3, §4.6). */
export async function deliverPresence(
  server: Server,
  stanza: Element,
  from: Jid,
  to: Jid,
  sender?: Session,
): Promise<void> {
  const { type } = stanza.attributes
  if (isStep(type)) return takeStep(server, stanza, from, to, type)
  const component = server.components.get(to.domain)
  if (!component && !server.hosts.includes(to.domain)) throw new StanzaError('remote-server-not-found')
  if (type !== undefined && type !== 'unavailable' && type !== 'probe' && type !== 'error') {
    throw new StanzaError('bad-request')
  }
  // Before it is there: its sender may be gone when it is, and then this has been taken back.
  if (sender && (type === undefined || type === 'unavailable')) remember(sender, to, type === undefined)
  if (component) await component.receive(server, stanza)
  else if (to.local !== undefined) deliverTo(server, stanza, from, to)
}

/** What cannot be delivered is forgotten (RFC 6121 §8.5.1, §8.5.2.2.2). */
function deliverTo(server: Server, stanza: Element, from: Jid, to: Jid): void {
  const account = bareOf(to)
  if (!server.accounts.find(account) || blocks(server, account, stanza.attributes['from'] ?? '')) return
  const { type } = stanza.attributes
  if (type === 'probe') answerProbe(server, stanza, from, account)
  else for (const session of receiversOf(server, account, to.resource, type)) send(session, addressed(stanza, to))
}

function receiversOf(server: Server, account: string, resource?: string, type?: string): Session[] {
  if (resource === undefined) return type === 'error' ? [] : availableOf(server, account)
  const session = sessionAt(server.registry, account, resource)
  return session ? [session] : []
}
