import { setImmediate } from 'node:timers/promises'
import type { XmppOffline } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import type { OfflineRecord } from './record.js'
import { accountOfMessage, dropOffline, offlineHead, offlinePage } from './store.js'

const PAGE = 500

export function offlineBackend(server: Server): XmppOffline {
  return {
    count: async jid => (server.accounts.find(jid) ? offlineHead(server, jid).count : 0),
    async list(jid, limit) {
      if (!server.accounts.find(jid)) return []
      const { entries } = await offlinePage(server, jid, limit)
      return entries.map(([, { from, at, stanza }]) => ({ from, at: new Date(at), stanza }))
    },
    deleteOlder: before => dropAll(server, ({ at }) => at < before.getTime()),
    deleteExpired() {
      const now = Date.now()
      return dropAll(server, ({ expires }) => expires !== undefined && expires <= now)
    },
  }
}

/** Looks through everything that waits; how many were dropped. */
async function dropAll(server: Server, unwanted: (record: OfflineRecord) => boolean): Promise<number> {
  let dropped = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { entries, next } = await server.registry.stores.offline.page(PAGE, { gt: after })
    const byAccount = new Map<string, string[]>()
    for (const [key, record] of entries) {
      if (!unwanted(record)) continue
      const account = accountOfMessage(key)
      byAccount.set(account, [...(byAccount.get(account) ?? []), key])
    }
    for (const [account, keys] of byAccount) dropped += await dropOffline(server, account, keys)
    await setImmediate()
    after = next
  }
  return dropped
}
