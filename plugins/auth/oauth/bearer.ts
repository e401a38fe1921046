import type { Forget, Proof, Verifier } from '../proof.js'
import { unverified } from './jwt/claims.js'
import type { Issuers, Spoken } from './jwt/issuers.js'
import type { Signer } from './jwt/signer.js'
import type { Revoked } from './revoked.js'
import { digestOf, isOpaque, signedPart } from './token.js'
import { NO_ACCOUNT, type TokenStore } from './token-store.js'

interface Parts {
  store: TokenStore
  signer: Signer
  issuers: Issuers
  revoked: Revoked
  /** Of an account; throws while its backend is away. */
  revision(jid: string): string | undefined
  forget: Forget
  /** The name of the administrator who has this JID. */
  operatorNamed(jid: string): string | undefined
}

/** What is shown by `Authorization: Bearer` (RFC 6750): tokens that were issued here, and JWTs of foreign issuers. */
export class Bearer {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  readonly verify: Verifier<'bearer'> = ({ token }) => {
    if (isOpaque(token)) return this.#issuedHere(digestOf(token))
    if (signedPart(token) === undefined) return undefined
    const { store, signer, revoked } = this.#parts
    const digest = digestOf(token)
    // The look-up is a hundred times cheaper than the signature, which a stored digest does not cover.
    if (store.find(digest)) return signer.signed(token) ? this.#issuedHere(digest) : undefined
    const spoken = this.#spoken(token)
    if (!spoken || revoked.has(digest)) return undefined
    return proofOf(digest, spoken, this.#parts.operatorNamed(spoken.jid) === undefined ? undefined : 3)
  }

  /** Nothing is said about a token that was none: what is asked for is that it ends. */
  async revoke(token: string): Promise<void> {
    const { store, revoked, forget } = this.#parts
    const digest = digestOf(token)
    await store.revoke(digest)
    const spoken = isOpaque(token) || signedPart(token) === undefined ? undefined : this.#spoken(token)
    if (!spoken) return
    await revoked.add(digest, spoken.expires)
    forget(`token:${digest}`)
  }

  #issuedHere(digest: string): Proof | undefined {
    const token = this.#parts.store.find(digest)
    if (!token) return undefined
    const { revision } = token
    // A JID may have become an operator's, or another one's, since.
    if (this.#parts.operatorNamed(token.jid) !== token.operator) return undefined
    if (token.operator !== undefined) return proofOf(digest, token, 3)
    if (revision === undefined) return proofOf(digest, token)
    if ((this.#parts.revision(token.jid) ?? NO_ACCOUNT) !== revision) return undefined
    return { ...proofOf(digest, token), revision }
  }

  #spoken(token: string): Spoken | undefined {
    const parts = unverified(token)
    return parts && this.#parts.issuers.verify(token, parts)
  }
}

function proofOf(digest: string, { jid, scopes, expires }: Spoken, level?: 3): Proof {
  return {
    identity: { kind: 'token', name: jid, jid, scopes, ...(level === undefined ? {} : { level }) },
    owner: `token:${digest}`,
    until: expires * 1000,
  }
}
