import { hash, randomBytes } from 'node:crypto'
import type { Authenticator, Identity } from 'patchbay'
import type { Operators } from './operators.js'

const REMEMBERED = 10_000

/** Operators by Basic credentials on every face. Verified credentials are remembered for `cacheMs` milliseconds. */
export function createAuthenticator(operators: Operators, hosts: readonly string[], cacheMs: number): Authenticator {
  const verified = new Map<string, { identity: Identity; until: number }>()
  // A keyed digest, so that neither memory nor a core dump holds the header. SHA-512/256 cannot be length-extended.
  const secret = randomBytes(32).toString('base64')
  const keyOf = (face: string, authorization: string) =>
    hash('sha512-256', `${secret} ${face} ${authorization}`, 'base64')

  return {
    recall(face, authorization) {
      const entry = verified.get(keyOf(face, authorization))
      if (entry === undefined || entry.until < performance.now()) return undefined
      return entry.identity
    },
    async verify(face, authorization, name, password) {
      const operator = operatorName(name, hosts)
      if (!(await operators.verify(operator, password))) return undefined
      const identity: Identity = { kind: 'operator', name: operator }
      if (verified.size >= REMEMBERED) verified.delete(verified.keys().next().value!)
      verified.set(keyOf(face, authorization), { identity, until: performance.now() + cacheMs })
      return identity
    },
    permits: identity => identity?.kind === 'operator',
  }
}

/** Operators are known by their bare name, and as JIDs of the first host: `admin@localhost`. */
function operatorName(name: string, hosts: readonly string[]): string {
  const jid = name.toLowerCase()
  const suffix = `@${hosts[0]}`
  return jid.endsWith(suffix) ? jid.slice(0, -suffix.length) : name
}
