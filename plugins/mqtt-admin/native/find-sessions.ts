import type { MqttSession, SessionDirectory, Which } from '../backend.js'
import type { Matcher } from './session-filter.js'

export interface Search<Item> {
  which: Which
  /** Everything, when undefined. */
  matches: Matcher | undefined
  limit: number
  /** The serial behind which the page begins. */
  after: number | undefined
  /** Whether to look at all of them for the total. */
  count: boolean
  show(session: MqttSession): Item
}

/** A page of those that match and how many match, read where they are: nothing is copied but the page. */
export async function findSessions<Item>(sessions: SessionDirectory, search: Search<Item>) {
  const { which, matches, limit, after = 0, count, show } = search
  const all = count && matches !== undefined
  const items: Item[] = []
  let [matching, last, more] = [0, after, false]
  reading: for await (const block of sessions.blocks(which, all ? 0 : after)) {
    for (const session of block) {
      if (matches && !matches(session)) continue
      matching++
      if (session.serial <= after) continue
      if (items.length < limit) {
        items.push(show(session))
        last = session.serial
        continue
      }
      more = true
      if (!all) break reading
    }
  }
  const total = count ? (matches ? matching : await sessions.count(which)) : undefined
  return { items, total, next: more ? String(last) : undefined }
}
