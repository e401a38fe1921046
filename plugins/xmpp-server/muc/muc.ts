import type { Change } from 'patchbay'
import type { Feature } from '../feature.js'
import type { Server } from '../server.js'
import { conference } from './component.js'
import { leaveAll } from './leave.js'
import { nickChanges, releaseNicks } from './nicks.js'
import { on } from './room.js'
import { affiliationChange, subscriberChange } from './rooms.js'

export function serviceOf(host: string): string {
  return `conference.${host}`
}

/** Multi-user chat (XEP-0045) at `conference.<host>`. */
export const muc: Feature = {
  components: hosts => new Map(hosts.map(host => [serviceOf(host), conference])),
  unavailable: leaveAll,
  ended: leaveAll,
  forget,
  forgotten,
}

/** Affiliations, subscriptions and nicks; whoever is in a room leaves it as the session ends. */
async function* forget(server: Server, account: string): AsyncIterable<Change> {
  for (const room of server.registry.rooms.all.values()) {
    const stored = on(room, 'persistent')
    if (!stored) continue
    if (room.affiliations.has(account)) yield affiliationChange(server, room, account, undefined)
    if (room.subscribers.has(account)) yield subscriberChange(server, room, account, undefined)
  }
  yield* nickChanges(server, server.hosts.map(serviceOf), account)
}

function forgotten(server: Server, account: string): void {
  for (const room of server.registry.rooms.all.values()) {
    room.affiliations.delete(account)
    room.subscribers.delete(account)
  }
  releaseNicks(server, server.hosts.map(serviceOf), account)
}
