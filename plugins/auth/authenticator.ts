import type { Attempt, Authenticator, Identity } from 'patchbay'
import type { Credentials } from './credentials.js'
import type { Login, Proof } from './proof.js'
import { keyOf, recall, remember, type Verified } from './verified.js'

/** Whoever is verified may do what the call's face documents for his kind. */
export function createAuthenticator(
  credentials: Credentials,
  verified: Verified,
  cacheMs: number,
): { authenticator: Authenticator; login: Login } {
  const underWay = new Map<string, Promise<Proof | undefined>>()
  const prove = async ({ credentials: shown, ...attempt }: Attempt): Promise<Proof | undefined> => {
    if (shown.scheme === 'basic') return credentials.basic(shown, attempt)
    if (shown.scheme === 'key') return credentials.key(shown, attempt)
    if (shown.scheme === 'session') return credentials.session(shown, attempt)
    return undefined
  }
  const authenticator: Authenticator = {
    recall: (face, authorization) => recall(verified, keyOf(verified, face, authorization), cacheMs),
    async verify(attempt) {
      const { face, authorization } = attempt
      if (authorization === undefined) return (await prove(attempt))?.identity
      const key = keyOf(verified, face, authorization)
      const proving = underWay.get(key) ?? prove(attempt).finally(() => underWay.delete(key))
      underWay.set(key, proving)
      const proof = await proving
      if (proof) remember(verified, key, proof, cacheMs)
      return proof?.identity
    },
    permits: (identity, call) => isAllowed(identity, call.face, call.level, call.scope),
  }
  const login: Login = async (face, address, name, password) =>
    (await credentials.basic({ scheme: 'basic', name, password }, { face, address }))?.identity
  return { authenticator, login }
}

function isAllowed(identity: Identity | undefined, face: string, level?: number, scope?: string): boolean {
  if (identity?.kind === 'operator')
    return face === 'emq' ? ![1, 2].includes(identity.level ?? 0) : identity.level === 3
  if (identity?.kind === 'session') return (identity.level ?? 0) >= (level ?? 4)
  if (identity?.kind === 'key') return scope !== undefined && identity.scopes!.includes(scope)
  return false
}
