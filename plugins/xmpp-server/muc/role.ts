import type { Server } from '../server.js'
import type { Cause } from './affiliate.js'
import { broadcastPresence } from './broadcast.js'
import { remove } from './leave.js'
import type { Occupant, Role, Room } from './room.js'

/** Gives an occupant another role; without one it is kicked (XEP-0045 §8.2-8.4, §9.6-9.7). */
export async function giveRole(server: Server, room: Room, occupant: Occupant, role: Role, cause: Cause = {}) {
  if (role === 'none') return remove(server, room, occupant, { ...cause, codes: [307] })
  occupant.role = role
  await broadcastPresence(room, occupant, cause)
}
