import { delay } from '../stanza/delay.js'
import { child, type Element, withAttributes, withChildren } from '../xml/element.js'
import { HINTS } from '../xml/namespaces.js'
import { LIMITS } from './limits.js'
import type { Remembered, Room } from './room.js'
import { sizeOf } from './size.js'

/** Not who is typing: what was said would soon be pushed out by it. The hints of XEP-0334 decide where there are some. */
export function isMemorable(message: Element): boolean {
  if (child(message, 'no-store', HINTS) || child(message, 'no-permanent-store', HINTS)) return false
  return child(message, 'body') !== undefined || child(message, 'store', HINTS) !== undefined
}

/** Remembers a message for those who come later; the oldest make room. */
export function remember({ history }: Room, message: Element): void {
  history.push({ message, at: Date.now(), size: sizeOf(message) })
  let size = history.reduce((sum, each) => sum + each.size, 0)
  while (history.length > LIMITS.history || size > LIMITS.historySize) size -= history.shift()!.size
}

/** What who enters has asked for (XEP-0045 §7.2.14): `<history maxchars='' maxstanzas='' seconds='' since=''/>`. */
export function recall({ history, jid }: Room, asked: Element | undefined, to: string): Element[] {
  const { maxchars, maxstanzas, seconds, since } = asked?.attributes ?? {}
  const stanzas = limit(maxstanzas)
  const characters = limit(maxchars)
  const from = Math.max(Date.now() - limit(seconds) * 1000, since === undefined ? 0 : Date.parse(since) || 0)
  const found: Remembered[] = []
  let size = 0
  for (const each of [...history].reverse()) {
    size += each.size
    if (found.length >= stanzas || size > characters || each.at < from) break
    found.unshift(each)
  }
  return found.map(({ message, at }) => {
    return withChildren(withAttributes(message, { to }), delay(jid, at))
  })
}

/** What is no number limits nothing. */
function limit(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER / 1000
}
