import type { Ban } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { endAccount } from '../session/end.js'
import { newRevision } from './record.js'

/** A ban that is already there is replaced. Tokens and whatever else came of the password end with the revision. */
export async function ban(
  server: Server,
  jid: string,
  reason: string,
  by: string,
): Promise<'banned' | 'unknown_account'> {
  const { accounts, registry } = server
  const done = await accounts.change(jid, async (key, record) => {
    const given = { reason, at: Date.now(), by }
    await registry.stores.accounts.put(key, { ...record, ban: given, revision: newRevision() })
    return 'banned' as const
  })
  if (done) await endAccount(server, jid, 'policy-violation', 'this account is banned')
  return done ?? 'unknown_account'
}

export async function unban(
  { accounts, registry: { stores } }: Server,
  jid: string,
): Promise<'unbanned' | 'not_banned' | 'unknown_account'> {
  const done = await accounts.change(jid, async (key, { ban: given, ...record }) => {
    if (!given) return 'not_banned' as const
    await stores.accounts.put(key, record)
    return 'unbanned' as const
  })
  return done ?? 'unknown_account'
}

export function banOf({ accounts }: Server, jid: string): Ban | undefined {
  const given = accounts.find(jid)?.ban
  return given && { ...given, at: new Date(given.at) }
}
