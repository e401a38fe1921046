import type { Jid } from 'patchbay'
import { accountKey, rosterKey } from '../accounts/addresses.js'
import type { Server } from '../server.js'

/** Whether `watcher` is told of the presence of an account: it is the account itself, or has its subscription. */
export function mayWatch({ registry: { stores } }: Server, account: Jid, watcher: Jid): boolean {
  if (watcher.local === account.local && watcher.domain === account.domain) return true
  const contact = watcher.local === undefined ? watcher.domain : `${watcher.local}@${watcher.domain}`
  const entry = stores.rosters.getSync(rosterKey(accountKey(account.local!, account.domain), contact))
  return entry?.subscription === 'from' || entry?.subscription === 'both'
}
