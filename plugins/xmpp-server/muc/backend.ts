import { KernelError, parseJid } from 'patchbay'
import type { RoomOption, XmppRooms } from '../../xmpp-admin/backend.js'
import { deliverMessage } from '../messages/deliver.js'
import type { Server } from '../server.js'
import { sessionsOf } from '../session/sessions.js'
import { CLIENT, element } from '../xml/element.js'
import { affiliate } from './affiliate.js'
import { configure } from './configure.js'
import { destroyRoom } from './destroy.js'
import { directInvitation } from './invite.js'
import { inRoomTurn } from './leave.js'
import { LIMITS } from './limits.js'
import { serviceOf } from './muc.js'
import { registerNick } from './nicks.js'
import { checkOptions, OPTIONS, usualOptions } from './options.js'
import { affiliationOf, newRoom, on, type Room } from './room.js'
import { isFull, storeWhole } from './rooms.js'
import { subscriptionsBackend } from './subscriptions-backend.js'

const DAY = 86_400_000

export function roomsBackend(server: Server): XmppRooms {
  const { all, places } = server.registry.rooms
  const services = server.hosts.map(serviceOf)
  const roomsIn = (service: string | undefined) =>
    [...all.values()].filter(room => service === undefined || room.service === service).sort(byJid)
  /** Acts on a room when its turn comes. */
  const within = <T>(jid: string, act: (room: Room) => Promise<T>): Promise<T | 'unknown_room'> =>
    inRoomTurn(server, jid, async () => {
      const room = all.get(jid)
      return room ? act(room) : 'unknown_room'
    })
  return {
    services: async () => services,
    list: async service =>
      roomsIn(service).map(room => ({
        jid: room.jid,
        public: on(room, 'public'),
        participants: room.sessions.size,
      })),
    create: (jid, options) => inRoomTurn(server, jid, () => create(server, jid, options)),
    destroy: (jid, reason) =>
      within(jid, async room => {
        await destroyRoom(server, room, reason === undefined ? {} : { reason })
        return 'destroyed' as const
      }),
    async options(jid) {
      const room = all.get(jid)
      return room && OPTIONS.map(({ name }) => ({ name, value: room.options[name] }))
    },
    setOption: (jid, option) =>
      within(jid, async room => {
        const changes = checkOptions([option], false)
        if (typeof changes === 'string') return changes
        await configure(server, room, changes)
        return 'changed'
      }),
    async affiliations(jid) {
      const room = all.get(jid)
      return room && [...room.affiliations].map(([whose, standing]) => ({ jid: whose, ...standing }))
    },
    async affiliation(jid, whose) {
      const room = all.get(jid)
      return room && affiliationOf(room, whose)
    },
    setAffiliation: (jid, whose, affiliation, reason) =>
      within(jid, async room => {
        if (affiliationOf(room, whose) === affiliation) return 'changed' as const
        await affiliate(server, room, whose, affiliation, reason === undefined ? {} : { reason })
        return 'changed' as const
      }),
    async occupants(jid) {
      const room = all.get(jid)
      return room && [...room.sessions].map(([session, { nick, role }]) => ({ jid: session.jid, nick, role }))
    },
    async roomsOf(account) {
      const found = sessionsOf(server.registry, account).flatMap(session => [...(places.get(session) ?? [])])
      return [...new Set(found)].sort()
    },
    async invite(jid, whom, given) {
      const room = all.get(jid)
      if (!room) return 'unknown_room'
      for (const to of whom) {
        const stanza = element(CLIENT, 'message', { from: jid, to }, [directInvitation(room, given)])
        await deliverMessage(server, stanza, parseJid(to)!)
      }
      return 'invited'
    },
    async unused(service, days) {
      const before = Date.now() - days * DAY
      const unused = roomsIn(service).filter(({ sessions, usedAt }) => sessions.size === 0 && usedAt <= before)
      return unused.map(({ jid }) => jid)
    },
    async empty(service) {
      const empty = roomsIn(service).filter(
        room => on(room, 'persistent') && !room.spoken && room.sessions.size === 0 && room.history.length === 0,
      )
      return empty.map(({ jid }) => jid)
    },
    async registerNick(service, account, nick) {
      return services.includes(service) ? registerNick(server, service, account, nick) : 'unknown_service'
    },
    subscriptions: subscriptionsBackend(server, within),
  }
}

function byJid(one: Room, other: Room): number {
  return one.jid < other.jid ? -1 : 1
}

async function create(server: Server, jid: string, given: readonly RoomOption[]) {
  const { all } = server.registry.rooms
  const { local, domain } = parseJid(jid) ?? {}
  if (local === undefined || domain === undefined || !server.components.has(domain)) return 'unknown_service'
  if (!server.hosts.some(host => serviceOf(host) === domain)) return 'unknown_service'
  if (all.has(jid)) return 'exists'
  const options = checkOptions(given, true)
  if (typeof options === 'string') return options
  if (isFull(server)) {
    throw new KernelError(
      'unsupported',
      `xmpp-server keeps ${LIMITS.rooms} rooms for each host, and there are as many`,
      {
        hint: 'destroy some that are unused; all of them work',
      },
    )
  }
  const room = newRoom(local, domain, { ...usualOptions(), ...options })
  await storeWhole(server, room)
  all.set(jid, room)
  return 'created'
}
