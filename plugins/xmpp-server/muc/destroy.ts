import type { Server } from '../server.js'
import { send } from '../session/sessions.js'
import { CLIENT, element } from '../xml/element.js'
import { presenceFor } from './appearance.js'
import { broadcast } from './broadcast.js'
import { forgetRoom } from './leave.js'
import { MUC_USER } from './names.js'
import { unplace } from './places.js'
import type { Room } from './room.js'
import { type Rooms, unstore } from './rooms.js'
import { tellSubscribers } from './tell.js'

export interface Destruction {
  readonly reason?: string
  /** Where to go instead, and the password there. */
  readonly venue?: string
  readonly password?: string
}

/** Ends a room for everybody (XEP-0045 §10.9). */
export async function destroyRoom(server: Server, room: Room, { reason, venue, password }: Destruction = {}) {
  await unstore(server, room)
  forgetRoom(server, room)
  const destroy = element(MUC_USER, 'destroy', { jid: venue }, [
    ...(reason ? [element(MUC_USER, 'reason', {}, [reason])] : []),
    ...(password ? [element(MUC_USER, 'password', {}, [password])] : []),
  ])
  const what = { type: 'unavailable', affiliation: 'none', role: 'none', destroy } as const
  // Each is told of itself only.
  await broadcast(room, (occupant, { jid }) => presenceFor(room, occupant, { occupant, jid }, what))
  for (const session of [...room.sessions.keys()]) unplace(server, room, session)
  const x = element(MUC_USER, 'x', {}, [destroy])
  await tellSubscribers(
    server,
    room,
    'config',
    element(CLIENT, 'presence', { from: room.jid, type: 'unavailable' }, [x]),
  )
}

/** Tells everybody who is in a room that the service ends (XEP-0045 §15.6.2, status 332). What is stored stays. */
export function closeRooms({ all, places }: Rooms): void {
  const what = { type: 'unavailable', role: 'none', codes: [332] } as const
  for (const room of all.values()) {
    for (const [session, occupant] of room.sessions) {
      send(session, presenceFor(room, occupant, { occupant, jid: session.jid }, what))
    }
  }
  all.clear()
  places.clear()
}
