import type { Jid } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send } from '../session/sessions.js'
import { StanzaError } from '../stanza/error.js'
import { CLIENT, type Element, element, elements } from '../xml/element.js'
import { DELAY } from '../xml/namespaces.js'
import { broadcastMessage } from './broadcast.js'
import { isMemorable, remember } from './history.js'
import { MUC, MUC_ADMIN, MUC_OWNER, MUC_USER } from './names.js'
import { sessionsOfOccupant } from './places.js'
import { type Occupant, on, type Room } from './room.js'
import { storeUse } from './rooms.js'
import { isSubject, setSubject } from './subject.js'
import { tellSubscribers } from './tell.js'

const HOUR = 3_600_000

/** A message for everybody in the room (XEP-0045 §7.4). */
export async function sayToAll(server: Server, room: Room, session: Session, message: Element): Promise<void> {
  const sender = occupantAt(room, session)
  if (isSubject(message)) return setSubject(server, room, sender, message)
  if (sender.role === 'visitor' && on(room, 'moderated')) {
    throw new StanzaError('forbidden', 'Visitors are not allowed to send messages to all occupants')
  }
  const { id, 'xml:lang': lang } = message.attributes
  const from = `${room.jid}/${sender.nick}`
  const told = element(CLIENT, 'message', { from, type: 'groupchat', id, 'xml:lang': lang }, honest(message))
  if (elements(told).length === 0) return
  room.usedAt = Date.now()
  if (isMemorable(told)) remember(room, told)
  // To know which rooms are unused, an hour is enough.
  if (!room.spoken || room.usedAt - room.storedUse > HOUR) {
    room.spoken = true
    await storeUse(server, room)
  }
  await broadcastMessage(room, told)
  await tellSubscribers(server, room, 'messages', told)
}

/** A message from one occupant to another (XEP-0045 §7.5). */
export function sayToOne(room: Room, session: Session, message: Element, to: Jid): void {
  if (message.attributes['type'] === 'groupchat') throw new StanzaError('bad-request', 'This is for the whole room')
  const sender = occupantAt(room, session)
  const receiver = room.occupants.get(to.resource!)
  if (!receiver) throw new StanzaError('item-not-found', 'Nobody in this room has that nickname')
  if (!mayWhisper(room, sender, receiver)) throw new StanzaError('not-allowed', 'Private messages are not allowed')
  const { id, type, 'xml:lang': lang } = message.attributes
  const from = `${room.jid}/${sender.nick}`
  for (const each of sessionsOfOccupant(room, receiver)) {
    const children = [...honest(message), element(MUC_USER, 'x')]
    send(each, element(CLIENT, 'message', { from, to: each.jid, type, id, 'xml:lang': lang }, children))
  }
}

function mayWhisper(room: Room, sender: Occupant, receiver: Occupant): boolean {
  if (sender.role === 'moderator') return true
  if (!on(room, 'allow_private_messages')) return false
  if (sender.role !== 'visitor') return true
  const { allow_private_messages_from_visitors: whom } = room.options
  return whom === 'anyone' || (whom === 'moderators' && receiver.role === 'moderator')
}

export function occupantAt(room: Room, session: Session): Occupant {
  const occupant = room.sessions.get(session)
  if (!occupant) throw new StanzaError('not-acceptable', 'Only occupants are allowed to send messages to this room')
  return occupant
}

const OURS = [MUC, MUC_USER, MUC_ADMIN, MUC_OWNER, DELAY, 'jabber:x:delay']

/** What a client may put into a message: not what only the room can say. */
function honest(message: Element): Element[] {
  return elements(message).filter(({ xmlns }) => !OURS.includes(xmlns))
}
