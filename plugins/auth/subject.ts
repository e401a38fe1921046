import { bareJid, type Identity, type Subject } from 'patchbay'
import type { AccountsAsked } from './accounts-asked.js'
import type { Operators } from './operators/operators.js'
import { callerText } from './permissions/words.js'
import type { Verifier } from './proof.js'

export interface Found {
  identity: Identity | undefined
  /** Who it is, in words. */
  caller: string
  /** Why such a caller could not even log in, which no rule can change. */
  unknown?: string
}

interface Known {
  operators: Operators
  accounts: Pick<AccountsAsked, 'role'>
  key: Verifier<'key'>
}

/** Turns who an explanation is about into the identity that caller would have on `face`. Nobody proves anything. */
export function createSubjects({ operators, accounts, key }: Known) {
  const keyOf = async ({ as, scopes }: Subject): Promise<Found> => {
    if (scopes) return named({ kind: 'key', name: 'with these scopes', scopes })
    if (as === undefined) return named(undefined)
    const proof = await key({ scheme: 'key', key: as }, { face: 'vernemq', address: '' })
    if (proof) return named(proof.identity)
    return {
      ...named(undefined),
      unknown: 'there is no such API key, or it has expired: patchbay api-key show lists them',
    }
  }

  return (subject: Subject, face: string): Found | Promise<Found> => {
    if (face === 'vernemq') return keyOf(subject)
    const { as, scopes } = subject
    if (as === undefined) return named(undefined)
    const jid = bareJid(as)
    const operator = operators.identity(operators.find(as) ?? operators.named(jid ?? '') ?? '')
    const own = operator?.jid ?? jid
    if (scopes) return named({ kind: 'token', name: own ?? as, ...(own === undefined ? {} : { jid: own }), scopes })
    if (operator && face === 'hermes') return named({ kind: 'session', name: operator.name, ...levelOf(operator) })
    if (operator) return named(operator)
    const role = jid === undefined ? undefined : accounts.role(jid)
    if (jid !== undefined && role !== undefined) return named({ kind: 'account', name: jid, jid, role })
    const account =
      jid === undefined ? 'a JID such as john@localhost would be an account' : 'no running backend has such an account'
    return {
      identity: { kind: 'account', name: jid ?? as, ...(jid === undefined ? {} : { jid }) },
      caller: `"${as}", whom nobody knows,`,
      unknown: `there is no operator "${as}", and ${account}: no rule lets in who cannot log in`,
    }
  }
}

function named(identity: Identity | undefined): Found {
  return { identity, caller: callerText(identity) }
}

function levelOf({ level }: Identity): Pick<Identity, 'level'> {
  return level === undefined ? {} : { level }
}
