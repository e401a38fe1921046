import { hash } from 'node:crypto'
import { bareOf, parseJid, prepareLocal } from 'patchbay'
import { SaslFailure } from './failure.js'

/**
 * The account that a name means. One that no account can have becomes another such, of few bytes since failures are
 * remembered by it, and is refused like any other.
 */
export function accountNamed(name: string, domain: string): string {
  return `${prepareLocal(name) ?? `"${hash('sha256', name)}`}@${domain}`
}

/** Nobody acts for anybody else (RFC 6120 §6.3.8): whoever says whom it acts for must say its own account. */
export function checkAuthorization(authorization: string, account: string): void {
  if (authorization === '') return
  const jid = parseJid(authorization)
  if (!jid || jid.resource !== undefined || bareOf(jid) !== account) {
    throw new SaslFailure('invalid-authzid', 'an account logs in for itself only')
  }
}
