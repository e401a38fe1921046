import type { Call, Identity } from 'patchbay'
import type { Asking } from './asking.js'
import type { Blocks } from './blocks.js'
import { callersThatCould } from './change-caller.js'
import { addedRules, changedRules } from './change-rules.js'
import type { RulesOfFace } from './explain.js'

/** Something that might allow the call: other rules, or the same call by another caller. */
export interface Candidate {
  /** A sentence that says what to do. */
  readonly text: string
  readonly blocks?: Blocks
  readonly identity?: Identity
  readonly call?: Call
}

/** The first of the changes, from small to large, with which the call would indeed be allowed. */
export function smallestChange(from: RulesOfFace, asking: Asking): string | undefined {
  for (const { text, blocks = from.blocks, identity = asking.identity, call = asking.call } of candidates(
    from,
    asking,
  )) {
    if (from.permitsWith(blocks)(identity, call)) return text
  }
  return undefined
}

function* candidates(from: RulesOfFace, asking: Asking): Generator<Candidate> {
  // An operator could get more power everywhere, where one entry of one rule may do.
  const careful = asking.identity?.kind === 'operator'
  if (careful) yield* changedRules(from, asking)
  yield* callersThatCould(from, asking)
  if (!careful) yield* changedRules(from, asking)
  yield* addedRules(from, asking)
}
