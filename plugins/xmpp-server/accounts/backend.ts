import type { XmppAccounts } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { unsupported } from '../unsupported.js'
import { allNames, pageOfNames } from './names.js'

export function accountsBackend({ accounts, hosts, registry: { books, stores } }: Server): XmppAccounts {
  return {
    names: async host => (hosts.includes(host) ? allNames(books, stores.accounts, host) : undefined),
    page: async (host, limit, after) =>
      hosts.includes(host) ? pageOfNames(stores.accounts, host, limit, after) : { names: [], next: undefined },
    count: async host => accounts.count(host),
    exists: async jid => accounts.find(jid) !== undefined,
    register: (jid, password) => accounts.register(jid, password),
    unregister: jid => accounts.unregister(jid),
    setPassword: (jid, password) => accounts.setPassword(jid, password),
    checkPassword: async (jid, password) => (await accounts.verify(jid, password)) !== undefined,
    role: async jid => accounts.role(jid),
    setRole: () => unsupported('change roles'),
    ban: () => unsupported('ban'),
    unban: () => unsupported('unban'),
    banOf: async () => undefined,
    async lastActivity(jid) {
      const record = accounts.find(jid)
      return record && { state: 'never', at: new Date(record.created), status: '' }
    },
    setLastActivity: () => unsupported('set the last activity'),
    idleSince: () => unsupported('tell who is idle'),
  }
}
