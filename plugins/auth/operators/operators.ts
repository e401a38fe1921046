import {
  type AccessLevel,
  bareJid,
  Decoys,
  type Hashing,
  hashPassword,
  type Identity,
  inSequence,
  type PasswordHash,
  passwordMatches,
  type Turns,
} from 'patchbay'
import type { Forget } from '../proof.js'
import type { KeptOperators, Operator } from './kept.js'
import { levelOf, reachOf } from './level.js'
import { isLabel, isName, operatorJid } from './name.js'

/** How a change went; `forbidden` is above the reach of who asked, `last` would leave no administrator. */
export type Outcome = 'done' | 'exists' | 'unknown' | 'malformed' | 'forbidden' | 'last' | 'wrong'

type Reach = AccessLevel | 0

export interface OperatorsOptions {
  readonly cost: number
  /** The first of the served hosts, that of their JIDs. */
  readonly host: string
  readonly turns: Turns
  readonly hashing: Hashing
  readonly forget: Forget
}

/** The operators. A change is stored before it is answered, and one is made after the other. */
export class Operators {
  readonly #kept: KeptOperators
  readonly #options: OperatorsOptions
  readonly #decoys = new Decoys()
  #byJid = new Map<string, string>()
  #revision = -1

  constructor(kept: KeptOperators, options: OperatorsOptions) {
    this.#kept = kept
    this.#options = options
  }

  get count(): number {
    return this.#kept.known.size
  }

