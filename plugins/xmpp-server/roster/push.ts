import { randomBytes } from 'node:crypto'
import type { Registry } from '../registry.js'
import { send, sessionsOf } from '../session/sessions.js'
import { CLIENT, element } from '../xml/element.js'
import type { RosterChange } from './draft.js'
import { itemOf, ROSTER } from './item.js'

/** Tells the owner's clients that have asked for the roster (RFC 6121 §2.1.6). */
export function push(registry: Registry, { owner, contact, after, version }: RosterChange): void {
  if (version === undefined) return
  for (const session of sessionsOf(registry, owner)) {
    if (!session.interested) continue
    const query = element(ROSTER, 'query', { ver: String(version) }, [itemOf(contact, after)])
    const id = `push-${randomBytes(6).toString('base64url')}`
    send(session, element(CLIENT, 'iq', { type: 'set', id, to: session.jid, from: owner }, [query]))
  }
}
