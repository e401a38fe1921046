import { type Jid, parseJid } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send, sessionAt } from '../session/sessions.js'
import { StanzaError } from '../stanza/error.js'
import { answerIq } from '../stanza/iq.js'
import { CLIENT, type Element, element, elements, withAttributes } from '../xml/element.js'
import { PING, VCARD } from '../xml/namespaces.js'
import { occupantAt } from './messages.js'
import { on, type Room } from './room.js'

/** A request of one occupant to another, or its answer (XEP-0045 §7.10; XEP-0410 for a ping to oneself). */
export async function relay(server: Server, room: Room, session: Session, stanza: Element, to: Jid): Promise<void> {
  const { type, id } = stanza.attributes
  const isAnswer = type === 'result' || type === 'error'
  if (isAnswer) return relayAnswer(server, room, session, stanza, to)
  if (id === undefined) throw new StanzaError('bad-request')
  const sender = occupantAt(room, session)
  const receiver = room.occupants.get(to.resource!)
  if (!receiver) throw new StanzaError('item-not-found', 'Nobody in this room has that nickname')
  const [payload] = elements(stanza)
  if (receiver === sender && payload?.xmlns === PING) {
    const answer = { type: 'result', id, from: stanza.attributes['to'], to: session.jid }
    return send(session, element(CLIENT, 'iq', answer))
  }
  if (sender.role !== 'moderator' && !on(room, 'allow_query_users')) {
    throw new StanzaError('not-allowed', 'Queries to occupants are not allowed in this room')
  }
  const changes = { from: `${room.jid}/${sender.nick}`, id: labelled(id, session.resource) }
  // It is kept for the account, whoever is connected; its answer must not tell the account's JID.
  if (payload?.xmlns === VCARD && type === 'get') {
    const asked = withAttributes(stanza, { from: session.jid, to: receiver.account })
    const addresses = { from: parseJid(session.jid)!, to: parseJid(receiver.account)! }
    const answer = await answerIq(server, { stanza: asked, ...addresses, session })
    if (answer) send(session, withAttributes(answer, { from: stanza.attributes['to'], to: session.jid }))
    return
  }
  send(receiver.session, withAttributes(stanza, { ...changes, to: receiver.session.jid }))
}

function relayAnswer(server: Server, room: Room, session: Session, stanza: Element, to: Jid): void {
  const sender = room.sessions.get(session)
  const receiver = room.occupants.get(to.resource!)
  const label = readLabel(stanza.attributes['id'])
  if (!sender || !receiver || !label) return
  const asker = sessionAt(server.registry, receiver.account, label.resource)
  if (!asker || room.sessions.get(asker) !== receiver) return
  send(asker, withAttributes(stanza, { from: `${room.jid}/${sender.nick}`, to: asker.jid, id: label.id }))
}

/** An id that says which of the asker's sessions has asked, so that nothing need be kept until the answer. */
function labelled(id: string, resource: string): string {
  return Buffer.from(JSON.stringify([resource, id])).toString('base64url')
}

function readLabel(text = ''): { resource: string; id: string } | undefined {
  try {
    const [resource, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[]
    return typeof resource === 'string' && typeof id === 'string' ? { resource, id } : undefined
  } catch {
    return undefined
  }
}
