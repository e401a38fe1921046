import type { HoldingContext, Namespace } from 'patchbay'
import type { AccountRecord } from './accounts/accounts.js'
import type { ActivityRecord } from './accounts/activity.js'
import type { ScramKeys } from './accounts/scram-keys.js'
import type { Standing, Subscriber } from './muc/room.js'
import type { RoomRecord } from './muc/rooms.js'
import type { RosterRecord } from './roster/rosters.js'
import type { PrivateRecord } from './services/privates.js'
import type { Element } from './xml/element.js'

/** What each namespace holds. Keys begin with the account's key (`host/local`), those of counts are hosts. */
export interface Stored {
  accounts: AccountRecord
  credentials: ScramKeys
  /** By account and contact. */
  rosters: RosterRecord
  activity: ActivityRecord
  privates: PrivateRecord
  vcards: Element
  /** Of the accounts, by host. */
  counts: number
  /** By service and name. */
  rooms: RoomRecord
  /** By room and bare JID or domain. */
  affiliations: Standing
  /** By room and bare JID. */
  subscribers: Subscriber
  /** Registered with a service of rooms, by service and bare JID. */
  nicks: string
}

export type StoreName = keyof Stored
export type Stores = { [N in StoreName]: Namespace<Stored[N]> }

export const STORE_NAMES = [
  'accounts',
  'credentials',
  'rosters',
  'activity',
  'privates',
  'vcards',
  'counts',
  'rooms',
  'affiliations',
  'subscribers',
  'nicks',
] as const satisfies readonly StoreName[]

export function openStores(holding: HoldingContext): Stores {
  return Object.fromEntries(STORE_NAMES.map(name => [name, holding.storage(name)])) as unknown as Stores
}
