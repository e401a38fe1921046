import type { Argument } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { daysAgo } from './checks.js'
import type { BackendCommand, Given } from './command.js'
import { SERVICE_OR_HOST, serviceOf } from './room-arguments.js'
import { listOf } from './shapes.js'

const READ = { permission: 'rooms.read' }
const WRITE = { permission: 'rooms.write' }
const TAGS = ['muc']
const DAYS: Argument = { name: 'days', type: 'integer' }
const ROOMS = listOf('rooms', 'room')

type Find = (backend: XmppBackend, given: Given) => Promise<readonly string[]>

const unused: Find = async (backend, given) => {
  const days = Number(given['days'])
  daysAgo(days)
  return backend.rooms.unused(await serviceOf(backend, given), days)
}
const empty: Find = async (backend, given) => backend.rooms.empty(await serviceOf(backend, given))

/** Rooms that nobody needs (contracts/xmpp.md §3.6). */
export const ROOM_UPKEEP_COMMANDS: readonly BackendCommand[] = [
  {
    access: READ,
    reads: true,
    name: 'rooms_unused_list',
    description: 'List the rooms that nobody has used for so many days',
    tags: TAGS,
    arguments: [SERVICE_OR_HOST, DAYS],
    result: ROOMS,
    run: unused,
  },
  {
    access: WRITE,
    name: 'rooms_unused_destroy',
    description: 'End the rooms that nobody has used for so many days',
    tags: TAGS,
    arguments: [SERVICE_OR_HOST, DAYS],
    result: ROOMS,
    run: (backend, given) => destroyAll(backend, given, unused, 'unused'),
  },
  {
    access: READ,
    reads: true,
    name: 'rooms_empty_list',
    description: 'List the persistent rooms in which nothing was ever said',
    tags: TAGS,
    arguments: [SERVICE_OR_HOST],
    result: ROOMS,
    run: empty,
  },
  {
    access: WRITE,
    name: 'rooms_empty_destroy',
    description: 'End the persistent rooms in which nothing was ever said',
    tags: TAGS,
    arguments: [SERVICE_OR_HOST],
    result: ROOMS,
    run: (backend, given) => destroyAll(backend, given, empty, 'empty'),
  },
]

async function destroyAll(backend: XmppBackend, given: Given, find: Find, what: string): Promise<string[]> {
  const destroyed: string[] = []
  for (const room of await find(backend, given)) {
    const outcome = await backend.rooms.destroy(room, `Room destroyed by rooms_${what}_destroy.`)
    if (outcome === 'destroyed') destroyed.push(room)
  }
  return destroyed
}
