import { randomBytes } from 'node:crypto'
import { inSequence, KernelError } from 'patchbay'
import type { AclRule, AclRules } from '../../../mqtt-admin/backend.js'
import type { Who } from '../../guard.js'
import { checkedRule } from './check.js'
import { type Action, compileRules, decidingRule, type RuleBook } from './compile.js'
import { Decisions } from './decisions.js'
import { innerFilter } from './filter.js'
import type { KeptRules } from './kept.js'
import { keyAt, spread } from './place.js'

const MOST_RULES = 10_000
/** Topics that are the broker's own voice: no rule lets a client speak there. */
const OWN_TOPICS = '$SYS/'

export interface RulesOptions {
  acl_nomatch: 'allow' | 'deny'
  acl_cache: boolean
}

/** The ACL: the first rule that speaks of what is asked decides. A change is stored before it is answered. */
export class Rules implements AclRules {
  readonly #kept: KeptRules
  readonly #options: RulesOptions
  readonly #decisions = new Decisions()
  #book: RuleBook = compileRules([])
  #revision = -1

  constructor(kept: KeptRules, options: RulesOptions) {
    this.#kept = kept
    this.#options = options
  }

  list(): AclRule[] {
    return this.#kept.placed.map(({ rule }) => rule)
  }

  add(given: Omit<AclRule, 'id'>, before?: string): Promise<AclRule> {
    return inSequence(this.#kept, async () => {
      const { placed, namespace } = this.#kept
      if (placed.length >= MOST_RULES) throw tooMany()
      const at = before === undefined ? placed.length : this.#placeOf(before)
      const rule = { id: this.#newId(), ...checkedRule(given) }
      let key = keyAt(placed, at)
      let others = placed
      if (key === undefined) {
        others = spread(placed)
        key = keyAt(others, at)!
        // The keys of old and new places may be the same.
        const kept = new Set([...others.map(other => other.key), key])
        await namespace.batch([
          ...placed.filter(old => !kept.has(old.key)).map(old => ({ delete: old.key })),
          ...others.map(other => ({ put: other.key, value: other.rule })),
          { put: key, value: rule },
        ])
      } else await namespace.put(key, rule)
      this.#change([...others.slice(0, at), { key, rule }, ...others.slice(at)])
      return rule
    })
  }

  delete(id: string): Promise<boolean> {
    return inSequence(this.#kept, async () => {
      const found = this.#kept.placed.find(({ rule }) => rule.id === id)
      if (!found) return false
      await this.#kept.namespace.delete(found.key)
      this.#change(this.#kept.placed.filter(each => each !== found))
      return true
    })
  }

  decide(asked: Parameters<AclRules['decide']>[0]): { permit: boolean; rule: AclRule | undefined } {
    const { action, topic, user: username, clientId, address = '' } = asked
    return this.#decide(action, { username, authenticated: username !== undefined, clientId, address }, topic)
  }

  mayPublish(who: Who, topic: string): boolean {
    if (!this.#options.acl_cache) return this.#decide('publish', who, topic).permit
    if (this.#revision !== this.#kept.revision) this.#compile()
    const remembered = this.#decisions.get(who, topic)
    if (remembered !== undefined) return remembered
    const { permit } = this.#decide('publish', who, topic)
    this.#decisions.add(who, topic, permit)
    return permit
  }

  maySubscribe(who: Who, filter: string): boolean {
    return this.#decide('subscribe', who, filter).permit
  }

  /** Of publishing: to one topic, or all. */
  forgetDecisions(clientId: string, topic?: string): void {
    this.#decisions.forget(clientId, topic)
  }

  #decide(action: Action, who: Who, topic: string): { permit: boolean; rule: AclRule | undefined } {
    const asked = action === 'subscribe' ? innerFilter(topic) : topic
    if (asked === undefined || (action === 'publish' && asked.startsWith(OWN_TOPICS))) {
      return { permit: false, rule: undefined }
    }
    if (this.#revision !== this.#kept.revision) this.#compile()
    const rule = decidingRule(this.#book, action, who, asked)
    return { permit: rule ? rule.permit : this.#options.acl_nomatch === 'allow', rule }
  }

  #compile(): void {
    this.#book = compileRules(this.list())
    this.#decisions.clear()
    this.#revision = this.#kept.revision
  }

  #change(placed: KeptRules['placed']): void {
    this.#kept.placed = placed
    this.#kept.revision++
  }

  #placeOf(id: string): number {
    const at = this.#kept.placed.findIndex(({ rule }) => rule.id === id)
    if (at >= 0) return at
    throw new KernelError('not_found', `there is no ACL rule "${id}" to put the new one before; nothing was added`, {
      hint: 'leave "before" out to add it at the end, or take an id of the list',
    })
  }

  #newId(): string {
    for (;;) {
      const id = randomBytes(4).toString('hex')
      if (!this.#kept.placed.some(({ rule }) => rule.id === id)) return id
    }
  }
}

function tooMany(): KernelError {
  return new KernelError('conflict', `there are ${MOST_RULES} ACL rules already, which is the most there may be`, {
    hint: 'say the same with fewer rules: %u and %c stand for the name and id of each client',
  })
}
