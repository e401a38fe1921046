import type { Affiliation } from '../../xmpp-admin/backend.js'
import { domainOf } from '../accounts/addresses.js'
import type { Session } from '../session/session.js'
import type { Element } from '../xml/element.js'
import type { RoomOptions } from './options.js'

export type PresentRole = 'moderator' | 'participant' | 'visitor'
export type Role = PresentRole | 'none'

/** Somebody under a nick; with several sessions when an account enters more than once under it. */
export interface Occupant {
  nick: string
  /** The bare JID. */
  readonly account: string
  role: PresentRole
  /** What its client said of itself last. */
  presence: readonly (Element | string)[]
  /** The session that said so. */
  session: Session
}

/** A message as it was sent to everybody. */
export interface Remembered {
  readonly message: Element
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Characters of XML. */
  readonly size: number
}

export interface Standing {
  affiliation: Exclude<Affiliation, 'none'>
  reason: string
}

export interface Subscriber {
  nick: string
  nodes: readonly string[]
}

export interface Subject {
  text: string
  /** The nick of who set it. */
  by: string
  /** Milliseconds since the epoch. */
  at: number
}

/** A room (XEP-0045) as plain data that outlives generations. */
export interface Room {
  /** The bare JID: `name@service`. */
  readonly jid: string
  readonly name: string
  readonly service: string
  /** The bare JID of who has made it by entering; empty when an administrator has. */
  readonly founder: string
  options: RoomOptions
  subject: Subject
  /** Made by who entered it and not configured yet: nobody else gets in (XEP-0045 §10.1). */
  locked: boolean
  /** When somebody has been in it last, in milliseconds since the epoch. */
  usedAt: number
  /** What the store says of `usedAt`. */
  storedUse: number
  /** Whether anything has ever been said in it. */
  spoken: boolean
  /** By bare JID, or the domain of all its accounts. */
  readonly affiliations: Map<string, Standing>
  /** By bare JID. */
  readonly subscribers: Map<string, Subscriber>
  /** By nick. */
  readonly occupants: Map<string, Occupant>
  readonly sessions: Map<Session, Occupant>
  readonly history: Remembered[]
  /** When an account asked for voice last, in milliseconds since the epoch. */
  readonly voiceRequests: Map<string, number>
}

export function newRoom(name: string, service: string, options: RoomOptions, founder = ''): Room {
  const now = Date.now()
  return {
    jid: `${name}@${service}`,
    name,
    service,
    founder,
    options,
    subject: { text: '', by: '', at: now },
    locked: false,
    usedAt: now,
    storedUse: now,
    spoken: false,
    affiliations: new Map(),
    subscribers: new Map(),
    occupants: new Map(),
    sessions: new Map(),
    history: [],
    voiceRequests: new Map(),
  }
}

type Switch = { [K in keyof RoomOptions]: K }[keyof RoomOptions]

/** Whether an option is switched on. */
export function on({ options }: Room, name: Switch): boolean {
  return options[name] === 'true'
}

export function affiliationOf({ affiliations }: Room, account: string): Affiliation {
  const standing = affiliations.get(account) ?? affiliations.get(domainOf(account))
  return standing?.affiliation ?? 'none'
}

/** The role that somebody enters with, and gets with another affiliation (XEP-0045 §5.1.2, §5.2); `none` must leave. */
export function roleFor(room: Room, affiliation: Affiliation): Role {
  switch (affiliation) {
    case 'owner':
    case 'admin':
      return 'moderator'
    case 'member':
      return 'participant'
    case 'outcast':
      return 'none'
    case 'none':
      if (on(room, 'members_only')) return 'none'
      return on(room, 'members_by_default') ? 'participant' : 'visitor'
  }
}
