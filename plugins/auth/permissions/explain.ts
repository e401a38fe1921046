import type { Call, Identity, RuleTried } from 'patchbay'
import { type Asking, askingOf, type Surroundings } from './asking.js'
import type { Blocks } from './blocks.js'
import type { Decision, Permissions } from './compile.js'
import type { LiveRule } from './live-rule.js'
import { smallestChange } from './smallest-change.js'

export interface RulesOfFace {
  readonly blocks: Blocks
  readonly surroundings: Surroundings
  /** All that are tried on the face of the call, in order. */
  readonly rules: readonly LiveRule[]
  /** The decisions that changed blocks would make. */
  permitsWith(blocks: Blocks): Permissions['permits']
}

const CONTROL_SOCKET: RuleTried = {
  name: 'control socket',
  origin: 'built in',
  allows: true,
  because: 'whoever may open the control socket may do everything',
}

/** Decides as `permits` does, and says of each rule which part of it did not match. */
export function explain(from: RulesOfFace, identity: Identity | undefined, call: Call): Decision {
  if (identity?.kind === 'local') return { allowed: true, rules: [CONTROL_SOCKET] }
  const asking = askingOf(identity, call, from.surroundings.hosts)
  const rules: RuleTried[] = []
  for (const rule of from.rules) {
    const tried = tryRule(rule, asking)
    rules.push(tried)
    if (tried.allows) return { allowed: true, rules }
  }
  const change = smallestChange(from, asking)
  return { allowed: false, rules, ...(change !== undefined && { change }) }
}

function tryRule(rule: LiveRule, asking: Asking): RuleTried {
  const { name, origin } = rule
  const allows = rule.covers(asking.call) && rule.matches(asking)
  if (allows) return { name, origin, allows, because: rule.hits(asking) }
  const missed = rule.misses(asking)
  return { name, origin, allows, ...(missed ?? { because: 'it does not match' }) }
}
