import { bareJid, KernelError, type Logger, reason } from 'patchbay'
import type { Account, Accounts } from '../accounts.js'
import type { Proof, Verifier } from '../proof.js'
import type { Operators } from './operators.js'

/** Faces that know callers by their bare JID, and so accounts too. */
const BY_JID: ReadonlySet<string> = new Set(['admin_rest', 'ejabberd', 'oauth'])
/** Faces that know operators only, by their bare name or as JID. */
const BY_NAME: ReadonlySet<string> = new Set(['emq', 'native', 'hermes'])

/**
 * A name and its password. Every failure costs one derivation, and where accounts are asked one look-up of an account,
 * so that the time tells nothing about which names exist. Throws `busy`, and `no_backend` for what could only be an
 * account of a served host while none are offered.
 */
export function createBasicVerifier(
  operators: Operators,
  accounts: () => Accounts,
  hosts: readonly string[],
  log: Logger,
): Verifier<'basic'> {
  const asOperator = async (name: string, password: string, address: string): Promise<Proof | undefined> => {
    if (!(await operators.verify(name, password, address))) return undefined
    const identity = operators.identity(name)
    return identity && { identity, owner: `operator:${name}` }
  }

  const asAccount = async (jid: string, password: string): Promise<Proof | undefined> => {
    const backend = accounts()
    // Asked before the password is: what changes while it is being checked must not be remembered.
    const revision = backend.revision(jid)
    const account = await backend.verify(jid, password)
    return account && revision !== undefined ? proofOf(account, jid, revision) : undefined
  }

  return async ({ name, password }, { face, address }) => {
    if (BY_NAME.has(face)) return asOperator(operators.find(name) ?? name, password, address)
    if (!BY_JID.has(face)) return undefined
    const jid = bareJid(name)
    if (jid === undefined) {
      await operators.verify('', password, address)
      return undefined
    }
    const operator = operators.named(jid)
    if (operator !== undefined) {
      const outcome = await settled(asOperator(operator, password, address))
      if (outcome.value) return outcome.value
      // An account of this JID never is the operator, whatever its password: it is asked for the time it takes.
      const account = await settled(asAccount(jid, password))
      if (account.error && !isMissing(account.error)) log.warn(`accounts cannot be asked: ${reason(account.error)}`)
      if (outcome.error) throw outcome.error
      return undefined
    }
    const outcome = await settled(asAccount(jid, password))
    if (outcome.value) return outcome.value
    await operators.verify(jid, password, address)
    const served = hosts.includes(jid.slice(jid.indexOf('@') + 1))
    if (outcome.error && (served || !isMissing(outcome.error))) throw outcome.error
    return undefined
  }
}

function proofOf({ role }: Account, jid: string, revision: string): Proof {
  return { identity: { kind: 'account', name: jid, jid, role }, owner: `account:${jid}`, revision }
}

function isMissing(error: unknown): boolean {
  return error instanceof KernelError && error.code === 'no_backend'
}

async function settled<T>(work: Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await work }
  } catch (error) {
    return { error }
  }
}
