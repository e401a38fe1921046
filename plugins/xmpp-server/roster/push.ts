import type { Registry } from '../registry.js'
import { push } from '../session/push.js'
import { sessionsOf } from '../session/sessions.js'
import { element } from '../xml/element.js'
import type { RosterChange } from './draft.js'
import { itemOf, ROSTER } from './item.js'

/** Tells the owner's clients that have asked for the roster (RFC 6121 §2.1.6). */
export function pushItem(registry: Registry, { owner, contact, after, version }: RosterChange): void {
  if (version === undefined) return
  for (const session of sessionsOf(registry, owner)) {
    if (!session.interested) continue
    push(session, element(ROSTER, 'query', { ver: String(version) }, [itemOf(contact, after)]))
  }
}
