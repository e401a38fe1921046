import type { Feature } from '../feature.js'
import { handover } from './handover.js'
import { forgetOffline } from './store.js'

/** Messages wait for who is offline (RFC 6121 §8.5.2.2, XEP-0160). */
export const offline: Feature = {
  host: ['msgoffline'],
  available(server, session) {
    if (session.priority >= 0) handover(server, session)
  },
  forget: forgetOffline,
}
