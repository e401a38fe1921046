import { setImmediate } from 'node:timers/promises'
import type { Session } from '../session/session.js'
import { send } from '../session/sessions.js'
import { CLIENT, type Element, element, withAttributes } from '../xml/element.js'
import { type Appearance, presenceFor, status } from './appearance.js'
import { LIMITS } from './limits.js'
import { MUC_USER } from './names.js'
import type { Occupant, Role, Room } from './room.js'

/**
 * Sends to everybody in the room what `make` makes for each. The room's turn lasts until all are told, so what comes
 * behind keeps its order although other work is done in between.
 */
export async function broadcast(
  room: Room,
  make: (occupant: Occupant, session: Session) => Element | undefined,
): Promise<void> {
  let told = 0
  for (const [session, occupant] of [...room.sessions]) {
    if (++told % LIMITS.chunk === 0) await setImmediate()
    const stanza = make(occupant, session)
    if (stanza) send(session, stanza)
  }
}

/** Tells everybody who may see it how an occupant is, or what happens to it. */
export function broadcastPresence(room: Room, subject: Occupant, what: Appearance = {}): Promise<void> {
  return broadcast(room, (occupant, { jid }) =>
    seesPresence(room, subject.role, occupant.role) || occupant === subject
      ? presenceFor(room, subject, { occupant, jid }, what)
      : undefined,
  )
}

/** The option `presence_broadcast`: presence is of, or for, the roles it names. */
export function seesPresence({ options }: Room, subject: Role, receiver: Role): boolean {
  const shown = options.presence_broadcast
  return shown.includes(subject) || shown.includes(receiver)
}

export function broadcastMessage(room: Room, message: Element): Promise<void> {
  return broadcast(room, (_occupant, { jid }) => withAttributes(message, { to: jid }))
}

/** Tells everybody that the configuration has changed (XEP-0045 §10.2.1). */
export async function broadcastStatus(room: Room, codes: readonly number[]): Promise<void> {
  const x = element(MUC_USER, 'x', {}, codes.map(status))
  await broadcastMessage(room, element(CLIENT, 'message', { from: room.jid, type: 'groupchat' }, [x]))
}
