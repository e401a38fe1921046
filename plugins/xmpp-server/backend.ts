import type { Namespace } from 'patchbay'
import type { XmppBackend } from '../xmpp-admin/backend.js'
import { allNames, pageOfNames } from './account-names.js'
import type { AccountRecord, AccountStore } from './accounts.js'
import type { Books } from './books.js'
import type { RosterStore } from './rosters.js'

/** The embedded server as `xmpp-admin` sees it. Nobody can log in to it yet, so there are no sessions. */
export function serverBackend(
  hosts: readonly string[],
  books: Books,
  records: Namespace<AccountRecord>,
  store: AccountStore,
  rosters: RosterStore,
): XmppBackend {
  return {
    hosts: async () => hosts,
    accounts: {
      names: async host => (hosts.includes(host) ? allNames(books, records, host) : undefined),
      page: async (host, limit, after) =>
        hosts.includes(host) ? pageOfNames(records, host, limit, after) : { names: [], next: undefined },
      count: async host => store.count(host),
      exists: async jid => store.find(jid) !== undefined,
      register: (jid, password) => store.register(jid, password),
      unregister: jid => store.unregister(jid),
      setPassword: (jid, password) => store.setPassword(jid, password),
      checkPassword: async (jid, password) => (await store.verify(jid, password)) !== undefined,
      async lastActivity(jid) {
        const record = store.find(jid)
        return record && { state: 'never', at: new Date(record.created), status: '' }
      },
      offlineMessages: async () => 0,
    },
    sessions: { list: async () => [], count: async () => 0 },
    rosters: {
      get: async jid => (await rosters.list(jid)).map(([contact, record]) => ({ jid: contact, ...record })),
      set: (jid, { jid: contact, nick, subscription, groups }) =>
        rosters.set(jid, contact, { nick, subscription, groups: [...groups] }),
      delete: (jid, contact) => rosters.delete(jid, contact),
    },
  }
}
