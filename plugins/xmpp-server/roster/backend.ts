import type { XmppRosters } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { unsupported } from '../unsupported.js'

export function rostersBackend({ rosters }: Server): XmppRosters {
  return {
    get: async jid => (await rosters.list(jid)).map(([contact, record]) => ({ jid: contact, ...record })),
    set: (jid, { jid: contact, nick, subscription, groups }) =>
      rosters.set(jid, contact, { nick, subscription, groups: [...groups] }),
    delete: (jid, contact) => rosters.delete(jid, contact),
    subscribeBoth: () => unsupported('subscribe both sides'),
    unsubscribeBoth: () => unsupported('unsubscribe both sides'),
    all: () => unsupported('list all rosters'),
  }
}
