import type { XmppAccounts } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { endAccount } from '../session/end.js'
import { idleSince, lastActivity, setLastActivity } from './activity.js'
import { ban, banOf, unban } from './bans.js'
import { allNames, pageOfNames } from './names.js'
import { setRole } from './set-role.js'

export function accountsBackend(server: Server): XmppAccounts {
  const { accounts, hosts, registry } = server
  const { books, stores } = registry
  return {
    names: async host => (hosts.includes(host) ? allNames(books, stores.accounts, host) : undefined),
    page: async (host, limit, after) =>
      hosts.includes(host) ? pageOfNames(stores.accounts, host, limit, after) : { names: [], next: undefined },
    count: async host => accounts.count(host),
    exists: async jid => accounts.find(jid) !== undefined,
    register: (jid, password) => accounts.register(jid, password),
    async unregister(jid) {
      const end = () => endAccount(server, jid, 'not-authorized', 'this account has been removed')
      // While its roster still says who is to be told.
      await end()
      const done = await accounts.unregister(jid)
      // Somebody may have logged in meanwhile.
      await end()
      return done
    },
    async setPassword(jid, password) {
      const done = await accounts.setPassword(jid, password)
      if (done === 'changed') await endAccount(server, jid, 'not-authorized', 'the password has been changed')
      return done
    },
    checkPassword: async (jid, password) => (await accounts.verify(jid, password)) !== undefined,
    role: async jid => accounts.role(jid),
    setRole: (jid, role) => setRole(server, jid, role),
    ban: (jid, reason, by) => ban(server, jid, reason, by),
    unban: jid => unban(server, jid),
    banOf: async jid => banOf(server, jid),
    lastActivity: async jid => lastActivity(server, jid),
    setLastActivity: (jid, at, status) => setLastActivity(server, jid, at.getTime(), status),
    idleSince: (host, since) => idleSince(server, host, since),
  }
}
