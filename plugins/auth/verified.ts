import { hash, randomBytes } from 'node:crypto'
import type { Identity, PluginContext } from 'patchbay'
import type { Proof } from './proof.js'

/** What was verified, as plain data: it is kept across reloads, so that a reload makes nobody wait for a slow hash. */
export interface Verified {
  readonly secret: string
  readonly entries: Map<string, Remembered>
  /** How often something was forgotten: what was proved before that is not remembered after it. */
  forgotten: number
}

interface Remembered extends Proof {
  /** In the clock of `performance.now`. */
  unusedUntil: number
}

const REMEMBERED = 10_000

/** What was verified before stays so across a reload. */
export function keepVerified(ctx: PluginContext<unknown>): Promise<Verified> {
  return ctx.keep('verified', { open: nothingVerified, close: ({ entries }) => entries.clear() })
}

function nothingVerified(): Verified {
  return { secret: randomBytes(32).toString('base64'), entries: new Map(), forgotten: 0 }
}

/** A keyed digest, so that neither memory nor a core dump holds the header. SHA-512/256 cannot be length-extended. */
export function keyOf({ secret }: Verified, ...parts: string[]): string {
  return hash('sha512-256', `${secret} ${parts.join(' ')}`, 'base64')
}

/**
 * The key of what a connection shows, computed once for all of its requests: the digest costs more than all the rest of
 * a look-up. Only of headers that were right, and no longer than the connection that sends them is open.
 */
export class ConnectionKeys {
  readonly #verified: Verified
  readonly #known = new WeakMap<object, { face: string; authorization: string; key: string }>()

  constructor(verified: Verified) {
    this.#verified = verified
  }

  /** What `look` finds under the key. */
  look<T>(
    connection: object,
    face: string,
    authorization: string,
    look: (key: string) => T | undefined,
  ): T | undefined {
    const known = this.#known.get(connection)
    if (known && known.authorization === authorization && known.face === face) return look(known.key)
    const key = keyOf(this.#verified, face, authorization)
    const found = look(key)
    if (found !== undefined) this.#known.set(connection, { face, authorization, key })
    return found
  }
}

/**
 * The identity behind `key`, remembered for another `ms` milliseconds since it was asked for. `stillHolds` tells whether
 * an account is still what it was.
 */
export function recall(
  { entries }: Verified,
  key: string,
  ms: number,
  stillHolds: (proof: Proof) => boolean,
): Identity | undefined {
  const entry = entries.get(key)
  if (entry === undefined) return undefined
  const now = performance.now()
  const expired = entry.unusedUntil < now || (entry.until !== undefined && entry.until <= Date.now())
  if (expired || (entry.revision !== undefined && !stillHolds(entry))) {
    entries.delete(key)
    return undefined
  }
  entry.unusedUntil = now + ms
  return entry.identity
}

/** The longest known goes when there are too many. */
export function remember({ entries }: Verified, key: string, proof: Proof, ms: number): void {
  if (entries.size >= REMEMBERED) entries.delete(entries.keys().next().value!)
  entries.set(key, { ...proof, unusedUntil: performance.now() + ms })
}

/** Whatever was proved by credentials of `owner` has to be proved again. */
export function forget(verified: Verified, owner: string): void {
  verified.forgotten++
  for (const [key, entry] of verified.entries) if (entry.owner === owner) verified.entries.delete(key)
}
