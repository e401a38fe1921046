import type { Attempt, Authenticator, Credentials, Defence, Explanation, Identity } from 'patchbay'
import { bareJid } from 'patchbay'
import type { Forget, Login, Proof, Verifier } from './proof.js'
import type { createSubjects } from './subject.js'
import { ConnectionKeys, forget, keyOf, recall, remember, type Verified } from './verified.js'

/** One for each way of proving who one is. */
export type Verifiers = { [S in Credentials['scheme']]: Verifier<S> }

export interface Parts {
  verifiers: Verifiers
  verified: Verified
  defence: Defence
  /** Verified credentials are remembered until unused for this long, in milliseconds. */
  cacheMs: number
  /** Whether an account is still what it was when `proof` was made. */
  stillHolds(proof: Proof): boolean
  permissions: Pick<Authenticator, 'permits'> & {
    explain(identity: Identity | undefined, call: Parameters<Authenticator['permits']>[1]): Omit<Explanation, 'caller'>
  }
  subject: ReturnType<typeof createSubjects>
  /** The first of the served hosts: bare names of operators are local parts there. */
  host: string
}

/** Who is calling, on every face: remembered, or verified behind the defence against guessing. */
export function createAuthenticator(parts: Parts): { authenticator: Authenticator; login: Login; forget: Forget } {
  const { verifiers, verified, defence, permissions, cacheMs, stillHolds } = parts
  const keys = new ConnectionKeys(verified)
  const verifying = new Map<string, Promise<Identity | undefined>>()

  const login: Login = async (face, address, name, password) =>
    (await guarded(name, address, () => verifiers.basic({ scheme: 'basic', name, password }, { face, address })))
      ?.identity

  async function guarded(
    name: string,
    address: string,
    prove: () => Proof | undefined | Promise<Proof | undefined>,
  ): Promise<Proof | undefined> {
    const known = oneSpelling(name, parts.host)
    if (defence.refuses(known, address)) return undefined
    const proof = await prove()
    if (proof) defence.succeeded(known, address)
    else await defence.failed(known, address)
    return proof
  }

  function prove({ credentials, ...attempt }: Attempt): Proof | undefined | Promise<Proof | undefined> {
    switch (credentials.scheme) {
      case 'basic':
        return guarded(credentials.name, attempt.address, () => verifiers.basic(credentials, attempt))
      case 'bearer':
        return verifiers.bearer(credentials, attempt)
      case 'session':
        return verifiers.session(credentials, attempt)
      case 'key':
        return slowed(credentials, attempt)
    }
  }

  /** Keys have no names: to refuse them would shut out everybody behind one address. */
  async function slowed(credentials: Extract<Credentials, { scheme: 'key' }>, attempt: Omit<Attempt, 'credentials'>) {
    const proof = await verifiers.key(credentials, attempt)
    if (!proof) await defence.failed('an API key', attempt.address, false)
    return proof
  }

  async function verify(attempt: Attempt, key: string | undefined): Promise<Identity | undefined> {
    const since = performance.now()
    const proof = await prove(attempt)
    if (proof && key !== undefined) remember(verified, key, proof, cacheMs, since)
    return proof?.identity
  }

  return {
    login,
    forget: owner => forget(verified, owner),
    authenticator: {
      forgetAll() {
        for (const owner of verified.ofOwner.keys()) forget(verified, owner)
      },
      recall: (face, authorization, connection) =>
        keys.look(connection, face, authorization, key => recall(verified, key, cacheMs, stillHolds)),
      // Callers with the same credentials wait for one derivation together, not for one each.
      verify(attempt) {
        const { face, address, authorization, credentials } = attempt
        // Before anything is computed: whoever guesses does so as fast as he is answered.
        if (credentials.scheme === 'basic' && defence.refuses(oneSpelling(credentials.name, parts.host), address))
          return undefined
        if (authorization === undefined) return verify(attempt, undefined)
        const key = keyOf(verified, face, authorization)
        const shared = `${key} ${address}`
        const underWay = verifying.get(shared)
        if (underWay) return underWay
        const verification = verify(attempt, key).finally(() => verifying.delete(shared))
        verifying.set(shared, verification)
        return verification
      },
      permits: (identity, call) => permissions.permits(identity, call),
      async explain(subject, call) {
        const { identity, caller, unknown } = await parts.subject(subject, call.face)
        const decision = permissions.explain(identity, call)
        if (unknown === undefined) return { caller, ...decision }
        return { caller, rules: decision.rules, allowed: false, change: unknown }
      },
    },
  }
}

/** However a name is spelt, its failures are counted together. */
function oneSpelling(name: string, host: string): string {
  return bareJid(name) ?? bareJid(`${name}@${host}`) ?? name.toLowerCase()
}
