import { bareOf, type Jid } from 'patchbay'
import { shows } from '../roster/state.js'
import type { Server } from '../server.js'

/** Whether `watcher` is told of the presence of an account: it is the account itself, or has its subscription. */
export function mayWatch({ rosters }: Server, account: Jid, watcher: Jid): boolean {
  if (watcher.local === account.local && watcher.domain === account.domain) return true
  return shows(rosters.entry(bareOf(account), bareOf(watcher)))
}
