import { type Element, element } from '../xml/element.js'
import { DELAY } from '../xml/namespaces.js'

/** Says who has kept a message, and when it came: `at` in milliseconds since the epoch (XEP-0203). */
export function delay(from: string, at: number): Element {
  return element(DELAY, 'delay', { from, stamp: new Date(at).toISOString() })
}
