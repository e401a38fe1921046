import type { Server } from '../server.js'
import { newRevision } from './record.js'
import { ROLES } from './roles.js'

/** Whoever has logged in stays so: what a role allows is asked each time. */
export async function setRole(
  { accounts, registry: { stores } }: Server,
  jid: string,
  role: string,
): Promise<'changed' | 'unknown_account' | 'unknown_role'> {
  const done = await accounts.change(jid, async (key, record) => {
    if (!ROLES.includes(role)) return 'unknown_role' as const
    await stores.accounts.put(key, { ...record, role, revision: newRevision() })
    return 'changed' as const
  })
  return done ?? 'unknown_account'
}
