import { type Argument, bareJid, prepareResource } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { type BackendCall, type BackendCommand, type Given, knownJid } from './command.js'
import { accountIn, knownRoom, ROOM, refused } from './room-arguments.js'
import { binaries, binary, HOST, listOf, RESCODE, text, tupleOf, USER } from './shapes.js'

const READ = { permission: 'rooms.read' }
const WRITE = { permission: 'rooms.write' }
const TAGS = ['muc_room']
/** As the original, which lets it be configured. */
const MOST_AT_ONCE = 50

const NODES = [binary('nodes', { until: 0 }), binaries('nodes', 'node', { since: 1 })]
const ROOM_JID = [binary('room'), binary('service', { since: 3 })]
const WHO = [USER, binary('host', { since: 3 })]
const USERS: readonly Argument[] = [
  { ...listOf('users', tupleOf('user', binary('jid'), binary('nick'))), until: 2 },
  { ...listOf('users', tupleOf('user', USER, HOST, binary('nick'))), since: 3 },
]

/** MUC/Sub: being told of what happens in a room without being in it (contracts/xmpp.md §3.6). */
export const ROOM_SUBSCRIPTION_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'subscribe_room',
    description: 'Subscribe a user to a room',
    tags: TAGS,
    arguments: [...WHO, binary('nick'), ...ROOM_JID, ...NODES],
    result: listOf('nodes', 'node'),
    run: (backend, given, call) =>
      subscribe(backend, given, call, { jid: accountIn(given, 'user'), nick: given['nick']! }),
  },
  {
    access: WRITE,
    name: 'subscribe_room_many',
    description: 'Subscribe several users to a room',
    tags: TAGS,
    arguments: [...USERS, ...ROOM_JID, ...NODES],
    result: RESCODE,
    async run(backend, given, call) {
      const users = call.arguments['users'] as readonly Given[]
      if (users.length > MOST_AT_ONCE) throw refused('Too many users in subscribe_room_many command')
      for (const each of users) {
        await subscribe(backend, given, call, { jid: accountIn(each, 'jid'), nick: each['nick']! })
      }
      return true
    },
  },
  {
    access: WRITE,
    name: 'unsubscribe_room',
    description: 'End the subscription of a user to a room',
    tags: TAGS,
    arguments: [...WHO, ...ROOM_JID],
    result: RESCODE,
    async run(backend, given) {
      const room = roomIn(given)
      const jid = accountIn(given, 'user')
      if (jid === undefined) throw refused('Malformed user JID')
      const outcome = await backend.rooms.subscriptions.unsubscribe(room, jid)
      if (outcome === 'unknown_room') throw refused('The room does not exist')
      return true
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_subscribers',
    description: 'List the subscribers of a room',
    tags: TAGS,
    arguments: ROOM,
    result: listOf('subscribers', text('jid')),
    async run(backend, given) {
      const room = await knownRoom(backend, given)
      const subscribers = room === undefined ? undefined : await backend.rooms.subscriptions.list(room)
      if (!subscribers) throw refused('The room does not exist')
      return subscribers
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_user_subscriptions',
    description: 'List the rooms that a user is subscribed to',
    tags: ['muc'],
    arguments: [USER, HOST],
    result: listOf('rooms', tupleOf('room', 'roomjid', 'usernick', listOf('nodes', 'node'))),
    async run(backend, { user, host }) {
      const jid = await knownJid(backend, user!, host!)
      const subscriptions = jid === undefined ? [] : await backend.rooms.subscriptions.of(jid)
      return subscriptions.map(({ room, nick, nodes }) => ({ roomjid: room, usernick: nick, nodes }))
    },
  },
]

async function subscribe(
  backend: XmppBackend,
  given: Given,
  call: BackendCall,
  { jid, nick: name }: { jid: string | undefined; nick: string },
): Promise<readonly string[]> {
  const nick = prepareResource(name)
  if (nick === undefined) throw refused('Nickname must be set')
  const room = roomIn(given)
  if (jid === undefined) throw refused('Malformed user JID')
  const listed = call.arguments['nodes'] as string | readonly string[]
  const nodes = typeof listed === 'string' ? listed.split(',').map(node => node.trim()) : listed
  switch (await backend.rooms.subscriptions.subscribe(room, jid, nick, nodes)) {
    case 'subscribed':
      return (await backend.rooms.subscriptions.of(jid)).find(each => each.room === room)?.nodes ?? []
    case 'unknown_room':
      throw refused('The room does not exist')
    case 'not_allowed':
      throw refused('Subscriptions are not allowed')
    case 'nick_taken':
      throw refused('That nickname is already in use by another occupant')
  }
}

/** `name@service`, or since version 3 the name beside the service. */
function roomIn({ room, service }: Given): string {
  const jid = bareJid(service === undefined ? room! : `${room}@${service}`)
  if (jid === undefined) throw refused('Malformed room JID')
  return jid
}
