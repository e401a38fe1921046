import type { XmppAccounts } from './backend/accounts.js'
import type { XmppGroups } from './backend/groups.js'
import type { XmppMessages } from './backend/messages.js'
import type { XmppPrivates, XmppVcards } from './backend/profiles.js'
import type { XmppRooms } from './backend/rooms.js'
import type { XmppRosters } from './backend/rosters.js'
import type { XmppSessions } from './backend/sessions.js'

export type * from './backend/accounts.js'
export type * from './backend/groups.js'
export type * from './backend/messages.js'
export type * from './backend/profiles.js'
export type * from './backend/rooms.js'
export type * from './backend/rosters.js'
export type * from './backend/sessions.js'
export type * from './backend/xml.js'

/**
 * What `xmpp-admin` needs of whoever serves XMPP: the service `xmpp-backend`. JIDs and hosts are prepared (RFC 7622);
 * an account's JID is bare. What can go wrong by the caller's doing is a value; a thrown error is a failure of the
 * backend, `unsupported` what it cannot do at all. A host that is not served has no accounts.
 */
export interface XmppBackend {
  /** The domains that are served, in the order of the configuration. */
  hosts(): Promise<readonly string[]>
  /** When it began to serve. */
  readonly startedAt: Date
  readonly accounts: XmppAccounts
  readonly sessions: XmppSessions
  readonly rosters: XmppRosters
  readonly messages: XmppMessages
  readonly vcards: XmppVcards
  readonly privates: XmppPrivates
  readonly groups: XmppGroups
  readonly rooms: XmppRooms
}
