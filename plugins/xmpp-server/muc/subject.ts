import type { Server } from '../server.js'
import { delay } from '../stanza/delay.js'
import { StanzaError } from '../stanza/error.js'
import { CLIENT, child, type Element, element, textOf } from '../xml/element.js'
import { broadcastMessage } from './broadcast.js'
import { LIMITS } from './limits.js'
import { type Occupant, on, type Room } from './room.js'
import { storeRoom } from './rooms.js'
import { tellSubscribers } from './tell.js'

/** Whether a message is one that changes the subject: it has a subject and says nothing else (XEP-0045 §8.1). */
export function isSubject(message: Element): boolean {
  return child(message, 'subject') !== undefined && !child(message, 'body') && !child(message, 'thread')
}

export async function setSubject(server: Server, room: Room, sender: Occupant, message: Element): Promise<void> {
  if (sender.role !== 'moderator' && !(sender.role === 'participant' && on(room, 'allow_change_subj'))) {
    throw new StanzaError('forbidden', 'Only moderators are allowed to change the subject in this room')
  }
  const text = textOf(child(message, 'subject'))
  if (text.length > LIMITS.text) throw new StanzaError('policy-violation', 'The subject is too long')
  const before = room.subject
  room.subject = { text, by: sender.nick, at: Date.now() }
  try {
    await storeRoom(server, room)
  } catch (thrown) {
    room.subject = before
    throw thrown
  }
  const { id, 'xml:lang': lang } = message.attributes
  const from = `${room.jid}/${sender.nick}`
  const told = element(CLIENT, 'message', { from, type: 'groupchat', id, 'xml:lang': lang }, [
    element(CLIENT, 'subject', {}, [text]),
  ])
  await broadcastMessage(room, told)
  await tellSubscribers(server, room, 'subject', told)
}

/** The subject for who enters; an empty one, too, since it ends the history (XEP-0045 §7.2.15). */
export function subjectFor({ jid, subject: { text, by, at } }: Room, to: string): Element {
  const from = by === '' ? jid : `${jid}/${by}`
  return element(CLIENT, 'message', { from, to, type: 'groupchat' }, [
    element(CLIENT, 'subject', {}, text === '' ? [] : [text]),
    ...(text === '' ? [] : [delay(jid, at)]),
  ])
}
