import type { Call, RuleTried } from 'patchbay'
import type { Asking } from './asking.js'
import type { Rule } from './blocks.js'
import { covers, grantsNothing, names } from './coverage.js'
import { FACE_WORDS, hears, reaches } from './faces.js'
import { insideHosts, missesHosts } from './host-limit.js'
import type { Whos } from './match-who.js'
import { callerName, enumerate, whatText } from './words.js'

export interface Missed {
  readonly part: 'from' | 'who' | 'what'
  readonly because: string
}

/** A rule as it is asked. */
export interface LiveRule {
  readonly name: string
  readonly origin: RuleTried['origin']
  /** undefined for the model of a face. */
  readonly rule: Rule | undefined
  /** Depends on the face, command, permission and tags of the call only, so the answer is kept. */
  covers(call: Call): boolean
  /** What is left to ask when it covers the call. */
  matches(asking: Asking): boolean
  /** The first part that does not match. */
  misses(asking: Asking): Missed | undefined
  /** Why it allows, when it does. */
  hits(asking: Asking): string
}

export function liveRule(rule: Rule, origin: RuleTried['origin'], whos: Whos): LiveRule {
  const who = whos.of(rule.who ?? [])
  const { tags } = rule.from
  return {
    name: rule.name,
    origin,
    rule,
    covers: call => reaches(rule, call.face) && covers(rule.what, call),
    matches: asking => hears(rule, asking.call.tag) && who.matches(asking) && insideHosts(rule.hosts, asking),
    misses(asking) {
      const { call } = asking
      if (!reaches(rule, call.face)) return { part: 'from', because: `from: ${elsewhere(rule, call)}` }
      if (!hears(rule, call.tag)) return { part: 'from', because: `from: ${wrongListener(tags, call)}` }
      if (grantsNothing(rule.what)) return { part: 'what', because: `what: ${nothing(rule)}` }
      if (!who.matches(asking)) return { part: 'who', because: `who: ${who.misses(asking)}` }
      if (!covers(rule.what, call)) return { part: 'what', because: `what: ${uncovered(rule, call)}` }
      if (insideHosts(rule.hosts, asking)) return undefined
      return { part: 'what', because: `what: ${missesHosts(rule.hosts, asking)}` }
    },
    hits(asking) {
      const adding = rule.what?.find(each => !each.negated && names(each, asking.call))
      const what = adding ? whatText(adding) : ''
      return `who: ${who.hit(asking)} matches ${callerName(asking.identity)}; what: ${what} grants ${callText(asking.call)}`
    },
  }
}

export function callText({ command, permission }: Call): string {
  return command ?? permission
}

function elsewhere({ from }: Rule, { face }: Call): string {
  const here = FACE_WORDS[face] ?? face
  if (from.modules.length > 0) return `it is about ${enumerate(from.modules, 'and')}, not about ${here} (${face})`
  return `a rule that names no face is about ejabberd's own modules only, not about ${here} (${face})`
}

function wrongListener(tags: readonly string[], { tag }: Call): string {
  const here = tag === undefined ? 'a listener without a tag' : `one with the tag ${tag}`
  return `it is about listeners with the tag ${enumerate(tags, 'or')}, and the call came through ${here}`
}

function nothing({ what }: Rule): string {
  if (what === undefined) return 'it is missing, so the rule grants nothing'
  if (what.length === 0) return 'it names no command, so it grants nothing'
  if (what.some(({ kind, negated }) => negated && kind === 'every')) return '"!*" takes everything away again'
  return 'only names to leave out, so it grants nothing'
}

function uncovered({ what = [] }: Rule, call: Call): string {
  const removing = what.find(each => each.negated && names(each, call))
  if (removing) return `${whatText(removing)} leaves ${callText(call)} out`
  const granted = what.filter(({ negated }) => !negated).map(whatText)
  return `it grants ${enumerate(granted, 'and')}, not ${callText(call)}`
}
