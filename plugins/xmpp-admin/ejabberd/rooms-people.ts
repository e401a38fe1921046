import { bareJid, invalidArgument, type ResultType } from 'patchbay'
import type { Affiliation, RoomAffiliation, XmppBackend } from '../backend.js'
import { checkText } from './checks.js'
import type { BackendCall, BackendCommand, Given } from './command.js'
import { accountIn, knownRoom, ROOM, refused, roomOf } from './room-arguments.js'
import { atom, binaries, binary, integer, listOf, RESCODE, text, tupleOf } from './shapes.js'

const READ = { permission: 'rooms.read' }
const WRITE = { permission: 'rooms.write' }
const TAGS = ['muc_room']

const REST = [atom('affiliation'), text('reason')]
const AFFILIATIONS: ResultType = [
  [0, listOf('affiliations', tupleOf('affiliation', 'username', 'domain', ...REST))],
  [3, listOf('affiliations', tupleOf('affiliation', 'jid', ...REST))],
]

const AFFILIATION_NAMES: readonly string[] = ['outcast', 'none', 'member', 'admin', 'owner']

/** Who may what in a room, and who is in it (contracts/xmpp.md §3.6). */
export const ROOM_PEOPLE_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'set_room_affiliation',
    description: 'Give somebody an affiliation to a room',
    tags: TAGS,
    arguments: [
      ...ROOM,
      binary('jid', { until: 2 }),
      binary('user', { since: 3 }),
      binary('host', { since: 3 }),
      binary('affiliation'),
    ],
    result: RESCODE,
    async run(backend, given) {
      const { affiliation = '' } = given
      if (!AFFILIATION_NAMES.includes(affiliation)) throw refused('Invalid affiliation')
      const room = await roomOf(backend, given)
      const jid = accountIn(given, 'jid')
      if (jid === undefined) throw invalidArgument('jid')
      const outcome = await backend.rooms.setAffiliation(room, jid, affiliation as Affiliation)
      if (outcome === 'unknown_room') throw refused("Room doesn't exists")
      return true
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_room_affiliations',
    description: 'List who has an affiliation to a room',
    tags: TAGS,
    arguments: ROOM,
    result: AFFILIATIONS,
    async run(backend, given) {
      const room = await knownRoom(backend, given)
      const affiliations = room === undefined ? undefined : await backend.rooms.affiliations(room)
      return (affiliations ?? noRoom()).map(each => ({ ...each, ...partsOf(each) }))
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_room_affiliation',
    description: 'Tell the affiliation of somebody to a room',
    tags: TAGS,
    arguments: [...ROOM, binary('jid')],
    result: atom('affiliation'),
    async run(backend, given) {
      const room = await knownRoom(backend, given)
      const jid = bareJid(given['jid']!)
      if (jid === undefined) throw invalidArgument('jid')
      return (room !== undefined && (await backend.rooms.affiliation(room, jid))) || noRoom()
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_room_occupants',
    description: 'List who is in a room',
    tags: TAGS,
    arguments: ROOM,
    result: listOf('occupants', tupleOf('occupant', 'jid', 'nick', 'role')),
    run: occupantsOf,
  },
  {
    access: READ,
    reads: true,
    name: 'get_room_occupants_number',
    description: 'Count who is in a room',
    tags: TAGS,
    arguments: ROOM,
    result: integer('occupants'),
    run: async (backend, given) => (await occupantsOf(backend, given)).length,
  },
  {
    access: WRITE,
    name: 'send_direct_invitation',
    description: 'Invite users who are not in a room',
    tags: TAGS,
    arguments: [
      ...ROOM,
      binary('password'),
      binary('reason'),
      binary('users', { until: 0 }),
      binaries('users', 'jid', { since: 1 }),
    ],
    result: RESCODE,
    run: invite,
  },
]

async function invite(backend: XmppBackend, given: Given, call: BackendCall): Promise<boolean> {
  const room = await knownRoom(backend, given)
  if (room === undefined) throw refused('room_not_found')
  const users = call.arguments['users'] as string | readonly string[]
  const present = new Set((await occupantsOf(backend, given)).map(({ jid }) => bareJid(jid)))
  const whom = (typeof users === 'string' ? users.split(':') : users).map(user => {
    const jid = bareJid(user)
    if (jid === undefined) throw invalidArgument('users')
    return jid
  })
  // The word the original takes for nothing, since its command line has no empty argument.
  const said = (name: string) => (given[name] === 'none' ? '' : checkText(name, given[name]!))
  const absent = whom.filter(jid => !present.has(jid))
  await backend.rooms.invite(room, absent, { password: said('password'), reason: said('reason') })
  return true
}

async function occupantsOf(backend: XmppBackend, given: Given) {
  const room = await knownRoom(backend, given)
  const occupants = room === undefined ? undefined : await backend.rooms.occupants(room)
  if (!occupants) throw refused('room_not_found')
  return occupants
}

function noRoom(): never {
  throw refused('The room does not exist.')
}

/** Of a domain, the name is empty. */
function partsOf({ jid }: RoomAffiliation): { username: string; domain: string } {
  const at = jid.indexOf('@')
  return { username: jid.slice(0, Math.max(at, 0)), domain: jid.slice(at + 1) }
}
