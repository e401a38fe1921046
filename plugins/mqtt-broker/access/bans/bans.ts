import { inSequence, KernelError } from 'patchbay'
import type { Ban, Bans } from '../../../mqtt-admin/backend.js'
import { isName } from '../name.js'
import type { KeptBans } from './kept.js'
import { NetworkTable, parseNetwork } from './network.js'

const MOST_BANS = 100_000
const MOST_IN_ONE_BATCH = 1000
const LONGEST_REASON = 1024

/** Whom a ban may concern. A name counts as soon as it is claimed. */
export interface Banned {
  clientId: string
  username: string | undefined
  address: string | undefined
}

/** A ban holds from the moment it is stored until its time has come or it is lifted. */
export class BanList implements Bans {
  readonly #kept: KeptBans
  readonly #disconnect: (concerns: (who: Banned) => boolean, clientId: string | undefined) => Promise<number>
  readonly #now: () => number
  #networks = new NetworkTable<Ban>()
  #revision = -1

  /** `disconnect` ends the connections of those whom a ban concerns, who are only the one with `clientId` if it is given. */
  constructor(
    kept: KeptBans,
    disconnect: (concerns: (who: Banned) => boolean, clientId: string | undefined) => Promise<number>,
    now: () => number = Date.now,
  ) {
    this.#kept = kept
    this.#disconnect = disconnect
    this.#now = now
  }

  count(): number {
    return this.#kept.known.size
  }

  /** By id. */
  async page(after: string | undefined, limit: number): Promise<{ bans: Ban[]; next?: string }> {
    const { entries, next } = await this.#kept.namespace.page(limit, { gt: after })
    const bans = entries.map(([, ban]) => ban).filter(ban => this.#holds(ban))
    return next === undefined ? { bans } : { bans, next }
  }

  async add(given: Omit<Ban, 'id' | 'bannedAt'>): Promise<{ ban: Ban; disconnected: number }> {
    const ban = checked(given, this.#now())
    await inSequence(this.#kept, async () => {
      const { known, namespace } = this.#kept
      if (known.size >= MOST_BANS && !known.has(ban.id)) throw tooMany()
      await namespace.put(ban.id, ban)
      known.set(ban.id, ban)
      this.#kept.revision++
    })
    const disconnected = await this.#disconnect(
      who => this.#concerns(ban, who),
      ban.kind === 'client' ? ban.who : undefined,
    )
    return { ban, disconnected }
  }

  lift(id: string): Promise<boolean> {
    return inSequence(this.#kept, async () => {
      const ban = this.#kept.known.get(id)
      if (!ban) return false
      await this.#remove([id])
      return this.#holds(ban)
    })
  }

  /** The ban that keeps this client out. */
  find({ clientId, username, address }: Banned): Ban | undefined {
    const { known } = this.#kept
    if (known.size === 0) return undefined
    const named = [
      known.get(idOf('client', clientId)),
      username === undefined ? undefined : known.get(idOf('user', username)),
    ]
    return named.find(ban => ban && this.#holds(ban)) ?? (address === undefined ? undefined : this.ofAddress(address))
  }

  ofAddress(address: string): Ban | undefined {
    if (this.#kept.known.size === 0) return undefined
    if (this.#revision !== this.#kept.revision) this.#index()
    for (const ban of this.#networks.find(address)) if (this.#holds(ban)) return ban
    return undefined
  }

  /** Removes those whose time has come; until then they are only passed over. */
  async sweep(): Promise<void> {
    const over = [...this.#kept.known.values()].filter(ban => !this.#holds(ban))
    for (let at = 0; at < over.length; at += MOST_IN_ONE_BATCH) {
      await inSequence(this.#kept, () =>
        // One of them may have been imposed again meanwhile.
        this.#remove(
          over
            .slice(at, at + MOST_IN_ONE_BATCH)
            .filter(ban => this.#kept.known.get(ban.id) === ban)
            .map(({ id }) => id),
        ),
      )
    }
  }

  async #remove(ids: readonly string[]): Promise<void> {
    await this.#kept.namespace.batch(ids.map(id => ({ delete: id })))
    for (const id of ids) this.#kept.known.delete(id)
    this.#kept.revision++
  }

  #holds({ until }: Ban): boolean {
    return until === undefined || until > this.#now()
  }

  #concerns(ban: Ban, { clientId, username, address }: Banned): boolean {
    if (ban.kind === 'client') return ban.who === clientId
    if (ban.kind === 'user') return ban.who === username
    return address !== undefined && this.ofAddress(address) !== undefined
  }

  #index(): void {
    this.#networks = new NetworkTable()
    for (const ban of this.#kept.known.values()) {
      const network = ban.kind === 'address' ? parseNetwork(ban.who) : undefined
      if (network) this.#networks.set(network, ban)
    }
    this.#revision = this.#kept.revision
  }
}

/** One ban for each of a kind, so that what it concerns is its id. */
function idOf(kind: Ban['kind'], who: string): string {
  return `${kind}:${who}`
}

function checked({ kind, who, reason, by, until }: Omit<Ban, 'id' | 'bannedAt'>, now: number): Ban {
  const network = kind === 'address' ? parseNetwork(who) : undefined
  if (kind === 'address' && !network) {
    throw wrong(`"${who}" is no address and no network: expected one such as 10.0.0.7, 10.0.0.0/8 or ::1`)
  }
  if (kind !== 'address' && !isName(who))
    throw wrong(`"who" cannot be the ${kind === 'user' ? 'name of a user' : 'id of a client'}`)
  if (reason !== undefined && reason.length > LONGEST_REASON) throw wrong(`"reason" is longer than ${LONGEST_REASON}`)
  if (until !== undefined && !(until > now)) throw wrong('the ban would be over already')
  const name = network?.text ?? who
  return { id: idOf(kind, name), kind, who: name, reason, by, bannedAt: now, until }
}

function wrong(sentence: string): KernelError {
  return new KernelError('bad_request', `${sentence}; nobody was banned`)
}

function tooMany(): KernelError {
  return new KernelError('conflict', `there are ${MOST_BANS} bans already, which is the most there may be`, {
    hint: 'lift some, or ban a network instead of its addresses',
  })
}
