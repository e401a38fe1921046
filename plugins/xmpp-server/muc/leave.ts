import { inTurn } from '../accounts/books.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send } from '../session/sessions.js'
import { child, type Element, textOf } from '../xml/element.js'
import { type Appearance, presenceFor } from './appearance.js'
import { broadcastPresence } from './broadcast.js'
import { sessionsOfOccupant, unplace } from './places.js'
import { type Occupant, on, type Room } from './room.js'
import { storeUse, unstore } from './rooms.js'
import { tellPresence } from './tell.js'

const GONE = { type: 'unavailable', role: 'none' } as const

/** A session leaves a room, or is gone (XEP-0045 §7.14). */
export async function leave(server: Server, room: Room, session: Session, presence?: Element): Promise<void> {
  const occupant = room.sessions.get(session)
  if (!occupant) return
  if (sessionsOfOccupant(room, occupant).length > 1) {
    send(session, presenceFor(room, occupant, { occupant, jid: session.jid }, GONE))
    unplace(server, room, session)
    return
  }
  const farewell = textOf(presence && child(presence, 'status'))
  await remove(server, room, occupant, farewell === '' ? {} : { farewell })
}

/** An occupant goes, with all its sessions. A temporary room goes with its last occupant. */
export async function remove(server: Server, room: Room, occupant: Occupant, why: Appearance): Promise<void> {
  await broadcastPresence(room, occupant, { ...why, ...GONE })
  for (const session of sessionsOfOccupant(room, occupant)) unplace(server, room, session)
  await tellPresence(server, room, occupant, 'unavailable')
  if (room.sessions.size > 0) return
  room.usedAt = Date.now()
  await storeUse(server, room)
  if ((on(room, 'persistent') && !room.locked) || room.subscribers.size > 0) return
  forgetRoom(server, room)
  if (on(room, 'persistent')) await unstore(server, room)
}

/** Takes an empty room out of the list. */
export function forgetRoom({ registry }: Server, room: Room): void {
  if (registry.rooms.all.get(room.jid) === room) registry.rooms.all.delete(room.jid)
}

/** A session has ended or become unavailable: it leaves all rooms. */
export async function leaveAll(server: Server, session: Session, presence?: Element): Promise<void> {
  const { all, places } = server.registry.rooms
  for (const jid of [...(places.get(session) ?? [])]) {
    await inRoomTurn(server, jid, async () => {
      const room = all.get(jid)
      if (room) await leave(server, room, session, presence)
    }).catch(err => server.log.error({ err }, `${session.jid} could not leave ${jid} in order`))
  }
  places.delete(session)
}

/** What happens in a room happens one after the other. */
export function inRoomTurn<T>({ registry }: Server, room: string, act: () => Promise<T>): Promise<T> {
  return inTurn(registry.books, `room ${room}`, act)
}
