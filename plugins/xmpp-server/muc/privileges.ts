import type { Affiliation } from '../../xmpp-admin/backend.js'
import type { Role } from './room.js'

/** Who stands above whom (XEP-0045 §5). */
export const RANKS: Readonly<Record<Affiliation, number>> = { outcast: 0, none: 1, member: 2, admin: 3, owner: 4 }

interface RoleRule {
  readonly from: readonly Role[]
  readonly to: readonly Role[]
  /** What the actor must be. */
  readonly by: 'moderator' | 'admin'
  /** Whom it must not be done to: those of a higher affiliation, also of the same one, or administrators and owners. */
  readonly spares: 'above' | 'equal' | 'admins'
}

/** Changes of roles (XEP-0045 §5.1.2, §8.2-8.4, §9.6-9.7); what no row allows is refused. */
const ROLE_RULES: readonly RoleRule[] = [
  // Kicks.
  { from: ['visitor', 'participant'], to: ['none'], by: 'moderator', spares: 'above' },
  { from: ['moderator'], to: ['none'], by: 'admin', spares: 'equal' },
  // Voice.
  { from: ['visitor'], to: ['participant'], by: 'moderator', spares: 'above' },
  { from: ['participant'], to: ['visitor'], by: 'moderator', spares: 'above' },
  // Moderators.
  { from: ['visitor', 'participant'], to: ['moderator'], by: 'admin', spares: 'above' },
  { from: ['moderator'], to: ['participant', 'visitor'], by: 'admin', spares: 'admins' },
]

interface AffiliationRule {
  readonly from: readonly Affiliation[]
  readonly to: readonly Affiliation[]
  readonly by: 'admin' | 'owner'
}

/** Changes of affiliations (XEP-0045 §5.2.2, §9.1-9.5, §10.3-10.8). */
const AFFILIATION_RULES: readonly AffiliationRule[] = [
  { from: ['outcast', 'none', 'member'], to: ['outcast', 'none', 'member'], by: 'admin' },
  { from: ['outcast', 'none', 'member'], to: ['admin', 'owner'], by: 'owner' },
  { from: ['admin', 'owner'], to: ['outcast', 'none', 'member', 'admin', 'owner'], by: 'owner' },
]

/** What somebody is in a room. */
export interface Privileges {
  readonly affiliation: Affiliation
  readonly role: Role
}

export function mayChangeRole(actor: Privileges, target: Privileges, to: Role): boolean {
  if (actor.role !== 'moderator') return false
  if (target.role === to) return true
  const above = RANKS[target.affiliation] - RANKS[actor.affiliation]
  return ROLE_RULES.some(({ from, to: allowed, by, spares }) => {
    if (!from.includes(target.role) || !allowed.includes(to)) return false
    if (by === 'admin' && RANKS[actor.affiliation] < RANKS.admin) return false
    if (spares === 'admins') return RANKS[target.affiliation] < RANKS.admin
    return spares === 'above' ? above <= 0 : above < 0
  })
}

export function mayChangeAffiliation(actor: Affiliation, from: Affiliation, to: Affiliation): boolean {
  return AFFILIATION_RULES.some(
    rule => rule.from.includes(from) && rule.to.includes(to) && RANKS[actor] >= RANKS[rule.by],
  )
}
