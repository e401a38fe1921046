import { hash, randomBytes } from 'node:crypto'
import type { Identity, PluginContext } from 'patchbay'
import type { Proof } from './proof.js'

/** What was verified, as plain data: it is kept across reloads, so that a reload makes nobody wait for a slow hash. */
export interface Verified {
  readonly secret: string
  /** The one used longest ago comes first. */
  readonly entries: Map<string, Remembered>
  /** Keys by what proved them. */
  readonly ofOwner: Map<string, Set<string>>
  /** When an owner was forgotten, on the clock of `performance.now`: what was being checked then is not remembered. */
  readonly forgotten: Map<string, number>
  /** The domain of the operators' JIDs. */
  host: string
}

interface Remembered extends Proof {
  /** In the clock of `performance.now`. */
  unusedUntil: number
}

const REMEMBERED = 10_000
/** One owner may write the same credentials in many ways. */
const REMEMBERED_OF_ONE = 100

/** What was verified before stays so across a reload, as far as that cannot have changed what proves it. */
export async function keepVerified(ctx: PluginContext<unknown>): Promise<Verified> {
  const verified = await ctx.keep('verified', { open: nothingVerified, close: ({ entries }) => entries.clear() })
  const host = ctx.hosts[0]!
  ctx.onLive(() => {
    const all = verified.host !== host
    verified.host = host
    // The issuers of tokens may be others now. Tokens are cheap to verify, passwords are not.
    for (const owner of verified.ofOwner.keys()) if (all || owner.startsWith('token:')) forget(verified, owner)
  })
  return verified
}

function nothingVerified(): Verified {
  const secret = randomBytes(32).toString('base64')
  return { secret, entries: new Map(), ofOwner: new Map(), forgotten: new Map(), host: '' }
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
  /** On the connection itself: a WeakMap costs the collector of garbage as much as it saves. */
  readonly #known = Symbol('key of a connection')

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
    const kept = connection as { [known: symbol]: { face: string; authorization: string; key: string } | undefined }
    const known = kept[this.#known]
    if (known && known.authorization === authorization && known.face === face) return look(known.key)
    const key = keyOf(this.#verified, face, authorization)
    const found = look(key)
    if (found !== undefined) kept[this.#known] = { face, authorization, key }
    return found
  }
}

/**
 * The identity behind `key`, remembered for another `ms` milliseconds since it was asked for. `stillHolds` tells whether
 * an account is still what it was.
 */
export function recall(
  verified: Verified,
  key: string,
  ms: number,
  stillHolds: (proof: Proof) => boolean,
): Identity | undefined {
  const { entries } = verified
  const entry = entries.get(key)
  if (entry === undefined) return undefined
  const now = performance.now()
  const expired = entry.unusedUntil < now || (entry.until !== undefined && entry.until <= Date.now())
  if (expired || (entry.revision !== undefined && !stillHolds(entry))) {
    drop(verified, key, entry.owner)
    return undefined
  }
  entry.unusedUntil = now + ms
  // Worth it only once there may be too many.
  if (entries.size > REMEMBERED / 2) {
    entries.delete(key)
    entries.set(key, entry)
  }
  return entry.identity
}

/** `since` is when the proof was begun, on the clock of `performance.now`. The longest unused goes when there are too many. */
export function remember(verified: Verified, key: string, proof: Proof, ms: number, since: number): void {
  const { entries, ofOwner, forgotten } = verified
  const { owner, identity } = proof
  if (Math.max(forgotten.get(owner) ?? 0, forgotten.get(`jid:${identity.jid}`) ?? 0) >= since) return
  const keys = ofOwner.get(owner) ?? new Set()
  if (keys.size >= REMEMBERED_OF_ONE) drop(verified, keys.values().next().value!, owner)
  if (entries.size >= REMEMBERED) {
    const [oldest, entry] = entries.entries().next().value!
    drop(verified, oldest, entry.owner)
  }
  entries.set(key, { ...proof, unusedUntil: performance.now() + ms })
  ofOwner.set(owner, keys.add(key))
}

/** Whatever was proved by credentials of `owner` has to be proved again. */
export function forget(verified: Verified, owner: string): void {
  note(verified, owner)
  for (const key of verified.ofOwner.get(owner) ?? []) verified.entries.delete(key)
  verified.ofOwner.delete(owner)
}

/** Whoever goes by this JID has to prove it again: it may be an operator's now, or no longer. */
export function forgetJid(verified: Verified, jid: string): void {
  note(verified, `jid:${jid}`)
  for (const [key, { identity, owner }] of verified.entries) if (identity.jid === jid) drop(verified, key, owner)
}

function drop({ entries, ofOwner }: Verified, key: string, owner: string): void {
  entries.delete(key)
  const keys = ofOwner.get(owner)
  keys?.delete(key)
  if (keys?.size === 0) ofOwner.delete(owner)
}

function note({ forgotten }: Verified, what: string): void {
  forgotten.delete(what)
  if (forgotten.size >= REMEMBERED) forgotten.delete(forgotten.keys().next().value!)
  forgotten.set(what, performance.now())
}
