import { KernelError, type Namespace } from 'patchbay'
import type { Forget } from '../proof.js'
import { seal, unseal } from './seal.js'
import { digestOf } from './token.js'

/** Stands for the revision of a JID without an account. */
export const NO_ACCOUNT = 'none'

export interface Token {
  /** Bare and prepared. */
  readonly jid: string
  readonly scopes: readonly string[]
  /** Epoch seconds. */
  readonly issued: number
  readonly expires: number
  /** Of a registered client. */
  readonly client?: string | undefined
  /** Of the account that it was issued for, or `NO_ACCOUNT`: it ends when that changes. */
  readonly revision?: string | undefined
  /** Of an operator's: his name, which must still have the JID. */
  readonly operator?: string | undefined
}

/** As it lies in the store, under its digest: the token itself can be read only with the key of the data folder. */
export interface StoredToken extends Token {
  readonly sealed: string
}

/** What is asked for on every call, as plain data: it is kept across reloads. */
export interface TokenState {
  readonly tokens: Map<string, Token>
  /** Digests by JID. */
  readonly ofJid: Map<string, Set<string>>
  /** When all tokens of a JID were ended, on the clock of `performance.now`. */
  readonly endings: Map<string, number>
}

export interface TokenLimits {
  readonly total: number
  readonly perJid: number
}

/** Looked at in one step of the sweep. */
const STEP = 5000
const PAGE = 500
/** No login takes longer. */
const REMEMBERED_MS = 600_000

export async function readTokens(namespace: Namespace<StoredToken>): Promise<TokenState> {
  const state: TokenState = { tokens: new Map(), ofJid: new Map(), endings: new Map() }
  for await (const [digest, { sealed: _, ...token }] of namespace.entries()) include(state, digest, token)
  return state
}

/** The tokens that are valid: found in memory by their digest, stored before they are answered. */
export class TokenStore {
  readonly #state: TokenState
  readonly #namespace: Namespace<StoredToken>
  readonly #key: Buffer
  readonly #limits: TokenLimits
  readonly #forget: Forget
  #cursor: Iterator<[string, Token]> | undefined

  constructor(
    state: TokenState,
    namespace: Namespace<StoredToken>,
    { key, limits, forget }: { key: Buffer; limits: TokenLimits; forget: Forget },
  ) {
    this.#state = state
    this.#namespace = namespace
    this.#key = key
    this.#limits = limits
    this.#forget = forget
  }

  find(digest: string): Token | undefined {
    const token = this.#state.tokens.get(digest)
    return token && token.expires > now() ? token : undefined
  }

  /**
   * Resolves once it is stored; to false when all tokens of the JID were ended after `since`, so that a login that was
   * under way does not outlive the password it was made with. Throws `busy` when there are too many tokens.
   */
  async add(token: string, record: Token, since = performance.now()): Promise<boolean> {
    const { tokens, endings } = this.#state
    if ((endings.get(record.jid) ?? -1) >= since) return false
    const digest = digestOf(token)
    const outlived = this.#outlived(record.jid)
    if (tokens.size - outlived.length >= this.#limits.total) {
      throw new KernelError('busy', `there are ${tokens.size} valid tokens, and no more are issued`, {
        hint: 'revoke some, issue shorter ones, or raise oauth_max_tokens',
      })
    }
    for (const each of outlived) this.#end(each)
    include(this.#state, digest, record)
    try {
      const sealed = seal(this.#key, digest, token)
      const deletes = outlived.map(each => ({ delete: each }))
      await this.#namespace.batch([{ put: digest, value: { ...record, sealed } }, ...deletes])
    } catch (thrown) {
      this.#end(digest)
      throw thrown
    }
    if (tokens.has(digest)) return true
    // It was revoked while it was being written, and writes may overtake each other.
    await this.#namespace.delete(digest)
    return false
  }

  /** Holds from this turn on; resolves once it is stored. */
  async revoke(digest: string): Promise<void> {
    this.#end(digest)
    await this.#namespace.delete(digest)
  }

  async revokeAllOf(jid: string): Promise<void> {
    this.#state.endings.set(jid, performance.now())
    const digests = [...(this.#state.ofJid.get(jid) ?? [])]
    for (const digest of digests) this.#end(digest)
    await this.#namespace.batch(digests.map(digest => ({ delete: digest })))
  }

  /** Removes some of those that have expired: a bounded step, so that it can be taken often. */
  async sweep(): Promise<void> {
    const { tokens, endings } = this.#state
    for (const [jid, at] of endings) if (at < performance.now() - REMEMBERED_MS) endings.delete(jid)
    const cursor = this.#cursor ?? tokens.entries()
    const expired: string[] = []
    const at = now()
    for (let looked = 0; looked < STEP; looked++) {
      const { done, value } = cursor.next()
      this.#cursor = done ? undefined : cursor
      if (done) break
      if (value[1].expires <= at) expired.push(value[0])
    }
    for (const digest of expired) this.#end(digest)
    if (expired.length > 0) await this.#namespace.batch(expired.map(digest => ({ delete: digest })))
  }

  /** All that are valid; `undefined` for a token that was sealed with another key. */
  async *list(): AsyncGenerator<[token: string | undefined, Token]> {
    let after: string | undefined
    do {
      const page = await this.#namespace.page(PAGE, { gt: after })
      for (const [digest, { sealed }] of page.entries) {
        const token = this.find(digest)
        if (token) yield [unseal(this.#key, digest, sealed), token]
      }
      after = page.next
    } while (after !== undefined)
  }

  /** Makes room for one more of a JID: the token that would expire first, so that one for years outlives many for hours. */
  #outlived(jid: string): string[] {
    const { tokens, ofJid } = this.#state
    const own = [...(ofJid.get(jid) ?? [])]
    if (own.length < this.#limits.perJid) return []
    return [own.reduce((first, digest) => (tokens.get(digest)!.expires < tokens.get(first)!.expires ? digest : first))]
  }

  #end(digest: string): void {
    const { tokens, ofJid } = this.#state
    const token = tokens.get(digest)
    if (token) {
      tokens.delete(digest)
      const others = ofJid.get(token.jid)
      others?.delete(digest)
      if (others?.size === 0) ofJid.delete(token.jid)
    }
    this.#forget(`token:${digest}`)
  }
}

/** Epoch seconds. */
export function now(): number {
  return Date.now() / 1000
}

function include({ tokens, ofJid }: TokenState, digest: string, token: Token): void {
  tokens.set(digest, token)
  const others = ofJid.get(token.jid)
  if (others) others.add(digest)
  else ofJid.set(token.jid, new Set([digest]))
}
