import { accountKey, domainOf, partsOf } from '../accounts/addresses.js'
import type { Server } from '../server.js'

/** Whether an account has blocked a JID: the very one, its bare form, its domain, or its resource of the domain (XEP-0191). */
export function blocks({ registry, hosts }: Server, account: string, jid: string): boolean {
  const parts = partsOf(account)
  const list = parts && registry.stores.blocklists.getSync(accountKey(parts.local, parts.host))
  if (!list || list.length === 0) return false
  const slash = jid.indexOf('/')
  const bare = slash < 0 ? jid : jid.slice(0, slash)
  // Nobody locks out itself, or the server that speaks to it.
  if (bare === account || hosts.includes(bare)) return false
  const domain = domainOf(bare)
  const forms = slash < 0 ? [bare, domain] : [jid, bare, domain, domain + jid.slice(slash)]
  return forms.some(form => list.includes(form))
}
