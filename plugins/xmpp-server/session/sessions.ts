import { domainOf } from '../accounts/addresses.js'
import type { Registry } from '../registry.js'
import type { Server } from '../server.js'
import { write } from '../stream/write.js'
import { CLIENT, type Element, element } from '../xml/element.js'
import type { Session } from './session.js'

/** What is connected to a host. */
export interface HostSessions {
  /** In the order in which they came. */
  readonly sessions: Set<Session>
  /** How many accounts have one at least. */
  users: number
}

export function sessionsOf({ sessions }: Registry, account: string): Session[] {
  return [...(sessions.get(account)?.values() ?? [])]
}

export function sessionAt({ sessions }: Registry, account: string, resource: string): Session | undefined {
  return sessions.get(account)?.get(resource)
}

/** In the order in which they came. */
export function sessionsAtHost({ byHost }: Registry, host: string): Session[] {
  return [...(byHost.get(host)?.sessions ?? [])]
}

/** In the order in which they came. */
export function allSessions({ byHost }: Registry): Session[] {
  const all = [...byHost.values()].flatMap(({ sessions }) => [...sessions])
  return byHost.size > 1 ? all.sort((one, other) => one.boundAt - other.boundAt) : all
}

export function addSession(registry: Registry, session: Session): void {
  const { sessions, byHost } = registry
  const own = sessions.get(session.account) ?? new Map<string, Session>()
  const domain = domainOf(session.account)
  const atHost = byHost.get(domain) ?? { sessions: new Set(), users: 0 }
  if (own.size === 0) atHost.users++
  own.set(session.resource, session)
  atHost.sessions.add(session)
  sessions.set(session.account, own)
  byHost.set(domain, atHost)
  registry.sessionCount++
}

/** False when its place is already another's. */
function removeSession(registry: Registry, session: Session): boolean {
  const { sessions, byHost } = registry
  const own = sessions.get(session.account)
  if (own?.get(session.resource) !== session) return false
  const atHost = byHost.get(domainOf(session.account))!
  own.delete(session.resource)
  atHost.sessions.delete(session)
  registry.sessionCount--
  if (own.size === 0) {
    sessions.delete(session.account)
    atHost.users--
  }
  return true
}

export function send({ stream }: Session, stanza: Element): void {
  write(stream, stanza)
}

/** What follows from the end of a session, in the order of the features; whatever fails keeps no other from its part. */
export async function sessionEnded(server: Server, session: Session): Promise<void> {
  if (!removeSession(server.registry, session)) return
  const wasAvailable = session.presence !== undefined
  session.presence = undefined
  const gone = element(CLIENT, 'presence', { type: 'unavailable', from: session.jid })
  for (const feature of server.features) {
    try {
      if (wasAvailable) await feature.unavailable?.(server, session, gone, true)
      await feature.ended?.(server, session)
    } catch (thrown) {
      server.log.error({ err: thrown }, `the end of ${session.jid} could not be told to everybody`)
    }
  }
}
