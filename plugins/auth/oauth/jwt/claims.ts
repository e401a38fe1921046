import type { KeyObject } from 'node:crypto'
import type { Key } from './key.js'
import { library } from './library.js'
import type { Algorithm } from './options.js'

/** RFC 7519 §4.1, and whatever else the issuer adds. */
export interface Claims {
  readonly iss?: unknown
  /** Epoch seconds. */
  readonly exp: number
  readonly iat?: number
  readonly [claim: string]: unknown
}

/** The parts of a JWT as they are written, not believed yet. */
export interface Unverified {
  readonly algorithm: unknown
  readonly kid: unknown
  readonly issuer: unknown
}

export function unverified(token: string): Unverified | undefined {
  const [header, payload] = token.split('.').slice(0, 2).map(decode)
  // A header that must be understood (RFC 7515 §4.1.11) names nothing that is understood here.
  if (!header || !payload || 'crit' in header) return undefined
  return { algorithm: header['alg'], kid: header['kid'], issuer: payload['iss'] }
}

export interface Expected {
  readonly issuer: string
  readonly audience: string | readonly string[] | undefined
  readonly skewSeconds: number
}

/** The claims of a token that `key` has signed and that holds now; the key alone says by which algorithm. */
export function verified(
  token: string,
  { algorithm, key }: { algorithm: Algorithm; key: KeyObject },
  { issuer, audience, skewSeconds }: Expected,
): Claims | undefined {
  let claims: unknown
  try {
    claims = library().verify(token, key, {
      algorithms: [algorithm],
      issuer,
      ...(audience === undefined ? {} : { audience: audience as string | [string, ...string[]] }),
      clockTolerance: skewSeconds,
    })
  } catch {
    return undefined
  }
  const { exp, iat } = claims as { exp?: unknown; iat?: unknown }
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return undefined
  if (iat === undefined) return claims as Claims
  return typeof iat === 'number' && iat <= Date.now() / 1000 + skewSeconds ? (claims as Claims) : undefined
}

/**
 * The key a token asks for. A `kid` must be known, unless no key of the issuer has one; without a `kid` it can only be
 * one that has none. The algorithm is the key's own, so that none is ever used with another (RFC 8725 §3.1).
 */
export function keysFor(keys: readonly Key[], { algorithm, kid }: Unverified): Key[] {
  const anyNamed = keys.some(key => key.kid !== undefined)
  return keys.filter(key => key.algorithm === algorithm && (key.kid === kid || (key.kid === undefined && !anyNamed)))
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
