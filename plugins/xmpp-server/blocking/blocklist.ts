import { accountKey, domainOf, partsOf } from '../accounts/addresses.js'
import type { Server } from '../server.js'

/** Whether an account has blocked a JID: the very one, its bare form, its domain, or its resource of the domain (XEP-0191). */
export function blocks(server: Server, account: string, jid: string): boolean {
  const parts = partsOf(account)
  const list = parts && server.registry.stores.blocklists.getSync(accountKey(parts.local, parts.host))
  return list !== undefined && isOn(server, new Set(list), account, jid)
}

/** The same for a list of the account that was read already. */
export function isOn({ hosts }: Server, list: ReadonlySet<string>, account: string, jid: string): boolean {
  if (list.size === 0) return false
  const slash = jid.indexOf('/')
  const bare = slash < 0 ? jid : jid.slice(0, slash)
  // Nobody locks out itself, or the server that speaks to it.
  if (bare === account || hosts.includes(bare)) return false
  const domain = domainOf(bare)
  const forms = slash < 0 ? [bare, domain] : [jid, bare, domain, domain + jid.slice(slash)]
  return forms.some(form => list.has(form))
}
