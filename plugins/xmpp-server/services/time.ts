import type { Feature } from '../feature.js'
import { element } from '../xml/element.js'

const XMLNS = 'urn:xmpp:time'

/** XEP-0202 */
export const time: Feature = {
  host: [XMLNS],
  iq: [
    {
      xmlns: XMLNS,
      name: 'time',
      at: ['host'],
      get() {
        const now = new Date()
        return element(XMLNS, 'time', {}, [
          element(XMLNS, 'tzo', {}, [offsetOf(now.getTimezoneOffset())]),
          element(XMLNS, 'utc', {}, [now.toISOString()]),
        ])
      },
    },
  ],
}

/** `+01:00` for sixty minutes before UTC, which is how JavaScript counts (XEP-0082 §3.3). */
export function offsetOf(minutesBehind: number): string {
  const minutes = Math.abs(minutesBehind)
  const two = (part: number) => String(Math.floor(part)).padStart(2, '0')
  return `${minutesBehind > 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}
