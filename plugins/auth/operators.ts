import type { Namespace } from 'patchbay'
import { decoyLike, hashPassword, type PasswordHash, passwordMatches } from './password.js'

/** An administrator of Patchbay; tags as in EMQ's user table. */
export interface Operator {
  password: PasswordHash
  tags: string
}

/** The operators, held in memory because every call asks for them, and stored before a change is answered. */
export class Operators {
  readonly #namespace: Namespace<Operator>
  readonly #cost: number
  readonly #known = new Map<string, Operator>()
  /** Verified against when the name is unknown, so that an unknown name takes as long as a wrong password. */
  #decoy: PasswordHash | undefined

  constructor(namespace: Namespace<Operator>, cost: number) {
    this.#namespace = namespace
    this.#cost = cost
  }

  async read(): Promise<void> {
    for await (const [name, operator] of this.#namespace.entries()) this.#known.set(name, operator)
  }

  get count(): number {
    return this.#known.size
  }

  has(name: string): boolean {
    return this.#known.has(name)
  }

  async add(name: string, password: string, tags: string): Promise<void> {
    const operator = { password: await hashPassword(password, this.#cost), tags }
    await this.#namespace.put(name, operator)
    this.#known.set(name, operator)
  }

  async verify(name: string, password: string): Promise<boolean> {
    const operator = this.#known.get(name)
    if (operator) return passwordMatches(password, operator.password)
    const [anybody] = this.#known.values()
    if (!anybody) return false
    this.#decoy ??= decoyLike(anybody.password)
    return passwordMatches(password, this.#decoy)
  }
}
