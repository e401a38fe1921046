import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { sessionsOf } from '../session/sessions.js'
import { isOpen } from '../stream/written.js'

/** The sessions of an account that take messages: available, and of a priority that is not negative (RFC 6121 §8.5.2.1.1). */
export function takersOf(server: Server, account: string): Session[] {
  return sessionsOf(server.registry, account).filter(takesMessages)
}

/** The sessions of an account that can be written to, whatever presence they have shown. */
export function openSessionsOf(server: Server, account: string): Session[] {
  return sessionsOf(server.registry, account).filter(({ stream }) => isOpen(stream))
}

export function takesMessages({ presence, priority, stream }: Session): boolean {
  return presence !== undefined && priority >= 0 && isOpen(stream)
}

/** Those of the highest priority, all of them. */
export function mostAvailable(takers: readonly Session[]): Session[] {
  const highest = Math.max(...takers.map(({ priority }) => priority))
  return takers.filter(({ priority }) => priority === highest)
}
