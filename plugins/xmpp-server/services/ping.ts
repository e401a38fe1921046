import type { Feature } from '../feature.js'
import { PING } from '../xml/namespaces.js'

/** XEP-0199. */
export const ping: Feature = {
  host: [PING],
  account: [PING],
  iq: [{ xmlns: PING, name: 'ping', at: ['host', 'account'], get: () => undefined }],
}
