import { bareOf } from 'patchbay'
import { lastActivity } from '../accounts/activity.js'
import type { Feature } from '../feature.js'
import { StanzaError } from '../stanza/error.js'
import { type Element, element } from '../xml/element.js'
import { mayWatch } from './may-watch.js'

const XMLNS = 'jabber:iq:last'

/** XEP-0012: since when the server runs, and when an account was last online. */
export const last: Feature = {
  host: [XMLNS],
  account: [XMLNS],
  iq: [
    {
      xmlns: XMLNS,
      name: 'query',
      at: ['host'],
      get: ({ registry }) => secondsSince(registry.startedAt),
    },
    {
      xmlns: XMLNS,
      name: 'query',
      at: ['account'],
      get(server, { to, from }) {
        if (!mayWatch(server, to, from)) throw new StanzaError('forbidden')
        const known = lastActivity(server, bareOf(to))
        if (!known) throw new StanzaError('service-unavailable')
        // Somebody who is online says by presence how long nothing was done.
        if (known.state === 'online') return element(XMLNS, 'query', { seconds: '0' })
        return secondsSince(known.at.getTime(), known.status)
      },
    },
  ],
}

function secondsSince(at: number, status = ''): Element {
  const seconds = String(Math.max(0, Math.floor((Date.now() - at) / 1000)))
  return element(XMLNS, 'query', { seconds }, status === '' ? [] : [status])
}
