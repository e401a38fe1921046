import type { HoldingContext, Namespace } from 'patchbay'
import type { ActivityRecord } from './accounts/activity.js'
import type { AccountRecord } from './accounts/record.js'
import type { ScramKeys } from './accounts/scram-keys.js'
import type { GroupRecord, Membership } from './groups/record.js'
import type { Standing, Subscriber } from './muc/room.js'
import type { RoomRecord } from './muc/rooms.js'
import type { OfflineHead, OfflineRecord } from './offline/record.js'
import type { Farewell } from './roster/farewell.js'
import type { RosterHead, RosterRecord } from './roster/record.js'
import type { PrivateRecord } from './services/privates.js'
import type { Element } from './xml/element.js'

/** What each namespace holds. Keys begin with the account's key (`host/local`), those of counts are hosts. */
export interface Stored {
  accounts: AccountRecord
  credentials: ScramKeys
  /** By account and contact. */
  rosters: RosterRecord
  rosterHeads: RosterHead
  /** By account, and something that is never there twice. */
  farewells: Farewell
  /** By account, then in the order in which they came. */
  offline: OfflineRecord
  offlineHeads: OfflineHead
  /** JIDs that the account does not want to hear of. */
  blocklists: string[]
  activity: ActivityRecord
  privates: PrivateRecord
  vcards: Element
  /** By host and id. */
  groups: GroupRecord
  /** By group and member. */
  groupMembers: Membership
  /** By member and group. */
  memberships: Membership
  /** By group, and the group that displays it. */
  groupDisplays: true
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
  'rosterHeads',
  'farewells',
  'offline',
  'offlineHeads',
  'blocklists',
  'activity',
  'privates',
  'vcards',
  'groups',
  'groupMembers',
  'memberships',
  'groupDisplays',
  'counts',
  'rooms',
  'affiliations',
  'subscribers',
  'nicks',
] as const satisfies readonly StoreName[]

export function openStores(holding: HoldingContext): Stores {
  return Object.fromEntries(STORE_NAMES.map(name => [name, holding.storage(name)])) as unknown as Stores
}
