import type { PluginContext } from 'patchbay'
import type { Accounts } from './accounts.js'
import { NO_ACCOUNT } from './oauth/token-store.js'
import type { Proof } from './proof.js'

export interface AccountsAsked {
  /** Whether an account is still what it was when `proof` was made. */
  stillHolds(proof: Proof): boolean
  /** Throws `no_backend` while no backend knows any accounts. */
  revision(jid: string): string | undefined
  /** Undefined for an account that does not exist, or while no backend knows any. */
  role(jid: string): string | undefined
}

/** What the running backend knows of accounts without their passwords. */
export function accountsAsked(ctx: PluginContext<unknown>): AccountsAsked {
  const accounts = ctx.service<Accounts>('accounts')
  const ask = (question: (backend: Accounts) => string | undefined) => {
    try {
      return question(accounts())
    } catch {
      // Without a backend there are no accounts; whoever needs one is told so when the password is looked at.
      return undefined
    }
  }
  return {
    revision: jid => accounts().revision(jid),
    stillHolds: ({ identity, revision }) =>
      revision === ask(backend => backend.revision(identity.jid ?? '') ?? NO_ACCOUNT),
    role: jid => ask(backend => backend.role(jid)),
  }
}
