import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { AccessLevel, PluginContext } from 'patchbay'
import type { Proof } from '../proof.js'

/** A session as plain data: it is kept across reloads, and holds digests only. */
export interface Session {
  /** Of the id, the value of the cookie. */
  readonly cookie: string
  authKey: string
  authKeyUntil: number
  /** The auth_key before this one, during the grace. */
  formerKey: string | undefined
  formerUntil: number
  readonly owner: string
  /** The user's, or the id of the key that opened it. */
  readonly name: string
  readonly level: AccessLevel
  /** Set when a key opened it: every call is held against the addresses of that key. */
  readonly keyId: string | undefined
  readonly ends: number
  idleUntil: number
}

export type KeptSessions = Map<string, Session>

export interface SessionTimes {
  readonly hermes_auth_key_seconds: number
  readonly hermes_auth_key_grace_seconds: number
  readonly hermes_session_idle_seconds: number
  readonly hermes_session_seconds: number
}

export type SessionOwner = Pick<Session, 'owner' | 'name' | 'level' | 'keyId'>

interface Shown {
  session: string
  cookie: string
  authKey: string
}

const PREFIX = 'hermes_'
const NAME_BYTES = 8
const SECRET_BYTES = 24
const MOST = 4096
const MOST_OF_ONE = 32
/** No secret has this digest. */
const NO_DIGEST = Buffer.alloc(32).toString('base64')

export function keepSessions(ctx: PluginContext<unknown>): Promise<KeptSessions> {
  return ctx.keep<KeptSessions>('hermes sessions', { open: () => new Map(), close: sessions => sessions.clear() })
}

/** The sessions of the Hermes face (contracts/hermes.md §1.3), in memory. */
export class Sessions {
  readonly #kept: KeptSessions
  readonly #times: SessionTimes
  readonly #admits: (keyId: string, address: string) => boolean
  readonly #now: () => number

  /** `admits` tells whether a key is still there and may be used from an address; `now` is in epoch milliseconds. */
  constructor(
    kept: KeptSessions,
    times: SessionTimes,
    admits: (keyId: string, address: string) => boolean,
    now: () => number = Date.now,
  ) {
    this.#kept = kept
    this.#times = times
    this.#admits = admits
    this.#now = now
  }

  get count(): number {
    return this.#kept.size
  }

  /** The oldest goes when there are too many, first those of the same owner. */
  open(by: SessionOwner): Shown {
    const own = [...this.#kept].filter(([, { owner }]) => owner === by.owner)
    if (own.length >= MOST_OF_ONE) this.#kept.delete(own[0]![0])
    if (this.#kept.size >= MOST) this.#kept.delete(this.#kept.keys().next().value!)
    const session = PREFIX + randomBytes(NAME_BYTES).toString('hex')
    const [cookie, authKey] = [newSecret(), newSecret()]
    const now = this.#now()
    const ends = now + this.#times.hermes_session_seconds * 1000
    this.#kept.set(session, {
      ...by,
      cookie: digest(cookie),
      authKey: digest(authKey),
      authKeyUntil: now + this.#times.hermes_auth_key_seconds * 1000,
      formerKey: undefined,
      formerUntil: 0,
      ends,
      idleUntil: this.#idleFrom(now, ends),
    })
    return { session, cookie, authKey }
  }

  /** A call with the newest auth_key, which keeps the session from idling out. */
  verify(name: string, cookie: string, authKey: string, address: string): Proof | undefined {
    const session = this.#find(name, cookie)
    const now = this.#now()
    const newest = equal(session?.authKey, authKey) && now < (session?.authKeyUntil ?? 0)
    const former = equal(session?.formerKey, authKey) && now < (session?.formerUntil ?? 0)
    if (!session || !(newest || former)) return undefined
    if (session.keyId !== undefined && !this.#admits(session.keyId, address)) {
      this.#kept.delete(name)
      return undefined
    }
    session.idleUntil = this.#idleFrom(now, session.ends)
    return {
      identity: { kind: 'session', name: session.name, level: session.level },
      owner: session.owner,
      until: session.idleUntil,
    }
  }

  /** A new auth_key for the newest one, which dies at once; undefined when it was not the newest any more. */
  renew(name: string, cookie: string, authKey: string): string | undefined {
    const session = this.#find(name, cookie)
    const now = this.#now()
    if (!equal(session?.authKey, authKey) || !session || now >= session.authKeyUntil) return undefined
    const next = newSecret()
    session.formerKey = session.authKey
    session.formerUntil = now + this.#times.hermes_auth_key_grace_seconds * 1000
    session.authKey = digest(next)
    session.authKeyUntil = now + this.#times.hermes_auth_key_seconds * 1000
    return next
  }

  /** Seconds until the session ends by itself when nobody calls. */
  left(name: string): number {
    const session = this.#kept.get(name)
    return session ? Math.max(0, Math.ceil((session.idleUntil - this.#now()) / 1000)) : 0
  }

  /** False when there is no such session, or this is not its cookie. */
  close(name: string, cookie: string): boolean {
    return this.#find(name, cookie) !== undefined && this.#kept.delete(name)
  }

  /** Ends all sessions of an owner. */
  end(owner: string): void {
    for (const [name, session] of this.#kept) if (session.owner === owner) this.#kept.delete(name)
  }

  sweep(): void {
    const now = this.#now()
    for (const [name, { idleUntil }] of this.#kept) if (idleUntil <= now) this.#kept.delete(name)
  }

  #find(name: string, cookie: string): Session | undefined {
    const session = this.#kept.get(name)
    if (session && session.idleUntil <= this.#now()) {
      this.#kept.delete(name)
      return undefined
    }
    return equal(session?.cookie, cookie) ? session : undefined
  }

  #idleFrom(now: number, ends: number): number {
    return Math.min(ends, now + this.#times.hermes_session_idle_seconds * 1000)
  }
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

function digest(secret: string): string {
  return hash('sha256', secret, 'base64')
}

/** In constant time, also when there is nothing to compare with. */
function equal(stored: string | undefined, secret: string): boolean {
  const same = timingSafeEqual(Buffer.from(stored ?? NO_DIGEST, 'base64'), hash('sha256', secret, 'buffer'))
  return same && stored !== undefined
}
