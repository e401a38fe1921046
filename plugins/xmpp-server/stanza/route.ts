import { parseJid } from 'patchbay'
import { deliverMessage } from '../messages/deliver.js'
import { deliverPresence } from '../presence/deliver.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import type { Element } from '../xml/element.js'
import { addressed } from './addressed.js'
import { deliverIq } from './deliver-iq.js'
import { errorReply, StanzaError } from './error.js'

/**
 * Brings a stanza with `from` and `to` to where it is addressed (RFC 6121 §8); throws StanzaError when it cannot be.
 * What a session sends without `to` is for its account. There is no federation: other domains are
 * `remote-server-not-found`.
 */
export async function route(server: Server, stanza: Element, session?: Session): Promise<void> {
  const to = parseJid(stanza.attributes['to'] ?? session?.account ?? '')
  const from = parseJid(stanza.attributes['from'] ?? '')
  if (!to || !from) throw new StanzaError('jid-malformed')
  const component = server.components.get(to.domain)
  if (stanza.name === 'presence') return deliverPresence(server, stanza, from, to, session)
  if (component) return component.receive(server, stanza)
  if (!server.hosts.includes(to.domain)) throw new StanzaError('remote-server-not-found')
  if (stanza.name === 'iq') return deliverIq(server, stanza, from, to, session)
  if (to.local === undefined && server.features.some(each => each.hostMessage?.(server, stanza, to, from))) return
  const delivery = await deliverMessage(server, addressed(stanza, to), to)
  if (delivery === 'refused' || delivery === 'unknown_account') throw new StanzaError('service-unavailable')
}

/** An error goes back by the same way, and is lost where nobody is left to hear it. */
export async function bounce(server: Server, stanza: Element, refusal: StanzaError): Promise<void> {
  const reply = errorReply(stanza, refusal)
  if (reply) await route(server, reply).catch(() => undefined)
}
