import type { Change, Namespace } from 'patchbay'
import { rosterKey } from '../accounts/addresses.js'
import { sameItem } from './item.js'
import { EMPTY_HEAD, type RosterHead, type RosterRecord } from './record.js'

export interface RosterStorage {
  rosters: Namespace<RosterRecord>
  rosterHeads: Namespace<RosterHead>
}

/** One entry that has changed. */
export interface RosterChange {
  owner: string
  contact: string
  before: RosterRecord | undefined
  after: RosterRecord | undefined
  /** Of the owner's roster; undefined where clients see no difference. */
  version: number | undefined
}

/** Changes of one or several rosters before they are written together. */
export class RosterDraft {
  readonly #storage: RosterStorage
  /** The keys of the accounts that are held, by JID. */
  readonly #held: ReadonlyMap<string, string>
  readonly #heads = new Map<string, RosterHead>()
  readonly #changed = new Map<string, RosterChange>()
  /** What is said once everything is written, before clients are told of the changes. */
  readonly words: (() => void)[] = []

  constructor(storage: RosterStorage, held: ReadonlyMap<string, string>) {
    this.#storage = storage
    this.#held = held
  }

  /** Whether it is an account of ours. */
  exists(owner: string): boolean {
    return this.#held.has(owner)
  }

  get(owner: string, contact: string): RosterRecord | undefined {
    const changed = this.#changed.get(`${owner} ${contact}`)
    return changed ? changed.after : this.#stored(owner, contact)
  }

  head(owner: string): RosterHead {
    const known = this.#heads.get(owner)
    return known ?? this.#storage.rosterHeads.getSync(this.#held.get(owner)!) ?? EMPTY_HEAD
  }

  /** Undefined takes the entry out. */
  put(owner: string, contact: string, after: RosterRecord | undefined): void {
    const now = this.get(owner, contact)
    if (now === after) return
    const { version, contacts, requests } = this.head(owner)
    this.#heads.set(owner, {
      version,
      contacts: Math.max(0, contacts + listed(after) - listed(now)),
      requests: Math.max(0, requests + unlisted(after) - unlisted(now)),
    })
    const before = this.#stored(owner, contact)
    this.#changed.set(`${owner} ${contact}`, { owner, contact, before, after, version: undefined })
  }

  afterwards(say: () => void): void {
    this.words.push(say)
  }

  /** Writes everything at once; what has changed, in the order in which it was put. */
  async write(): Promise<RosterChange[]> {
    const { rosters, rosterHeads } = this.#storage
    const changed = [...this.#changed.values()]
    if (changed.length === 0) return []
    for (const change of changed) {
      if (sameItem(change.contact, change.before, change.after)) continue
      const head = this.head(change.owner)
      change.version = Math.max(head.version + 1, Date.now())
      this.#heads.set(change.owner, { ...head, version: change.version })
    }
    const changes: Change<RosterRecord>[] = changed.map(({ owner, contact, after }) => {
      const key = rosterKey(this.#held.get(owner)!, contact)
      return after ? { put: key, value: after } : { delete: key }
    })
    for (const [owner, value] of this.#heads) changes.push({ put: this.#held.get(owner)!, value, in: rosterHeads })
    await rosters.batch(changes)
    return changed
  }

  #stored(owner: string, contact: string): RosterRecord | undefined {
    return this.#storage.rosters.getSync(rosterKey(this.#held.get(owner)!, contact))
  }
}

function listed(record: RosterRecord | undefined): number {
  return record && !record.unlisted ? 1 : 0
}

function unlisted(record: RosterRecord | undefined): number {
  return record?.unlisted ? 1 : 0
}
