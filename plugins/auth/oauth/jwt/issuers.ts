import { bareJid } from 'patchbay'
import { type Claims, keysFor, type Unverified, verified } from './claims.js'
import { type Key, verifyingKey } from './key.js'
import type { IssuerOptions } from './options.js'

/** What a token of a foreign issuer says about its bearer. */
export interface Spoken {
  readonly jid: string
  readonly scopes: readonly string[]
  /** Epoch seconds after which it no longer holds. */
  readonly expires: number
}

interface Issuer {
  readonly options: IssuerOptions
  readonly keys: readonly Key[]
  readonly hosts: ReadonlySet<string>
}

const MOST_SCOPES = 200
const LONGEST_SCOPE = 200

/** The foreign issuers whose tokens are believed, each for its own domains. */
export class Issuers {
  readonly #issuers: ReadonlyMap<unknown, Issuer>
  readonly #isOperator: (jid: string) => boolean

  /** Throws `config_invalid` for a key that cannot be used. */
  constructor(options: readonly IssuerOptions[], hosts: readonly string[], isOperator: (jid: string) => boolean) {
    this.#isOperator = isOperator
    this.#issuers = new Map(
      options.map((each, index) => [
        each.issuer,
        {
          options: each,
          keys: each.keys.map((key, at) => verifyingKey(key, `jwt.issuers.${index}.keys.${at}`)),
          hosts: new Set(each.hosts ?? hosts),
        },
      ]),
    )
  }

  verify(token: string, parts: Unverified): Spoken | undefined {
    const issuer = this.#issuers.get(parts.issuer)
    if (!issuer) return undefined
    const { issuer: name, audience, clock_skew_seconds: skewSeconds } = issuer.options
    for (const key of keysFor(issuer.keys, parts)) {
      const claims = verified(token, key, { issuer: name, audience, skewSeconds })
      if (claims) return this.#read(issuer, claims)
    }
    return undefined
  }

  #read({ options, hosts }: Issuer, claims: Claims): Spoken | undefined {
    const subject = claims[options.subject]
    const jid = typeof subject === 'string' ? bareJid(subject) : undefined
    if (jid === undefined || !hosts.has(jid.slice(jid.indexOf('@') + 1))) return undefined
    if (!options.operators && this.#isOperator(jid)) return undefined
    const scopes = scopesIn(Object.hasOwn(claims, options.scopes) ? claims[options.scopes] : undefined)
    return scopes && { jid, scopes, expires: claims.exp + options.clock_skew_seconds }
  }
}

/** A text with blanks (RFC 8693 §4.2) or a list of texts; undefined when it is neither. */
function scopesIn(claim: unknown): string[] | undefined {
  const scopes = typeof claim === 'string' ? claim.split(' ') : (claim ?? [])
  if (!Array.isArray(scopes) || scopes.length > MOST_SCOPES) return undefined
  if (!scopes.every(scope => typeof scope === 'string' && scope.length <= LONGEST_SCOPE)) return undefined
  return [...new Set(scopes as string[])].filter(Boolean)
}
