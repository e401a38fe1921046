import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { child, type Element, textOf } from '../xml/element.js'

/** A client's presence without `to` (RFC 6121 §4.2, §4.4, §4.5). */
export async function announce(server: Server, session: Session, presence: Element): Promise<void> {
  const { type } = presence.attributes
  const before = session.presence
  if (type === 'unavailable') {
    session.presence = undefined
    if (before) for (const feature of server.features) await feature.unavailable?.(server, session, presence)
  } else if (type === undefined) {
    session.presence = presence
    session.priority = Number(textOf(child(presence, 'priority'))) || 0
    for (const feature of server.features) await feature.available?.(server, session, presence, !before)
  }
}
