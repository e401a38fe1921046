import { createPublicKey, createSecretKey, randomUUID } from 'node:crypto'
import { unverified, verified } from './claims.js'
import { type Key, signingKey } from './key.js'
import { library } from './library.js'
import type { SigningOptions } from './options.js'

/** Issues JWTs in Patchbay's own name, and tells them again. */
export class Signer {
  readonly issuer: string
  readonly #audience: string
  readonly #key: Key
  readonly #verifying: Key

  /** `secret` signs when no key is configured. Throws `config_invalid` for a key that cannot be used. */
  constructor(options: SigningOptions | undefined, host: string, secret: Buffer) {
    this.issuer = options?.issuer ?? host
    this.#audience = options?.audience ?? this.issuer
    this.#key = options
      ? signingKey(options, 'jwt.signing')
      : { kid: undefined, algorithm: 'HS256', key: createSecretKey(secret) }
    const { key } = this.#key
    this.#verifying = { ...this.#key, key: key.type === 'private' ? createPublicKey(key) : key }
  }

  /** An access token by RFC 9068. */
  sign(jid: string, scopes: readonly string[], seconds: number, client: string | undefined): string {
    const { kid, algorithm, key } = this.#key
    const claims = { scope: scopes.join(' '), ...(client === undefined ? {} : { client_id: client }) }
    return library().sign(claims, key, {
      algorithm,
      header: { alg: algorithm, typ: 'at+jwt', ...(kid === undefined ? {} : { kid }) },
      issuer: this.issuer,
      audience: this.#audience,
      subject: jid,
      expiresIn: seconds,
      jwtid: randomUUID(),
    })
  }

  signed(token: string): boolean {
    const parts = unverified(token)
    if (parts?.algorithm !== this.#key.algorithm || parts.kid !== this.#key.kid) return false
    const expected = { issuer: this.issuer, audience: this.#audience, skewSeconds: 0 }
    return verified(token, this.#verifying, expected) !== undefined
  }
}
