import { AddressSet } from 'patchbay'
import type { AclRule } from '../../../mqtt-admin/backend.js'
import type { Who } from '../../guard.js'
import { covers, type Levels, levelsOf, overlaps } from './filter.js'

export type Action = 'publish' | 'subscribe'

interface Compiled {
  readonly rule: AclRule
  /** Its place in the order. */
  readonly at: number
  readonly levels: Levels
  readonly placeholders: boolean
  readonly addresses: AddressSet | undefined
}

/** The rules, ready to be asked: a question looks at those that can match, not at all. */
export interface RuleBook {
  readonly all: readonly Compiled[]
  readonly ofUser: ReadonlyMap<string, readonly Compiled[]>
  readonly ofClient: ReadonlyMap<string, readonly Compiled[]>
  /** Those for everybody, by a first level without wildcard or placeholder. */
  readonly ofFirstLevel: ReadonlyMap<string, readonly Compiled[]>
  readonly others: readonly Compiled[]
}

const PLACEHOLDER = /%[uc]/
const PLACEHOLDERS = /%[uc]/g

export function compileRules(rules: readonly AclRule[]): RuleBook {
  const all = rules.map(compile)
  const ofUser = new Map<string, Compiled[]>()
  const ofClient = new Map<string, Compiled[]>()
  const ofFirstLevel = new Map<string, Compiled[]>()
  const others: Compiled[] = []
  for (const each of all) {
    const first = each.levels[0]!
    if (each.rule.user !== undefined) append(ofUser, each.rule.user, each)
    else if (each.rule.clientId !== undefined) append(ofClient, each.rule.clientId, each)
    else if (first === '+' || PLACEHOLDER.test(first)) others.push(each)
    else append(ofFirstLevel, first, each)
  }
  return { all, ofUser, ofClient, ofFirstLevel, others }
}

/** The first rule that speaks of this. A denial does so if it touches what is asked, a permission if it contains it. */
export function decidingRule(book: RuleBook, action: Action, who: Who, asked: string): AclRule | undefined {
  const levels = levelsOf(asked)
  const first = levels[0]!
  const lists =
    first === '+'
      ? [book.all]
      : [
          who.username === undefined ? undefined : book.ofUser.get(who.username),
          book.ofClient.get(who.clientId),
          book.ofFirstLevel.get(first),
          book.others,
        ]
  let found: Compiled | undefined
  for (const list of lists) {
    for (const each of list ?? []) {
      if (found && each.at > found.at) break
      if (!speaks(each, action, who, levels)) continue
      found = each
      break
    }
  }
  return found?.rule
}

function compile(rule: AclRule, at: number): Compiled {
  return {
    rule,
    at,
    levels: levelsOf(rule.topic),
    placeholders: PLACEHOLDER.test(rule.topic),
    addresses: rule.address === undefined ? undefined : new AddressSet([rule.address]),
  }
}

function speaks({ rule, levels, placeholders, addresses }: Compiled, action: Action, who: Who, asked: Levels): boolean {
  if (rule.action !== 'all' && rule.action !== action) return false
  // Whoever only claims a name is denied what that name is, and permitted nothing.
  const username = rule.permit && !who.authenticated ? undefined : who.username
  if (rule.user !== undefined && rule.user !== username) return false
  if (rule.clientId !== undefined && rule.clientId !== who.clientId) return false
  if (addresses && !addresses.has(who.address)) return false
  const own = placeholders ? filledIn(levels, username, who.clientId) : levels
  return own !== undefined && (rule.permit ? covers(own, asked) : overlaps(own, asked))
}

/** With the names in their places; undefined where a name would be more than a part of one level. */
function filledIn(levels: Levels, username: string | undefined, clientId: string): Levels | undefined {
  const filled: string[] = []
  for (const [at, level] of levels.entries()) {
    let fits = true
    const text = level.replace(PLACEHOLDERS, placeholder => {
      const name = placeholder === '%u' ? username : clientId
      fits &&= name !== undefined && name !== '' && !/[+#/\0]/.test(name)
      return name ?? ''
    })
    // A name must not make an ordinary topic one of the broker's own.
    if (!fits || (at === 0 && text.startsWith('$') && !level.startsWith('$'))) return undefined
    filled.push(text)
  }
  return filled
}

function append(lists: Map<string, Compiled[]>, key: string, each: Compiled): void {
  const list = lists.get(key)
  if (list) list.push(each)
  else lists.set(key, [each])
}
