import { randomBytes } from 'node:crypto'
import { KernelError } from 'patchbay'
import { roomsBackend } from '../muc/backend.js'
import type { Server } from '../server.js'

/** A persistent, hidden room for a group's members, and nobody else; its bare JID. */
export async function openRoom(server: Server, host: string, title: string): Promise<string> {
  const rooms = roomsBackend(server)
  const service = (await rooms.services()).find(each => each.endsWith(`.${host}`))
  if (service === undefined) {
    throw new KernelError('unsupported', `there are no rooms at ${host}, so the group cannot have one`, {
      hint: 'make it without a room',
    })
  }
  const room = `${randomBytes(9).toString('hex')}@${service}`
  const options = { title, persistent: 'true', public: 'false', members_only: 'true', members_by_default: 'true' }
  const outcome = await rooms.create(
    room,
    Object.entries(options).map(([name, value]) => ({ name, value })),
  )
  if (outcome !== 'created')
    throw new KernelError('internal', `the room of the group "${title}" was not made: ${outcome}`)
  return room
}

export async function admit(server: Server, room: string, jid: string): Promise<void> {
  const rooms = roomsBackend(server)
  if ((await rooms.affiliation(room, jid)) === 'none') await rooms.setAffiliation(room, jid, 'member')
}

/** Whoever was made more than a member keeps that. */
export async function dismiss(server: Server, room: string, jid: string): Promise<void> {
  const rooms = roomsBackend(server)
  if ((await rooms.affiliation(room, jid)) === 'member') await rooms.setAffiliation(room, jid, 'none')
}

export async function destroyRoom(server: Server, room: string): Promise<void> {
  await roomsBackend(server).destroy(room)
}
