import type { Server } from '../server.js'
import { StanzaError } from '../stanza/error.js'
import { broadcastPresence } from './broadcast.js'
import { type Entry, nickIsTaken, said } from './enter.js'
import { type Occupant, on, type Room } from './room.js'

/** An occupant takes another nick (XEP-0045 §7.6), with all its sessions. */
export async function rename(server: Server, room: Room, occupant: Occupant, entry: Entry): Promise<void> {
  const { nick, presence, changed } = entry
  if (occupant.role === 'visitor' && !on(room, 'allow_visitor_nickchange')) {
    throw new StanzaError('not-allowed', 'Visitors are not allowed to change their nicknames in this room')
  }
  // Also one that the same account has under another session.
  if (room.occupants.has(nick) || nickIsTaken(server, room, nick, occupant.account)) {
    throw new StanzaError('conflict', 'That nickname is already in use by another occupant')
  }
  const shown = said(room, occupant, presence)
  await broadcastPresence(room, occupant, { type: 'unavailable', nick, codes: [303] })
  room.occupants.delete(occupant.nick)
  occupant.nick = nick
  occupant.presence = shown
  room.occupants.set(nick, occupant)
  await broadcastPresence(room, occupant, changed ? { own: [210] } : {})
}
