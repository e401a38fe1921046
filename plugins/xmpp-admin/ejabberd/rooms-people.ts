import { bareJid, type ResultType } from 'patchbay'
import type { Affiliation, RoomAffiliation, XmppBackend } from '../backend.js'
import { type BackendCommand, LIST, RESCODE } from './command.js'
import { accountIn, type Given, invalid, knownRoom, ROOM, refused, roomOf } from './room-arguments.js'

const READ = { permission: 'rooms.read' }
const WRITE = { permission: 'rooms.write' }
const TAGS = ['muc_room']

const AFFILIATIONS: ResultType = {
  type: 'records',
  rows: [
    [0, ({ jid, affiliation, reason }: RoomAffiliation) => [{ ...partsOf(jid), affiliation, reason }]],
    [3, ({ jid, affiliation, reason }: RoomAffiliation) => [{ jid, affiliation, reason }]],
  ],
}

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
      { name: 'jid', type: 'string', until: 2 },
      { name: 'user', type: 'string', since: 3 },
      { name: 'host', type: 'string', since: 3 },
      { name: 'affiliation', type: 'string' },
    ],
    result: RESCODE,
    async run(backend, given) {
      const { affiliation = '' } = given
      if (!AFFILIATION_NAMES.includes(affiliation)) throw refused('Invalid affiliation')
      const room = await roomOf(backend, given)
      const jid = accountIn(given, 'jid')
      if (jid === undefined) throw invalid('jid')
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
      return (room !== undefined && (await backend.rooms.affiliations(room))) || noRoom()
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_room_affiliation',
    description: 'Tell the affiliation of somebody to a room',
    tags: TAGS,
    arguments: [...ROOM, { name: 'jid', type: 'string' }],
    result: { type: 'string', name: 'affiliation' },
    async run(backend, given) {
      const room = await knownRoom(backend, given)
      const jid = bareJid(given['jid']!)
      if (jid === undefined) throw invalid('jid')
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
    result: LIST,
    run: async (backend, given) =>
      (await occupantsOf(backend, given)).map(({ jid, nick, role }) => ({ jid, nick, role })),
  },
  {
    access: READ,
    reads: true,
    name: 'get_room_occupants_number',
    description: 'Count who is in a room',
    tags: TAGS,
    arguments: ROOM,
    result: { type: 'integer', name: 'occupants' },
    run: async (backend, given) => (await occupantsOf(backend, given)).length,
  },
  {
    access: WRITE,
    name: 'send_direct_invitation',
    description: 'Invite users who are not in a room',
    tags: TAGS,
    arguments: [
      ...ROOM,
      { name: 'password', type: 'string' },
      { name: 'reason', type: 'string' },
      { name: 'users', type: 'string', until: 0 },
      { name: 'users', type: 'texts', since: 1 },
    ],
    result: RESCODE,
    run: invite,
  },
]

async function invite(backend: XmppBackend, given: Given): Promise<boolean> {
  const room = await roomOf(backend, given)
  const users = given['users'] as string | readonly string[]
  const present = new Set((await occupantsOf(backend, given)).map(({ jid }) => bareJid(jid)))
  const whom = (typeof users === 'string' ? users.split(':') : users).map(user => {
    const jid = bareJid(user)
    if (jid === undefined) throw invalid('users')
    return jid
  })
  // The word the original takes for nothing, since its command line has no empty argument.
  const said = (text: string) => (text === 'none' ? '' : text)
  const absent = whom.filter(jid => !present.has(jid))
  await backend.rooms.invite(room, absent, { password: said(given['password']!), reason: said(given['reason']!) })
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
function partsOf(jid: string): { username: string; domain: string } {
  const at = jid.indexOf('@')
  return { username: jid.slice(0, Math.max(at, 0)), domain: jid.slice(at + 1) }
}
