import type { Namespace } from 'patchbay'
import type { AccountStore } from '../accounts/accounts.js'
import { accountKey, partsOf, rosterKey, rosterOf } from '../accounts/addresses.js'

/** An entry of a roster under its owner and contact (RFC 6121 §2.1.2). */
export interface RosterRecord {
  nick: string
  /** `none`, `to`, `from`, `both`; administrators may write others. */
  subscription: string
  /** Requests for subscription that are not answered yet: ours, the contact's (RFC 6121 §3.1). */
  pending: 'none' | 'out' | 'in' | 'both'
  groups: string[]
}

/** The rosters of the accounts. Owners are bare and prepared JIDs, contacts too or those of a host. */
export class RosterStore {
  readonly #rosters: Namespace<RosterRecord>
  readonly #accounts: AccountStore

  constructor(rosters: Namespace<RosterRecord>, accounts: AccountStore) {
    this.#rosters = rosters
    this.#accounts = accounts
  }

  async list(owner: string): Promise<[contact: string, record: RosterRecord][]> {
    const parts = partsOf(owner)
    if (!parts || !this.#accounts.find(owner)) return []
    const key = accountKey(parts.local, parts.host)
    const found: [string, RosterRecord][] = []
    for await (const [entry, record] of this.#rosters.entries(rosterOf(key))) {
      found.push([entry.slice(key.length + 1), record])
    }
    return found
  }

  /** A request that is pending stays so. */
  async set(
    owner: string,
    contact: string,
    given: Omit<RosterRecord, 'pending'>,
  ): Promise<'stored' | 'unknown_account'> {
    const done = await this.#accounts.change(owner, async key => {
      const entry = rosterKey(key, contact)
      const pending = this.#rosters.getSync(entry)?.pending ?? 'none'
      await this.#rosters.put(entry, { ...given, pending })
      return 'stored' as const
    })
    return done ?? 'unknown_account'
  }

  async delete(owner: string, contact: string): Promise<'deleted' | 'unknown_account'> {
    const done = await this.#accounts.change(owner, async key => {
      await this.#rosters.delete(rosterKey(key, contact))
      return 'deleted' as const
    })
    return done ?? 'unknown_account'
  }
}
