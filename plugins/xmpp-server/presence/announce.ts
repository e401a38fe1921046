import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { StanzaError } from '../stanza/error.js'
import { child, type Element, textOf } from '../xml/element.js'
import { serialize } from '../xml/serialize.js'

/** It is kept while the session is available, and sent to every contact; in bytes. */
const LONGEST = 32_768

/** A client's presence without `to` (RFC 6121 §4.2, §4.4, §4.5). */
export async function announce(server: Server, session: Session, presence: Element): Promise<void> {
  const { type } = presence.attributes
  const before = session.presence
  if (type === 'unavailable') {
    session.presence = undefined
    for (const feature of server.features) await feature.unavailable?.(server, session, presence, before !== undefined)
  } else if (type === undefined) {
    if (Buffer.byteLength(serialize(presence)) > LONGEST) {
      throw new StanzaError('policy-violation', 'The presence is too large')
    }
    session.priority = priorityOf(presence)
    session.presence = presence
    for (const feature of server.features) await feature.available?.(server, session, presence, !before)
  } else if (type !== 'error') {
    throw new StanzaError('bad-request')
  }
}

/** 0 unless it is a whole number from -128 to 127 (RFC 6121 §4.7.2.3). */
function priorityOf(presence: Element): number {
  const text = textOf(child(presence, 'priority')).trim()
  const priority = /^[+-]?\d{1,3}$/.test(text) ? Number(text) : 0
  return priority >= -128 && priority <= 127 ? priority : 0
}
