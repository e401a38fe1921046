import { type Jid, parseJid } from 'patchbay'
import { deliverMessage } from '../messages/deliver.js'
import { deliverPresence } from '../presence/deliver.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send, sessionAt } from '../session/sessions.js'
import type { Element } from '../xml/element.js'
import { errorReply, StanzaError } from './error.js'
import { answerIq } from './iq.js'

/**
 * Brings a stanza with `from` and `to` to where it is addressed (RFC 6121 §8); throws StanzaError when it cannot be.
 * There is no federation: other domains are `remote-server-not-found`.
 */
export async function route(server: Server, stanza: Element, session?: Session): Promise<void> {
  const to = parseJid(stanza.attributes['to'] ?? '')
  const from = parseJid(stanza.attributes['from'] ?? '')
  if (!to || !from) throw new StanzaError('jid-malformed')
  const component = server.components.get(to.domain)
  if (component) return component.receive(server, stanza)
  if (!server.hosts.includes(to.domain)) throw new StanzaError('remote-server-not-found')
  const atHost = stanza.name === 'message' && to.local === undefined
  if (atHost && server.features.some(each => each.hostMessage?.(server, stanza, to, from))) return
  if (stanza.name === 'message') return void (await deliverMessage(server, stanza, to))
  if (stanza.name === 'presence') return deliverPresence(server, stanza, to, session)
  return deliverIq(server, stanza, from, to, session)
}

/** An error goes back by the same way, and is lost where nobody is left to hear it. */
export async function bounce(server: Server, stanza: Element, refusal: StanzaError): Promise<void> {
  const reply = errorReply(stanza, refusal)
  if (reply) await route(server, reply).catch(() => undefined)
}

async function deliverIq(server: Server, stanza: Element, from: Jid, to: Jid, session?: Session): Promise<void> {
  if (to.local !== undefined && to.resource !== undefined) {
    const receiver = sessionAt(server.registry, `${to.local}@${to.domain}`, to.resource)
    if (!receiver) throw new StanzaError('service-unavailable')
    return send(receiver, stanza)
  }
  const answer = await answerIq(server, { stanza, from, to, session })
  if (!answer) return
  if (session) send(session, answer)
  else await route(server, answer).catch(() => undefined)
}
