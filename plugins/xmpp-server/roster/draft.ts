import type { Change, Namespace } from 'patchbay'
import { rosterKey } from '../accounts/addresses.js'
import { StanzaError } from '../stanza/error.js'
import { sameItem } from './item.js'
import { EMPTY_HEAD, type RosterHead, type RosterRecord } from './record.js'

/** A roster is one stanza; who has 10,000 contacts has 200 bytes for each. */
const MOST_BYTES = 2_000_000

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
    return this.#heads.get(owner) ?? this.#storedHead(owner)
  }

  /** Throws `resource-constraint` when the roster has grown beyond what a client may put into one. */
  assertRoom(owner: string, mostContacts: number): void {
    const { contacts, bytes } = this.head(owner)
    const before = this.#storedHead(owner)
    const full = contacts > mostContacts || bytes > MOST_BYTES
    if (full && (contacts > before.contacts || bytes > before.bytes)) {
      throw new StanzaError('resource-constraint', 'The roster is full')
    }
  }

  /** Undefined takes the entry out. What groups have given it stays known unless `given` says otherwise. */
  put(owner: string, contact: string, given: RosterRecord | undefined): void {
    const now = this.get(owner, contact)
    if (now === given) return
    const after = given && now?.shared && !('shared' in given) ? { ...given, shared: now.shared } : given
    const { version, contacts, requests, bytes } = this.head(owner)
    this.#heads.set(owner, {
      version,
      contacts: Math.max(0, contacts + listed(after) - listed(now)),
      requests: Math.max(0, requests + unlisted(after) - unlisted(now)),
      bytes: Math.max(0, bytes + bytesOf(contact, after) - bytesOf(contact, now)),
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

  #storedHead(owner: string): RosterHead {
    return this.#storage.rosterHeads.getSync(this.#held.get(owner)!) ?? EMPTY_HEAD
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

/** Requests of strangers do not fill the roster of who has not answered them. */
function bytesOf(contact: string, record: RosterRecord | undefined): number {
  if (!record || record.unlisted) return 0
  const { nick, groups } = record
  return Buffer.byteLength(contact) + Buffer.byteLength(JSON.stringify([nick, ...groups]))
}
