import type { XmppRooms } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { unsupported } from '../unsupported.js'

export function roomsBackend(_server: Server): XmppRooms {
  const none = () => unsupported('keep rooms')
  return {
    services: async () => [],
    list: none,
    create: none,
    destroy: none,
    options: none,
    setOption: none,
    affiliations: none,
    affiliation: none,
    setAffiliation: none,
    occupants: none,
    roomsOf: none,
    invite: none,
    unused: none,
    empty: none,
    subscriptions: { of: none, list: none, subscribe: none, unsubscribe: none },
  }
}
