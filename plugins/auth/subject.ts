import { bareJid, type Identity, type Subject } from 'patchbay'
import type { AccountsAsked } from './accounts-asked.js'
import type { Operators } from './operators/operators.js'
import { callerText } from './permissions/words.js'

/** Turns who an explanation is about into the identity that caller would have on `face`. Nobody proves anything. */
export function createSubjects(operators: Operators, accounts: Pick<AccountsAsked, 'role'>) {
  const identityOf = ({ as, scopes }: Subject, face: string): Identity | undefined => {
    if (face === 'vernemq') return { kind: 'key', name: as ?? 'an API key', scopes: scopes ?? ['mgmt'] }
    if (as === undefined) return undefined
    const operator = operators.identity(operators.find(as) ?? operators.named(`${as}`) ?? '')
    const jid = operator?.jid ?? bareJid(as)
    if (scopes) return { kind: 'token', name: jid ?? as, ...(jid === undefined ? {} : { jid }), scopes }
    if (operator && face === 'hermes') return { kind: 'session', name: operator.name, ...levelOf(operator) }
    if (operator) return operator
    if (jid === undefined) return { kind: 'account', name: as }
    const role = accounts.role(jid)
    return { kind: 'account', name: jid, jid, ...(role === undefined ? {} : { role }) }
  }

  return (subject: Subject, face: string): { identity: Identity | undefined; caller: string } => {
    const identity = identityOf(subject, face)
    const unknown = identity?.kind === 'account' && identity.role === undefined
    const note = unknown ? `, which no running backend knows and which therefore could not log in` : ''
    return { identity, caller: callerText(identity) + note }
  }
}

function levelOf({ level }: Identity): Pick<Identity, 'level'> {
  return level === undefined ? {} : { level }
}
