import { hash, randomBytes } from 'node:crypto'
import type { Identity } from 'patchbay'
import type { Proof } from './proof.js'

/** As plain data: it is kept across reloads, so that a reload does not make every caller wait for a slow hash. */
export interface Verified {
  readonly secret: string
  readonly entries: Map<string, { identity: Identity; owner: string; ends: number; until: number }>
}

const REMEMBERED = 10_000

export function nothingVerified(): Verified {
  return { secret: randomBytes(32).toString('base64'), entries: new Map() }
}

/** A keyed digest, so that neither memory nor a core dump holds the header. SHA-512/256 cannot be length-extended. */
export function keyOf({ secret }: Verified, ...parts: string[]): string {
  return hash('sha512-256', `${secret} ${parts.join(' ')}`, 'base64')
}

/** The identity behind `key`, remembered for another `ms` milliseconds since it was asked for. */
export function recall({ entries }: Verified, key: string, ms: number): Identity | undefined {
  const entry = entries.get(key)
  if (entry === undefined) return undefined
  const now = performance.now()
  if (entry.until < now || entry.ends <= Date.now()) {
    entries.delete(key)
    return undefined
  }
  entry.until = now + ms
  return entry.identity
}

/** The longest known goes when there are too many. */
export function remember({ entries }: Verified, key: string, proof: Proof, ms: number): void {
  if (entries.size >= REMEMBERED) entries.delete(entries.keys().next().value!)
  const { identity, owner, until: ends = Number.POSITIVE_INFINITY } = proof
  entries.set(key, { identity, owner, ends, until: performance.now() + ms })
}

export function forget({ entries }: Verified, owner: string): void {
  for (const [key, entry] of entries) if (entry.owner === owner) entries.delete(key)
}
