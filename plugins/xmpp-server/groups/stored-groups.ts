import type { Namespace, Page } from 'patchbay'
import { allOf } from '../accounts/addresses.js'
import type { Stores } from '../stores.js'
import { groupKey } from './keys.js'
import type { GroupRecord, Membership } from './record.js'

const BLOCK = 500

/** Reads groups and their members, each of them once. */
export class StoredGroups {
  readonly #stores: Stores
  readonly #read = new Map<string, Promise<unknown>>()

  constructor(stores: Stores) {
    this.#stores = stores
  }

  group(key: string): GroupRecord | undefined {
    return this.#stores.groups.getSync(key)
  }

  /** Those who share what the group shares, in the order of their JIDs. */
  sharers(key: string): Promise<readonly string[]> {
    return this.#once(`sharers ${key}`, async () =>
      (await this.members(key)).filter(([, membership]) => isSharing(membership)).map(([jid]) => jid),
    )
  }

  isSharer(key: string, jid: string): boolean {
    const membership = this.#stores.groupMembers.getSync(`${key}/${jid}`)
    return membership !== undefined && isSharing(membership)
  }

  members(key: string): Promise<readonly [jid: string, membership: Membership][]> {
    return this.#once(`members ${key}`, () => this.#all(this.#stores.groupMembers, key))
  }

  /** The keys of the groups that somebody is in. */
  groupsOf(jid: string): Promise<readonly [key: string, membership: Membership][]> {
    return this.#all(this.#stores.memberships, jid)
  }

  /** The keys of the groups whose members see this one's; they are of the same host. */
  displayers(key: string): Promise<readonly string[]> {
    return this.#once(`displayers ${key}`, async () =>
      (await this.#all(this.#stores.groupDisplays, key)).map(([id]) => `${key.slice(0, key.indexOf('/'))}/${id}`),
    )
  }

  /** The keys of the groups whose members see, or are seen by, those of this one. */
  async around(key: string): Promise<string[]> {
    const [host = ''] = key.split('/', 1)
    const displayed = this.group(key)?.displayed.map(id => groupKey(host, id)) ?? []
    return [...new Set([...displayed, ...(await this.displayers(key))])]
  }

  /** Entries below a key, without it. */
  async #all<V>(namespace: Namespace<V>, key: string): Promise<[string, V][]> {
    const found: [string, V][] = []
    const range = allOf(key)
    for (let after: string | undefined = range.gt; after !== undefined; ) {
      const page: Page<V> = await namespace.page(BLOCK, { ...range, gt: after })
      for (const [entry, value] of page.entries) found.push([entry.slice(key.length + 1), value])
      after = page.next
    }
    return found
  }

  #once<T>(what: string, read: () => Promise<T>): Promise<T> {
    const known = this.#read.get(what)
    if (known) return known as Promise<T>
    const reading = read()
    this.#read.set(what, reading)
    return reading
  }
}

export function isSharing({ delayed, leaving }: Membership): boolean {
  return !delayed && !leaving
}
