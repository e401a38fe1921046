import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import type { Occupant, Room } from './room.js'

/** Puts a session where its occupant is. */
export function place({ registry }: Server, room: Room, session: Session, occupant: Occupant): void {
  room.occupants.set(occupant.nick, occupant)
  room.sessions.set(session, occupant)
  const { places } = registry.rooms
  const own = places.get(session) ?? new Set()
  places.set(session, own.add(room.jid))
}

/** Takes it away; the occupant goes with its last session. */
export function unplace({ registry }: Server, room: Room, session: Session): void {
  const occupant = room.sessions.get(session)
  if (!occupant) return
  room.sessions.delete(session)
  const { places } = registry.rooms
  const own = places.get(session)
  own?.delete(room.jid)
  if (own?.size === 0) places.delete(session)
  const others = sessionsOfOccupant(room, occupant)
  if (others.length === 0) room.occupants.delete(occupant.nick)
  else if (occupant.session === session) occupant.session = others[0]!
}

/** Mostly one. */
export function sessionsOfOccupant(room: Room, occupant: Occupant): Session[] {
  const found: Session[] = []
  for (const [session, each] of room.sessions) if (each === occupant) found.push(session)
  return found
}

/** Everybody of an account who is in the room. */
export function occupantsOf({ occupants }: Room, account: string): Occupant[] {
  return [...occupants.values()].filter(occupant => occupant.account === account)
}
