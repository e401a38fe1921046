import { hash, randomBytes } from 'node:crypto'
import {
  Decoys,
  type Defence,
  type Hashing,
  hashPassword,
  KernelError,
  keepDefence,
  keepHashing,
  type PasswordHash,
  type PluginContext,
  passwordMatches,
  Turns,
} from 'patchbay'
import type { StoredUser } from './kept.js'

/** `busy`: nobody looked at it, since too many are waiting. `refused`: too many from there were wrong. */
export type Verdict = 'right' | 'wrong' | 'busy' | 'refused'

interface Shown {
  name: string
  password: string
  /** Undefined for a caller who may ask as often as he likes. */
  address: string | undefined
}

/**
 * Passwords that were right, as keyed digests, each with the salt of what it was compared with: a password that was
 * changed since has another one, so there is nothing to forget.
 */
interface Verified {
  readonly secret: string
  readonly salts: Map<string, string>
}

const LONGEST_BYTES = 1024
/** A fleet of that size comes back after a lost network without waiting for slow hashes. */
const REMEMBERED = 50_000
/** Devices of one address that come back after a restart: they wait some seconds, where a refusal is the end for many. */
const MOST_WAITING = 8192
/** Of one name from one address within a minute; then nobody looks at what it shows for as long. */
const DEFENCE = { login_failures: 20, login_refusal_seconds: 60 }

export function isPassword(text: string): boolean {
  return text !== '' && Buffer.byteLength(text) <= LONGEST_BYTES && !/\p{Cs}/u.test(text)
}

export async function keepPasswords(ctx: PluginContext<unknown>, cost: number): Promise<Passwords> {
  const verified = await ctx.keep<Verified>('mqtt verified', {
    open: () => ({ secret: randomBytes(32).toString('base64'), salts: new Map() }),
    close: ({ salts }) => salts.clear(),
  })
  return new Passwords(await keepHashing(ctx), verified, await keepDefence(ctx, DEFENCE), cost)
}

/** Checks passwords, a few at a time: those that were right before cost nothing, and nobody's guesses hold up others. */
export class Passwords {
  readonly #hashing: Hashing
  readonly #verified: Verified
  readonly #defence: Defence
  readonly #cost: number
  readonly #turns = new Turns(MOST_WAITING)
  readonly #decoys = new Decoys()
  /** By digest and address. */
  readonly #underWay = new Map<string, Promise<Verdict>>()

  constructor(hashing: Hashing, verified: Verified, defence: Defence, cost: number) {
    this.#hashing = hashing
    this.#verified = verified
    this.#defence = defence
    this.#cost = cost
  }

  /** Throws `busy`. */
  async hash(password: string): Promise<PasswordHash> {
    const work = () => hashPassword(this.#hashing, password, this.#cost)
    return (await this.#turns.take({ address: undefined, name: '' }, work))!
  }

  /** `find` looks the user up, before and after. An unknown one takes as long as a known one. */
  check(shown: Shown, find: () => StoredUser | undefined): Verdict | Promise<Verdict> {
    const { name, password, address } = shown
    const user = find()
    const digest = this.#digest(name, password)
    const salt = user?.password?.salt
    if (salt !== undefined && !user!.disabled && this.#verified.salts.get(digest) === salt) {
      this.#remember(digest, salt)
      return 'right'
    }
    if (address !== undefined && this.#defence.refuses(name, address)) return 'refused'
    const shared = `${digest} ${address ?? ''}`
    const underWay = this.#underWay.get(shared)
    // Those who show the same wait for one derivation together.
    if (underWay) return underWay
    const verdict = this.#verify(shown, digest, find).finally(() => this.#underWay.delete(shared))
    this.#underWay.set(shared, verdict)
    return verdict
  }

  async #verify(shown: Shown, digest: string, find: () => StoredUser | undefined): Promise<Verdict> {
    const { name, password, address } = shown
    const stored = isPassword(password) ? find()?.password : undefined
    const against = stored ?? this.#decoys.for(name, [], this.#cost)
    const matches = await this.#derive(address, name, () => passwordMatches(this.#hashing, password, against))
    if (matches === 'busy') return 'busy'
    // It may have been changed, disabled or removed meanwhile.
    const user = find()
    if (matches && stored !== undefined && user?.password?.salt === stored.salt && !user.disabled) {
      this.#remember(digest, stored.salt)
      if (address !== undefined) this.#defence.succeeded(name, address)
      return 'right'
    }
    if (address !== undefined) await this.#defence.failed(name, address)
    return 'wrong'
  }

  async #derive(address: string | undefined, name: string, work: () => Promise<boolean>): Promise<boolean | 'busy'> {
    try {
      return (await this.#turns.take({ address, name }, work)) ?? 'busy'
    } catch (thrown) {
      if (thrown instanceof KernelError && thrown.code === 'busy') return 'busy'
      throw thrown
    }
  }

  /** The longest unused goes when there are too many. */
  #remember(digest: string, salt: string): void {
    const { salts } = this.#verified
    salts.delete(digest)
    if (salts.size >= REMEMBERED) salts.delete(salts.keys().next().value!)
    salts.set(digest, salt)
  }

  /** Keyed, so that neither memory nor a core dump holds a password. SHA-512/256 cannot be length-extended. */
  #digest(name: string, password: string): string {
    return hash('sha512-256', `${this.#verified.secret} ${JSON.stringify([name, password])}`, 'base64')
  }
}
