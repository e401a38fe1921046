import { type Asking, type Matcher, once } from './asking.js'
import type { Access, Blocks, Item, OauthEntry, Step, Who } from './blocks.js'
import type { Items } from './match-items.js'
import { accessText, enumerate, stepText, whoText } from './words.js'

/** The whole of `who`. */
export interface WhoMatcher extends Matcher {
  /** The entry that matches, as it is written. */
  hit(asking: Asking): string | undefined
}

/** Access rules and the entries of `who` as tests. */
export class Whos {
  readonly #rules = new Map<string, Matcher>()
  readonly #blocks: Blocks
  readonly #items: Items

  constructor(blocks: Blocks, items: Items) {
    this.#blocks = blocks
    this.#items = items
  }

  /** One of the entries that are made for the kind of caller. */
  of(who: readonly Who[]): WhoMatcher {
    const forTokens = who.filter(entry => entry.key === 'oauth').map(entry => this.#oauth(entry))
    const forOthers = who.filter(entry => entry.key !== 'oauth').map(entry => this.entry(entry))
    const items = who.filter(entry => entry.key !== 'oauth' && entry.key !== 'access')
    const byItem = this.#items.any(items)
    const byAccess = who.filter(entry => entry.key === 'access').map(entry => this.entry(entry))
    const entriesFor = ({ token }: Asking) => (token ? forTokens : forOthers)
    return {
      text: enumerate(who.map(whoText), 'or'),
      matches(asking) {
        if (!asking.token && byItem(asking)) return true
        for (const entry of asking.token ? forTokens : byAccess) if (entry.matches(asking)) return true
        return false
      },
      hit: asking => entriesFor(asking).find(entry => entry.matches(asking))?.text,
      misses(asking) {
        const entries = entriesFor(asking)
        if (entries.length > 0) return entries.map(entry => entry.misses(asking)).join('; ')
        if (asking.token) return '"oauth" entries are the only ones that match a token, and this rule has none'
        if (who.length === 0) return 'it is empty, so it is nobody'
        return '"oauth" entries match tokens only, and the caller came without one'
      },
    }
  }

  entry(entry: Exclude<Who, OauthEntry>): Matcher {
    return entry.key === 'access' ? this.access(entry.access) : this.#items.of(entry)
  }

  access(access: Access): Matcher {
    if (!('name' in access)) return this.#steps(access.steps, accessText(access))
    const { name } = access
    const rule = this.#rules.get(name) ?? this.#named(name)
    this.#rules.set(name, rule)
    return rule
  }

  #named(name: string): Matcher {
    if (name === 'all' || name === 'none') return this.#items.of({ key: name, value: '' })
    const steps = this.#blocks.access_rules.get(name)
    if (steps) return this.#steps(steps, `access: ${name}`)
    const misses = () => `access rule "${name}" is not defined, so it allows nobody`
    return { text: `access: ${name}`, matches: () => false, misses }
  }

  #steps(steps: readonly Step[], text: string): Matcher {
    const lines = steps.map(step => {
      const items = step.items.map(item => this.#items.of(item))
      return { step, items, applies: step.needs === 'any' ? this.#items.any(step.items) : all(items) }
    })
    const deciding = (asking: Asking) => {
      for (const line of lines) if (line.applies(asking)) return line.step
      return undefined
    }
    return {
      text,
      matches: once(asking => deciding(asking)?.decision === 'allow'),
      misses(asking) {
        const denying = deciding(asking)
        if (denying) return `the line "${stepText(denying)}" denies it before any other line allows it`
        const allowing = lines.filter(({ step }) => step.decision === 'allow')
        return allowing.map(({ step, items }) => missingOf(step, items, asking)).join('; ') || 'no line allows anybody'
      },
    }
  }

  #oauth({ scopes, entries }: OauthEntry): Matcher {
    const matchers = entries.map(entry => this.entry(entry))
    const scoped = ({ identity }: Asking) => scopes.some(scope => identity?.scopes?.includes(scope))
    return {
      text: whoText({ key: 'oauth', scopes, entries }),
      matches: asking => scoped(asking) && matchers.some(entry => entry.matches(asking)),
      misses(asking) {
        const held = enumerate(asking.identity?.scopes ?? [], 'and')
        if (!scoped(asking)) {
          return `"oauth" asks for the scope ${enumerate(scopes, 'or')}, and the token has ${held === 'nobody' ? 'none' : held}`
        }
        if (matchers.length === 0) return '"oauth" names a scope but no users, so it is nobody'
        return `the scope fits, but ${matchers.map(entry => entry.misses(asking)).join('; ')}`
      },
    }
  }
}

function all(items: readonly Matcher[]): (asking: Asking) => boolean {
  return asking => {
    for (const item of items) if (!item.matches(asking)) return false
    return items.length > 0
  }
}

/** Several in one line have to match together, which is what people overlook. */
function missingOf(step: Step, items: readonly Matcher[], asking: Asking): string {
  const missing = items.filter(item => !item.matches(asking)).map(item => item.misses(asking))
  if (items.length === 1) return missing.join('')
  return `"${stepText(step)}" asks for all ${items.length} together, and ${missing.join('; ')}`
}

/** The user that a bare JID names. */
export function userItem(jid: string): Item {
  const at = jid.indexOf('@')
  return { key: 'user', value: jid.slice(0, at), host: jid.slice(at + 1) }
}
