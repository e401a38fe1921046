import { type Argument, invalidArgument, regexp } from 'patchbay'
import type { RoomOption, XmppBackend } from '../backend.js'
import { type BackendCommand, type Given, knownJid, servedHost } from './command.js'
import { knownRoom, ROOM, refused, roomOf, SERVICE_OR_HOST, serviceOf } from './room-arguments.js'
import { binary, HOST, integer, listOf, RESCODE, text, tupleOf, USER } from './shapes.js'

const READ = { permission: 'rooms.read' }
const WRITE = { permission: 'rooms.write' }
const SERVICE_TAGS = ['muc']
const ROOM_TAGS = ['muc_room']
const OPTION = tupleOf('option', 'name', 'value')
const OPTIONS: Argument = { ...listOf('options', tupleOf('option', binary('name'), binary('value'))) }
const SUMMARY = tupleOf('room', text('jid'), text('public'), integer('participants'))

/** Rooms and their options (contracts/xmpp.md §3.6). */
export const ROOM_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'create_room',
    description: 'Make a room',
    tags: ROOM_TAGS,
    arguments: [...ROOM, HOST],
    result: RESCODE,
    run: (backend, given) => create(backend, given, []),
  },
  {
    access: WRITE,
    name: 'create_room_with_opts',
    description: 'Make a room with options',
    tags: ROOM_TAGS,
    arguments: [...ROOM, HOST, OPTIONS],
    result: RESCODE,
    run: (backend, given, call) => create(backend, given, call.arguments['options'] as readonly RoomOption[]),
  },
  {
    access: WRITE,
    name: 'destroy_room',
    description: 'End a room for everybody who is in it',
    tags: ROOM_TAGS,
    arguments: ROOM,
    result: RESCODE,
    async run(backend, given) {
      const outcome = await backend.rooms.destroy(await roomOf(backend, given))
      if (outcome === 'unknown_room') throw refused("Room doesn't exists")
      return true
    },
  },
  {
    access: READ,
    reads: true,
    name: 'muc_online_rooms',
    description: 'List the rooms of a service, or of all (global)',
    tags: SERVICE_TAGS,
    arguments: [SERVICE_OR_HOST],
    policy: 'admin',
    result: listOf('rooms', 'room'),
    run: async (backend, given) => {
      const rooms = await backend.rooms.list(await serviceOf(backend, given))
      return rooms.map(({ jid }) => jid)
    },
  },
  {
    access: READ,
    reads: true,
    name: 'muc_online_rooms_by_regex',
    description: 'List the rooms whose names a regular expression fits',
    tags: SERVICE_TAGS,
    arguments: [SERVICE_OR_HOST, binary('regex')],
    policy: 'admin',
    result: listOf('rooms', SUMMARY),
    async run(backend, given) {
      const fits = patternIn(given['regex']!)
      const rooms = await backend.rooms.list(await serviceOf(backend, given))
      return rooms
        .filter(({ jid }) => fits.test(jid.slice(0, jid.indexOf('@'))))
        .map(({ jid, public: listed, participants }) => ({ jid, public: String(listed), participants }))
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_room_options',
    description: 'List the options of a room',
    tags: ROOM_TAGS,
    arguments: ROOM,
    result: listOf('options', OPTION),
    async run(backend, given) {
      const room = await knownRoom(backend, given)
      const options = room === undefined ? undefined : await backend.rooms.options(room)
      return options ?? []
    },
  },
  {
    access: WRITE,
    name: 'change_room_option',
    description: 'Change an option of a room',
    tags: ROOM_TAGS,
    arguments: [...ROOM, binary('option'), binary('value')],
    result: RESCODE,
    async run(backend, given) {
      const option = { name: given['option']!, value: given['value']! }
      const outcome = await backend.rooms.setOption(await roomOf(backend, given), option)
      if (outcome === 'unknown_room') throw refused('Room not found')
      assertAccepted(outcome)
      return true
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_user_rooms',
    description: 'List the rooms that an account is in',
    tags: SERVICE_TAGS,
    arguments: [USER, HOST],
    result: listOf('rooms', 'room'),
    async run(backend, { user, host }) {
      const jid = await knownJid(backend, user!, host!)
      return jid === undefined ? [] : backend.rooms.roomsOf(jid)
    },
  },
]

async function create(backend: XmppBackend, given: Given, options: readonly RoomOption[]): Promise<boolean> {
  await servedHost(backend, given['host']!)
  const outcome = await backend.rooms.create(await roomOf(backend, given), options)
  if (outcome === 'exists') throw refused('Room already exists')
  if (outcome === 'unknown_service') throw invalidArgument('service')
  assertAccepted(outcome)
  return true
}

/** The original stores any value, or crashes; later releases refuse what cannot be. */
function assertAccepted(outcome: string): void {
  if (outcome === 'unknown_option') throw refused('Unknown option')
  if (outcome === 'invalid_value') throw refused('Invalid value for that option')
}

function patternIn(source: string) {
  try {
    return regexp(source)
  } catch (thrown) {
    throw refused(`Invalid 'regex': ${(thrown as Error).message}`)
  }
}
