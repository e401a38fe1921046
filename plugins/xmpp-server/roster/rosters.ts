import { setImmediate } from 'node:timers/promises'
import type { Change } from 'patchbay'
import type { AccountStore } from '../accounts/accounts.js'
import { accountOf, allOf, keyOf, rosterKey } from '../accounts/addresses.js'
import { type RosterChange, RosterDraft, type RosterStorage } from './draft.js'
import { EMPTY_HEAD, type RosterHead, type RosterRecord } from './record.js'
import { stillPending } from './state.js'

export type Contact = [jid: string, record: RosterRecord]

/** What a turn of the event loop may spend on one roster. */
const BLOCK = 200

/** The rosters of the accounts. Owners are bare and prepared JIDs, contacts too or those of a host. */
export class RosterStore {
  readonly #storage: RosterStorage
  readonly #accounts: AccountStore
  /** Told of changes once they are written, before anybody else changes these rosters. */
  readonly #changed: (changes: readonly RosterChange[]) => void

  constructor(
    storage: RosterStorage,
    accounts: AccountStore,
    changed: (changes: readonly RosterChange[]) => void = () => undefined,
  ) {
    this.#storage = storage
    this.#accounts = accounts
    this.#changed = changed
  }

  /** What is in the roster, in the order of the contacts' JIDs; empty for an unknown account. */
  async list(owner: string): Promise<Contact[]> {
    if (!this.#accounts.find(owner)) return []
    const found: Contact[] = []
    for await (const block of this.blocks(owner))
      for (const contact of block) if (!contact[1].unlisted) found.push(contact)
    return found
  }

  /** The whole roster with its version, at one moment; `unchanged` when the version is the one that is known already. */
  async read(owner: string, known?: string): Promise<{ version: string; contacts: Contact[] } | 'unchanged'> {
    const read = await this.#accounts.change(owner, async () => {
      const version = String(this.head(owner).version)
      return version === known ? 'unchanged' : { version, contacts: await this.list(owner) }
    })
    return read ?? { version: '0', contacts: [] }
  }

  /** Everything that is stored of a roster, requests too, some entries a turn. */
  async *blocks(owner: string): AsyncGenerator<Contact[]> {
    const key = keyOf(owner)
    const range = allOf(key)
    for (let after: string | undefined = range.gt; after !== undefined; ) {
      const { entries, next } = await this.#storage.rosters.page(BLOCK, { ...range, gt: after })
      yield entries.map(([entry, record]) => [entry.slice(key.length + 1), record])
      // An engine in memory never leaves the turn by itself.
      if (next !== undefined) await setImmediate()
      after = next
    }
  }

  /** The entries of all rosters. */
  async *all(): AsyncGenerator<{ owner: string; contact: string; record: RosterRecord }> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const { entries, next } = await this.#storage.rosters.page(BLOCK, { gt: after })
      for (const [key, record] of entries) {
        const end = key.indexOf('/', key.indexOf('/') + 1)
        yield { owner: accountOf(key.slice(0, end)), contact: key.slice(end + 1), record }
      }
      if (next !== undefined) await setImmediate()
      after = next
    }
  }

  head(owner: string): RosterHead {
    return this.#storage.rosterHeads.getSync(keyOf(owner)) ?? EMPTY_HEAD
  }

  /** The entry of a contact, also one that is only a request. */
  entry(owner: string, contact: string): RosterRecord | undefined {
    return this.#storage.rosters.getSync(rosterKey(keyOf(owner), contact))
  }

  /** Changes the rosters of those of `owners` that are accounts, all or nothing, while nobody else does. */
  change<T>(owners: readonly string[], act: (draft: RosterDraft) => T): Promise<T> {
    // In one order, or two who change the same rosters would wait for each other.
    const inOrder = [...new Set(owners)].sort()
    return this.#hold(inOrder, new Map(), async held => {
      const draft = new RosterDraft(this.#storage, held)
      const result = act(draft)
      const changes = await draft.write()
      for (const say of draft.words) say()
      this.#changed(changes)
      return result
    })
  }

  /** A request that is pending stays so, unless the subscription answers it. */
  async set(
    owner: string,
    contact: string,
    given: Pick<RosterRecord, 'nick' | 'subscription' | 'groups'>,
  ): Promise<'stored' | 'unknown_account'> {
    return this.change([owner], draft => {
      if (!draft.exists(owner)) return 'unknown_account'
      const { pending: was = 'none', request } = draft.get(owner, contact) ?? {}
      const pending = stillPending(was, given.subscription)
      const asked = pending === 'in' || pending === 'both'
      draft.put(owner, contact, { ...given, pending, ...(asked && request !== undefined && { request }) })
      return 'stored'
    })
  }

  async delete(owner: string, contact: string): Promise<'deleted' | 'unknown_account'> {
    return this.change([owner], draft => {
      if (!draft.exists(owner)) return 'unknown_account'
      draft.put(owner, contact, undefined)
      return 'deleted'
    })
  }

  /** What is stored of a roster, as changes that take it away. */
  async *forget(owner: string): AsyncGenerator<Change> {
    const key = keyOf(owner)
    for await (const block of this.blocks(owner)) {
      for (const [contact] of block) yield { delete: rosterKey(key, contact), in: this.#storage.rosters }
    }
    yield { delete: key, in: this.#storage.rosterHeads }
  }

  async #hold<T>(
    [owner, ...others]: readonly string[],
    held: Map<string, string>,
    act: (held: ReadonlyMap<string, string>) => Promise<T>,
  ): Promise<T> {
    if (owner === undefined) return act(held)
    let done: { result: T } | undefined
    await this.#accounts.change(owner, async key => {
      done = { result: await this.#hold(others, held.set(owner, key), act) }
    })
    return done ? (done as { result: T }).result : this.#hold(others, held, act)
  }
}