  /** Names with their tags, by name. */
  get list(): { name: string; tags: string }[] {
    const all = [...this.#kept.known].map(([name, { tags }]) => ({ name, tags }))
    return all.sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  get(name: string): Operator | undefined {
    return this.#kept.known.get(name)
  }

  /** The name of the administrator with this bare JID. Others have none: it would open more than the faces that know them. */
  named(jid: string): string | undefined {
    const name = this.#withJid(jid)
    return name !== undefined && levelOf(this.get(name)!.tags) === 3 ? name : undefined
  }

  /** The name of the operator whom `text` means: a name, in which case counts, or else a JID. */
  find(text: string): string | undefined {
    if (this.#kept.known.has(text)) return text
    return text.includes('@') ? this.named(bareJid(text) ?? '') : undefined
  }

  /** Whether this is the JID of an operator, so that no account may have it. */
  reserved(jid: string): boolean {
    return this.named(bareJid(jid) ?? '') !== undefined
  }

  /** Of a bare JID: only administrators have one. */
  readonly levelOf = (jid: string): AccessLevel | undefined => (this.named(jid) === undefined ? undefined : 3)

  identity(name: string): Identity | undefined {
    const operator = this.get(name)
    if (!operator) return undefined
    const jid = operatorJid(name, this.#options.host)
    const level = levelOf(operator.tags)
    return {
      kind: 'operator',
      name,
      ...(jid !== undefined && this.named(jid) === name ? { jid } : {}),
      ...(level === undefined ? {} : { level }),
    }
  }

  /**
   * Whether `password` is right. Takes as long for an unknown name; false, too, when so many passwords of this address
   * wait that this one was not looked at. Throws `busy` when too many wait altogether.
   */
  async verify(name: string, password: string, address: string): Promise<boolean> {
    const operator = this.get(name)
    // EMQ lets users without a password in, as recorded; what they open must not be more than EMQ.
    const open = password === '' && levelOf(operator?.tags ?? '') !== undefined
    const stored = open ? undefined : operator?.password
    const against = stored ?? this.#decoys.for(name, this.#hashes(), this.#options.cost)
    const right = await this.#options.turns.take({ address, name }, () =>
      passwordMatches(this.#options.hashing, password, against),
    )
    // It may have been changed or removed meanwhile.
    return right === true && stored !== undefined && this.get(name)?.password === stored
  }

  add(name: string, password: string, tags: string, by: Identity | undefined): Promise<Outcome> {
    return this.#change(async () => {
      if (!isName(name) || !isLabel(tags) || (password === '' && levelOf(tags) !== undefined)) return 'malformed'
      if (this.get(name) || this.#isTaken(name)) return 'exists'
      if ((levelOf(tags) ?? 0) > this.#reach(by)) return 'forbidden'
      return this.#store(name, { password: await this.#hash(password), tags })
    })
  }

  retag(name: string, tags: string, by: Identity | undefined): Promise<Outcome> {
    return this.#change(async () => {
      const operator = this.get(name)
      if (!operator) return 'unknown'
      if (!isLabel(tags)) return 'malformed'
      if (Math.max(levelOf(operator.tags) ?? 0, levelOf(tags) ?? 0) > this.#reach(by)) return 'forbidden'
      if (this.#isLast(name) && levelOf(tags) !== 3) return 'last'
      return this.#store(name, { ...operator, tags })
    })
  }

  setPassword(name: string, password: string, by: Identity | undefined): Promise<Outcome> {
    return this.#change(async () => {
      const operator = this.get(name)
      if (!operator) return 'unknown'
      // As recorded it may be set; the last administrator must not lock everybody out with it.
      if (password === '' && this.#isLast(name)) return 'malformed'
      if ((levelOf(operator.tags) ?? 0) > this.#reach(by)) return 'forbidden'
      return this.#store(name, { ...operator, password: await this.#hash(password) })
    })
  }

  /** By who has just shown the one that is `stored`; `wrong` when it was changed meanwhile. */
  replacePassword(name: string, stored: PasswordHash, password: string): Promise<Outcome> {
    return this.#change(async () => {
      const operator = this.get(name)
      if (!operator) return 'unknown'
      if (operator.password !== stored) return 'wrong'
      // As recorded it may be set; the last administrator must not lock everybody out with it.
      if (password === '' && this.#isLast(name)) return 'malformed'
      return this.#store(name, { ...operator, password: await this.#hash(password) })
    })
  }

  remove(name: string, by: Identity | undefined): Promise<Outcome> {
    return this.#change(async () => {
      const operator = this.get(name)
      if (!operator) return 'unknown'
      if ((levelOf(operator.tags) ?? 0) > this.#reach(by)) return 'forbidden'
      if (this.#isLast(name)) return 'last'
      await this.#kept.namespace.delete(name)
      this.#kept.known.delete(name)
      return this.#changed(name)
    })
  }

  #withJid(jid: string): string | undefined {
    if (this.#revision !== this.#kept.revision) this.#index()
    return this.#byJid.get(jid)
  }

  /** As it is now: whoever waited for a turn may have been removed, or demoted, meanwhile. */
  #reach(by: Identity | undefined): Reach | -1 {
    if (by?.kind !== 'operator') return reachOf(by)
    const operator = this.get(by.name)
    return operator ? (Math.min(levelOf(operator.tags) ?? 0, reachOf(by)) as Reach) : -1
  }

  #change(act: () => Promise<Outcome>): Promise<Outcome> {
    return inSequence(this.#kept, act)
  }

  async #store(name: string, operator: Operator): Promise<Outcome> {
    await this.#kept.namespace.put(name, operator)
    this.#kept.known.set(name, operator)
    return this.#changed(name)
  }

  async #changed(name: string): Promise<Outcome> {
    this.#kept.revision++
    await this.#options.forget(`operator:${name}`)
    return 'done'
  }

  async #hash(password: string): Promise<PasswordHash> {
    const { turns, cost, hashing } = this.#options
    return (await turns.take({ address: undefined, name: '' }, () => hashPassword(hashing, password, cost)))!
  }

  *#hashes(): Generator<PasswordHash> {
    for (const { password } of this.#kept.known.values()) yield password
  }

  #isTaken(name: string): boolean {
    const jid = operatorJid(name, this.#options.host)
    return jid !== undefined && this.#withJid(jid) !== undefined
  }

  #isLast(name: string): boolean {
    const administrators = [...this.#kept.known].filter(([, { tags }]) => levelOf(tags) === 3)
    return administrators.length === 1 && administrators[0]![0] === name
  }

  #index(): void {
    this.#byJid = new Map()
    for (const name of this.#kept.known.keys()) {
      const jid = operatorJid(name, this.#options.host)
      if (jid !== undefined && !this.#byJid.has(jid)) this.#byJid.set(jid, name)
    }
    this.#revision = this.#kept.revision
  }
}
