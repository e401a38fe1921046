import type { Change, Namespace } from 'patchbay'
import type { Account, Accounts } from '../../auth/accounts.js'
import { accountKey, partsOf } from './addresses.js'
import { type Books, inTurn, remember } from './books.js'
import { type AccountRecord, newRevision } from './record.js'
import { USUAL_ROLE } from './roles.js'
import { saslprep } from './saslprep.js'
import { decoyKeys, deriveScramKeys, passwordMatches, type ScramKeys } from './scram-keys.js'

/** By account key, all but the counts, which are by host. */
export interface AccountStorage {
  accounts: Namespace<AccountRecord>
  credentials: Namespace<ScramKeys>
  counts: Namespace<number>
}

export interface AccountRules {
  hosts: readonly string[]
  /** Of new passwords. */
  iterations: number
  /** Whether the name belongs to an operator. */
  reserved(jid: string): boolean
  /** What else goes with an account, by its bare JID. */
  forget(jid: string): AsyncIterable<Change>
}

/** The accounts of the hosts that are served. JIDs are bare and prepared. Every answered change is stored. */
export class AccountStore implements Accounts {
  readonly #storage: AccountStorage
  readonly #books: Books
  readonly #rules: AccountRules
  /** Checked when there is no such account, so that this takes as long as a wrong password. */
  readonly #decoy: ScramKeys

  constructor(storage: AccountStorage, books: Books, rules: AccountRules) {
    this.#storage = storage
    this.#books = books
    this.#rules = rules
    this.#decoy = decoyKeys(rules.iterations)
  }

  /** Nobody is let in to an account that is banned. */
  async verify(jid: string, password: string): Promise<Account | undefined> {
    const record = await this.check(jid, password)
    return record && !record.ban ? { jid, role: record.role } : undefined
  }

  /** The account as it is, when `password` is right; takes as long for an unknown account. */
  async check(jid: string, password: string): Promise<AccountRecord | undefined> {
    const prepared = saslprep(password)
    if (prepared === undefined) return undefined
    const before = this.find(jid)
    const keys = before && this.keys(jid)
    const matches = await passwordMatches(prepared, keys ?? this.#decoy)
    if (!before || !keys) return undefined
    // Whoever changed the account meanwhile was answered before us: it is as it is now.
    if (this.revision(jid) !== before.revision) return this.check(jid, password)
    return matches ? before : undefined
  }

  revision(jid: string): string | undefined {
    return this.find(jid)?.revision
  }

  role(jid: string): string | undefined {
    return this.find(jid)?.role
  }

  find(jid: string): AccountRecord | undefined {
    const key = this.#keyOf(jid)
    if (key === undefined) return undefined
    const known = this.#books.records.get(key)
    if (known) return known
    const record = this.#storage.accounts.getSync(key)
    if (record) remember(this.#books, key, record)
    return record
  }

  /** What proofs of an account's password are checked with (RFC 5802 §3). */
  keys(jid: string): ScramKeys | undefined {
    const key = this.#keyOf(jid)
    return key === undefined ? undefined : this.#storage.credentials.getSync(key)
  }

  /** Whether the name belongs to an operator. */
  reserved(jid: string): boolean {
    return this.#rules.reserved(jid)
  }

  count(host: string): number {
    return this.#rules.hosts.includes(host) ? (this.#storage.counts.getSync(host) ?? 0) : 0
  }

  async register(
    jid: string,
    password: string,
  ): Promise<'registered' | 'exists' | 'unknown_host' | 'invalid_password'> {
    const key = this.#keyOf(jid)
    if (key === undefined) return 'unknown_host'
    const prepared = saslprep(password)
    if (prepared === undefined) return 'invalid_password'
    if (this.#rules.reserved(jid)) return 'exists'
    return inTurn(this.#books, key, async () => {
      if (this.find(jid)) return 'exists'
      const keys = await deriveScramKeys(prepared, this.#rules.iterations)
      await this.#write(jid, 1, [
        { put: key, value: { role: USUAL_ROLE, created: Date.now(), revision: newRevision() } },
        { put: key, value: keys, in: this.#storage.credentials },
      ])
      return 'registered'
    })
  }

  /** With all that belongs to it, at once. Those who have the account in their rosters keep it. */
  async unregister(jid: string): Promise<'unregistered' | 'unknown_account'> {
    const done = await this.change(jid, async key => {
      const changes: Change<AccountRecord>[] = [{ delete: key }, { delete: key, in: this.#storage.credentials }]
      for await (const change of this.#rules.forget(jid)) changes.push(change as Change<AccountRecord>)
      await this.#write(jid, -1, changes)
      return 'unregistered' as const
    })
    return done ?? 'unknown_account'
  }

  async setPassword(jid: string, password: string): Promise<'changed' | 'unknown_account' | 'invalid_password'> {
    const prepared = saslprep(password)
    const done = await this.change(jid, async (key, record) => {
      if (prepared === undefined) return 'invalid_password' as const
      const keys = await deriveScramKeys(prepared, this.#rules.iterations)
      await this.#storage.accounts.batch([
        { put: key, value: { ...record, revision: newRevision() } },
        { put: key, value: keys, in: this.#storage.credentials },
      ])
      return 'changed' as const
    })
    return done ?? 'unknown_account'
  }

  /** Runs `act` while the account exists and nobody else changes it; resolves to undefined when there is none. */
  async change<T>(jid: string, act: (key: string, record: AccountRecord) => Promise<T>): Promise<T | undefined> {
    const key = this.#keyOf(jid)
    if (key === undefined) return undefined
    return inTurn(this.#books, key, async () => {
      const record = this.find(jid)
      return record && act(key, record)
    })
  }

  /** The count changes with the accounts, so writes to a host take turns. */
  #write(jid: string, more: 1 | -1, changes: Change<AccountRecord>[]): Promise<void> {
    const { host } = partsOf(jid)!
    const { accounts, counts } = this.#storage
    return inTurn(this.#books, host, async () => {
      await accounts.batch([...changes, { put: host, value: (counts.getSync(host) ?? 0) + more, in: counts }])
      this.#books.names.delete(host)
    })
  }

  /** undefined for a host that is not served. */
  #keyOf(jid: string): string | undefined {
    const parts = partsOf(jid)
    return parts && this.#rules.hosts.includes(parts.host) ? accountKey(parts.local, parts.host) : undefined
  }
}
