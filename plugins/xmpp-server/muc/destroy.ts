import type { Server } from '../server.js'
import type { Stores } from '../stores.js'
import { CLIENT, element } from '../xml/element.js'
import { presenceFor } from './appearance.js'
import { broadcast } from './broadcast.js'
import { forgetRoom } from './leave.js'
import { MUC_USER } from './names.js'
import { unplace } from './places.js'
import { on, type Room } from './room.js'
import { type Rooms, recordOf, roomKey, unstore } from './rooms.js'
import { tellSubscribers } from './tell.js'

interface Destruction {
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

/** Tells everybody who is in a room that the service ends (XEP-0045 §15.6.2, status 332); stores that they were in it. */
export async function closeRooms({ all, places }: Rooms, { rooms }: Stores): Promise<void> {
  const inUse = [...all.values()].filter(room => room.sessions.size > 0 && on(room, 'persistent'))
  const what = { type: 'unavailable', role: 'none', codes: [332] } as const
  for (const room of all.values()) {
    await broadcast(room, (occupant, { jid }) => presenceFor(room, occupant, { occupant, jid }, what))
  }
  all.clear()
  places.clear()
  const usedAt = Date.now()
  await rooms.batch(inUse.map(room => ({ put: roomKey(room), value: recordOf({ ...room, usedAt }) })))
}
