import { randomBytes, randomInt } from 'node:crypto'
import { inSequence } from 'patchbay'
import type { Forget, Proof, Verifier } from '../proof.js'
import { isAllowedExpiry } from './expiry.js'
import { type ApiKey, digestOf, type KeptKeys, type KeySecrets } from './kept.js'
import { seal, unseal } from './sealed.js'

/** What a key may be for: VerneMQ's since 1.13, and the two of 2.x. */
export const SCOPES: readonly string[] = ['status', 'mgmt', 'metrics', 'health', 'api2', 'httppub']

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const MADE_LENGTH = 32
const LONGEST = 256
/** `api-key show` deciphers them all. */
const MOST = 1000

/** As `vmq_auth_apikey` answers. */
export type KeyOutcome =
  | 'ok'
  | 'key_already_exists'
  | 'invalid_scope'
  | 'invalid_expiry_date'
  | 'invalid_key_length'
  | 'key_not_found'
  | 'key_ambiguous'
  | 'too_many_keys'

export interface KeyOptions {
  readonly min_apikey_length: number
  readonly max_apikey_expiry_days?: number | undefined
  readonly mask_apikeys: boolean
}

export interface KeyRow {
  /** As it is listed: masked where the options say so. */
  readonly key: string
  readonly scope: string
  readonly expires: number | undefined
}

/** The API keys of the VerneMQ face; each has one or several scopes with an end of their own. */
export class ApiKeys {
  readonly #kept: KeptKeys
  readonly #secrets: KeySecrets
  readonly #options: KeyOptions
  readonly #forget: Forget

  constructor(kept: KeptKeys, secrets: KeySecrets, options: KeyOptions, forget: Forget) {
    this.#kept = kept
    this.#secrets = secrets
    this.#options = options
    this.#forget = forget
  }

  /** A key that nobody else has. */
  make(): string {
    const length = Math.max(MADE_LENGTH, this.#options.min_apikey_length)
    return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  }

  add(key: string, scope: string, expires: number | undefined | 'malformed'): Promise<KeyOutcome> {
    return inSequence(this.#kept, async () => {
      const now = Date.now()
      const bytes = Buffer.byteLength(key)
      const id = this.#idOf(key)
      const known = id === undefined ? undefined : this.#kept.byId.get(id)
      if (known && Object.hasOwn(known.scopes, scope)) return 'key_already_exists'
      if (bytes < this.#options.min_apikey_length || bytes > LONGEST || /[\p{Cc}\p{Cs}]/u.test(key)) {
        return 'invalid_key_length'
      }
      if (expires === 'malformed' || !isAllowedExpiry(expires, this.#options.max_apikey_expiry_days, now)) {
        return 'invalid_expiry_date'
      }
      if (!SCOPES.includes(scope)) return 'invalid_scope'
      if (!known && this.#kept.byId.size >= MOST) return 'too_many_keys'
      const own = id ?? randomBytes(8).toString('hex')
      const sealed = known?.sealed ?? seal(this.#secrets.sealing, own, key)
      await this.#store(own, { sealed, scopes: { ...known?.scopes, [scope]: expires ?? null } })
      this.#kept.byDigest.set(digestOf(this.#secrets, key), own)
      return 'ok'
    })
  }

  /** Takes effect before it is answered. `text` is the key, or its masked form where keys are listed so. */
  delete(text: string, scope: string): Promise<KeyOutcome> {
    return inSequence(this.#kept, async () => {
      if (!SCOPES.includes(scope)) return 'invalid_scope'
      const exact = this.#idOf(text)
      const ids = exact === undefined ? this.#maskedAs(text, scope) : [exact]
      if (ids.length > 1) return 'key_ambiguous'
      const [id] = ids
      const known = id === undefined ? undefined : this.#kept.byId.get(id)
      if (id === undefined || !known || !Object.hasOwn(known.scopes, scope)) return 'key_not_found'
      const { [scope]: _, ...scopes } = known.scopes
      if (Object.keys(scopes).length > 0) await this.#store(id, { ...known, scopes })
      else await this.#remove(id)
      return 'ok'
    })
  }

  /** Sorted as they are shown. */
  list(scope?: string): KeyRow[] {
    const rows = [...this.#kept.byId].flatMap(([id, { sealed, scopes }]) => {
      const key = this.#reveal(id, sealed)
      const shown = this.#options.mask_apikeys ? masked(key) : key
      return Object.entries(scopes).map(([name, expires]) => ({
        key: shown,
        scope: name,
        expires: expires ?? undefined,
      }))
    })
    const wanted = scope === undefined ? rows : rows.filter(row => row.scope === scope)
    return wanted.sort((one, other) => (`${one.key} ${one.scope}` < `${other.key} ${other.scope}` ? -1 : 1))
  }

  /** Who has the key, with the scopes that have not ended. */
  readonly verify: Verifier<'key'> = ({ key }): Proof | undefined => {
    const id = this.#idOf(key)
    const known = id === undefined ? undefined : this.#kept.byId.get(id)
    if (id === undefined || !known) return undefined
    const now = Date.now()
    const open = Object.entries(known.scopes).filter(([, expires]) => expires === null || expires > now)
    if (open.length === 0) return undefined
    const ends = open.flatMap(([, expires]) => (expires === null ? [] : [expires]))
    return {
      identity: { kind: 'key', name: masked(key), scopes: open.map(([scope]) => scope) },
      owner: `key:${id}`,
      until: ends.length > 0 ? Math.min(...ends) : undefined,
    }
  }

  #idOf(key: string): string | undefined {
    return this.#kept.byDigest.get(digestOf(this.#secrets, key))
  }

  #maskedAs(text: string, scope: string): string[] {
    if (!this.#options.mask_apikeys) return []
    const having = [...this.#kept.byId].filter(([, { scopes }]) => Object.hasOwn(scopes, scope))
    return having.filter(([id, { sealed }]) => masked(this.#reveal(id, sealed)) === text).map(([id]) => id)
  }

  #reveal(id: string, sealed: string): string {
    return unseal(this.#secrets.sealing, id, sealed)
  }

  async #store(id: string, key: ApiKey): Promise<void> {
    await this.#kept.namespace.put(id, key)
    this.#kept.byId.set(id, key)
    await this.#forget(`key:${id}`)
  }

  async #remove(id: string): Promise<void> {
    await this.#kept.namespace.delete(id)
    this.#kept.byId.delete(id)
    for (const [digest, of] of this.#kept.byDigest) if (of === id) this.#kept.byDigest.delete(digest)
    await this.#forget(`key:${id}`)
  }
}

/** The first four characters, fewer of a short key: what is shown must not help to guess the rest. */
export function masked(key: string): string {
  return `${key.slice(0, Math.min(4, Math.floor(key.length / 4)))}…`
}
