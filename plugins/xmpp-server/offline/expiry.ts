import { child, type Element, elements } from '../xml/element.js'

const RULES = 'http://jabber.org/protocol/amp'
const EXPIRE = 'jabber:x:expire'

/** When the sender wants the message forgotten (XEP-0079 `expire-at`, XEP-0023 seconds), in milliseconds since the epoch. */
export function expiryOf(message: Element, now: number): number | undefined {
  const ends: number[] = []
  const rules = child(message, 'amp', RULES)
  for (const { name, attributes } of rules ? elements(rules) : []) {
    const { condition, action, value = '' } = attributes
    if (name === 'rule' && condition === 'expire-at' && action === 'drop') ends.push(Date.parse(value))
  }
  const seconds = child(message, 'x', EXPIRE)?.attributes['seconds'] ?? ''
  if (/^\d{1,10}$/.test(seconds)) ends.push(now + Number(seconds) * 1000)
  const known = ends.filter(end => Number.isFinite(end))
  return known.length === 0 ? undefined : Math.min(...known)
}
