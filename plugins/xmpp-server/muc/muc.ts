import type { Change } from 'patchbay'
import type { Feature } from '../feature.js'
import type { Server } from '../server.js'
import { conference } from './component.js'
import { leaveAll } from './leave.js'
import { forgetNicks } from './nicks.js'
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
}

/** Affiliations, subscriptions and nicks; whoever is in a room leaves it as the session ends. */
async function* forget(server: Server, account: string): AsyncIterable<Change> {
  for (const room of server.registry.rooms.all.values()) {
    const stored = on(room, 'persistent')
    if (room.affiliations.delete(account) && stored) yield affiliationChange(server, room, account, undefined)
    if (room.subscribers.delete(account) && stored) yield subscriberChange(server, room, account, undefined)
  }
  yield* forgetNicks(server, server.hosts.map(serviceOf), account)
}
