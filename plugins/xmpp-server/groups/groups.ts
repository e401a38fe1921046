import type { Feature } from '../feature.js'
import { inGroupTurn } from './change.js'
import { withoutMembership } from './membership.js'
import { settle } from './settle.js'
import { StoredGroups } from './stored-groups.js'

/** Groups whose members have each other in their rosters. */
export const groups: Feature = {
  /** Whoever was a member before being an account, or has taken a member out, has all of them again. */
  async available(server, { account }, _presence, first) {
    if (!first) return
    const memberships = await new StoredGroups(server.registry.stores).groupsOf(account)
    if (memberships.length > 0) await inGroupTurn(server, stored => settle(server, stored, account))
  },
  async *forget(server, account) {
    for (const [key] of await new StoredGroups(server.registry.stores).groupsOf(account)) {
      yield* withoutMembership(server, key, account)
    }
  },
}
