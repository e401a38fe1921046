import type { RoomSubscriptions } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import type { Room } from './room.js'
import { subscribe, unsubscribe } from './subscribe.js'

type Within = <T>(jid: string, act: (room: Room) => Promise<T>) => Promise<T | 'unknown_room'>

export function subscriptionsBackend(server: Server, within: Within): RoomSubscriptions {
  const { all } = server.registry.rooms
  return {
    async of(jid) {
      return [...all.values()].flatMap(room => {
        const subscriber = room.subscribers.get(jid)
        return subscriber ? [{ room: room.jid, ...subscriber }] : []
      })
    },
    list: async jid => {
      const room = all.get(jid)
      return room && [...room.subscribers.keys()]
    },
    subscribe: (jid, whose, nick, nodes) => within(jid, room => subscribe(server, room, whose, nick, nodes)),
    unsubscribe: (jid, whose) => within(jid, room => unsubscribe(server, room, whose)),
  }
}
