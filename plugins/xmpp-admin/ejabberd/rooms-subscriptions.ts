import { bareJid, prepareResource, type ResultType } from 'patchbay'
import type { RoomSubscription, XmppBackend } from '../backend.js'
import { type BackendCommand, HOST, jidOf, LIST, RESCODE, servedHost, USER } from './command.js'
import { accountIn, type Given, knownRoom, ROOM, refused } from './room-arguments.js'

const READ = { permission: 'rooms.read' }
const WRITE = { permission: 'rooms.write' }
const TAGS = ['muc_room']
/** As the original, which lets it be configured. */
const MOST_AT_ONCE = 50

const SUBSCRIPTIONS: ResultType = {
  type: 'records',
  rows: [[0, ({ room, nick, nodes }: RoomSubscription) => [{ roomjid: room, usernick: nick, nodes }]]],
}

const NODES = [
  { name: 'nodes', type: 'string', until: 0 },
  { name: 'nodes', type: 'texts', since: 1 },
] as const
const ROOM_JID = [
  { name: 'room', type: 'string' },
  { name: 'service', type: 'string', since: 3 },
] as const
const WHO = [
  { name: 'user', type: 'string' },
  { name: 'host', type: 'string', since: 3 },
] as const

/** MUC/Sub: being told of what happens in a room without being in it (contracts/xmpp.md §3.6). */
export const ROOM_SUBSCRIPTION_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'subscribe_room',
    description: 'Subscribe a user to a room',
    tags: TAGS,
    arguments: [...WHO, { name: 'nick', type: 'string' }, ...ROOM_JID, ...NODES],
    result: LIST,
    run: (backend, given) => subscribe(backend, given, accountIn(given, 'user'), given['nick']!),
  },
  {
    access: WRITE,
    name: 'subscribe_room_many',
    description: 'Subscribe several users to a room',
    tags: TAGS,
    arguments: [{ name: 'users', type: 'list' }, ...ROOM_JID, ...NODES],
    result: RESCODE,
    async run(backend, given) {
      const users = given['users'] as unknown as readonly unknown[]
      if (users.length > MOST_AT_ONCE) throw refused('Too many users in subscribe_room_many command')
      for (const each of users) {
        const { jid = '', user, host, nick = '' } = (each ?? {}) as Record<string, unknown>
        const whole = user === undefined ? String(jid) : `${user}@${host}`
        await subscribe(backend, given, bareJid(whole), String(nick))
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
    result: LIST,
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
    result: SUBSCRIPTIONS,
    async run(backend, { user, host }) {
      await servedHost(backend, host!)
      const jid = jidOf(user!, host!)
      return jid === undefined ? [] : backend.rooms.subscriptions.of(jid)
    },
  },
]

async function subscribe(
  backend: XmppBackend,
  given: Given,
  jid: string | undefined,
  name: string,
): Promise<readonly string[]> {
  const nick = prepareResource(name)
  if (nick === undefined) throw refused('Nickname must be set')
  const room = roomIn(given)
  if (jid === undefined) throw refused('Malformed user JID')
  const listed = given['nodes'] as string | readonly string[]
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
