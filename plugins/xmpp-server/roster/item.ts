import { type Element, element } from '../xml/element.js'
import { serialize } from '../xml/serialize.js'
import type { RosterRecord } from './record.js'
import { stateOf, subscriptionOf } from './state.js'

export const ROSTER = 'jabber:iq:roster'

/** An entry as clients see it (RFC 6121 §2.1.2); `remove` where there is none for them. */
export function itemOf(jid: string, record: RosterRecord | undefined): Element {
  if (!record || record.unlisted) return element(ROSTER, 'item', { jid, subscription: 'remove' })
  const state = stateOf(record)
  const asked = state === 'none+out' || state === 'none+both' || state === 'from+out'
  return element(
    ROSTER,
    'item',
    {
      jid,
      name: record.nick || undefined,
      subscription: subscriptionOf(record),
      ask: asked ? 'subscribe' : undefined,
    },
    record.groups.map(group => element(ROSTER, 'group', {}, [group])),
  )
}

/** Whether clients see no difference. */
export function sameItem(jid: string, one: RosterRecord | undefined, other: RosterRecord | undefined): boolean {
  return one === other || serialize(itemOf(jid, one)) === serialize(itemOf(jid, other))
}
