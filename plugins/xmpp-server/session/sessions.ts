import type { Registry } from '../registry.js'
import type { Server } from '../server.js'
import { write } from '../stream/write.js'
import { CLIENT, type Element, element } from '../xml/element.js'
import type { Session } from './session.js'

export function sessionsOf({ sessions }: Registry, account: string): Session[] {
  return [...(sessions.get(account)?.values() ?? [])]
}

export function sessionAt({ sessions }: Registry, account: string, resource: string): Session | undefined {
  return sessions.get(account)?.get(resource)
}

export function addSession(registry: Registry, session: Session): void {
  const { sessions } = registry
  const own = sessions.get(session.account) ?? new Map<string, Session>()
  own.set(session.resource, session)
  sessions.set(session.account, own)
  registry.sessionCount++
}

/** Its place may already be another's. */
export function removeSession(registry: Registry, session: Session): void {
  const own = registry.sessions.get(session.account)
  if (own?.get(session.resource) !== session) return
  own.delete(session.resource)
  if (own.size === 0) registry.sessions.delete(session.account)
  registry.sessionCount--
}

export function send({ stream }: Session, stanza: Element): void {
  write(stream, stanza)
}

/** What follows from the end of a session, in the order of the features. */
export async function sessionEnded(server: Server, session: Session): Promise<void> {
  removeSession(server.registry, session)
  const wasAvailable = session.presence !== undefined
  session.presence = undefined
  const gone = element(CLIENT, 'presence', { type: 'unavailable', from: session.jid })
  for (const feature of server.features) {
    if (wasAvailable) await feature.unavailable?.(server, session, gone)
    await feature.ended?.(server, session)
  }
}
