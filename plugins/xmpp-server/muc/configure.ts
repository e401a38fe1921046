import type { Server } from '../server.js'
import { CLIENT, element } from '../xml/element.js'
import { status } from './appearance.js'
import { broadcastStatus } from './broadcast.js'
import { remove } from './leave.js'
import { MUC_USER } from './names.js'
import type { RoomOptions } from './options.js'
import { affiliationOf, on, type Room, roleFor } from './room.js'
import { storeRoom, storeWhole, subscriberChange, unstore } from './rooms.js'
import { tellSubscribers } from './tell.js'

/** Changes options, and does what follows from them for those in the room (XEP-0045 §10.2). */
export async function configure(server: Server, room: Room, changes: Partial<RoomOptions>): Promise<void> {
  const before = { ...room, options: room.options }
  const changed = Object.entries(changes).some(([name, value]) => room.options[name as keyof RoomOptions] !== value)
  if (!changed) return
  room.options = { ...room.options, ...changes }
  try {
    await store(server, room, on(before, 'persistent'))
  } catch (thrown) {
    room.options = before.options
    throw thrown
  }
  const codes = codesOf(before, room)
  await broadcastStatus(room, codes)
  const message = element(CLIENT, 'message', { from: room.jid, type: 'groupchat' }, [
    element(MUC_USER, 'x', {}, codes.map(status)),
  ])
  await tellSubscribers(server, room, 'config', message)
  if (!on(before, 'members_only') && on(room, 'members_only')) await evictStrangers(server, room)
}

/** Without `allow_subscription` nobody stays subscribed. */
async function store(server: Server, room: Room, stored: boolean): Promise<void> {
  const dropped = on(room, 'allow_subscription') ? [] : [...room.subscribers.keys()]
  if (on(room, 'persistent') && stored) {
    await storeRoom(
      server,
      room,
      dropped.map(jid => subscriberChange(server, room, jid, undefined)),
    )
  } else if (stored) await unstore(server, room)
  for (const jid of dropped) room.subscribers.delete(jid)
  if (on(room, 'persistent') && !stored) await storeWhole(server, room)
}

function codesOf(before: Room, after: Room): number[] {
  const known = [on(before, 'anonymous'), on(after, 'anonymous')]
  return [104, ...(known[0] === known[1] ? [] : [known[1] ? 173 : 172])]
}

async function evictStrangers(server: Server, room: Room): Promise<void> {
  for (const occupant of [...room.occupants.values()]) {
    const affiliation = affiliationOf(room, occupant.account)
    if (roleFor(room, affiliation) === 'none') await remove(server, room, occupant, { affiliation, codes: [322] })
  }
}
