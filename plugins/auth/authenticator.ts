import type { Authenticator, Identity } from 'patchbay'
import type { Operators } from './operators.js'
import { keyOf, recall, remember, type Verified } from './verified.js'

/** Operators by Basic credentials on every face. Verified credentials are remembered until unused for `cacheMs` ms. */
export function createAuthenticator(
  operators: Operators,
  verified: Verified,
  hosts: readonly string[],
  cacheMs: number,
): Authenticator {
  const [host] = hosts as [string]
  const key = (face: string, authorization: string) => keyOf(verified, host, face, authorization)
  const verifying = new Map<string, Promise<Identity | undefined>>()

  const verify = async (key: string, name: string, password: string): Promise<Identity | undefined> => {
    const operator = operatorName(name, host)
    if (!(await operators.verify(operator, password))) return undefined
    const identity: Identity = { kind: 'operator', name: operator, jid: `${operator}@${host}`, level: 3 }
    remember(verified, key, identity, cacheMs)
    return identity
  }

  return {
    recall: (face, authorization) => recall(verified, key(face, authorization), cacheMs),
    // Callers with the same credentials wait for one derivation together, not for one each.
    async verify({ face, authorization, credentials }) {
      if (credentials.scheme !== 'basic' || authorization === undefined) return undefined
      const own = key(face, authorization)
      const underWay = verifying.get(own)
      if (underWay) return underWay
      const verification = verify(own, credentials.name, credentials.password).finally(() => verifying.delete(own))
      verifying.set(own, verification)
      return verification
    },
    permits: identity => identity?.kind === 'operator',
  }
}

/** Operators are known by their bare name, and as JIDs of the first host: `admin@localhost`. */
function operatorName(name: string, host: string): string {
  const jid = name.toLowerCase()
  const suffix = `@${host}`
  return jid.endsWith(suffix) ? jid.slice(0, -suffix.length) : name
}
