/**
 * What `xmpp-admin` needs of whoever serves XMPP: the service `xmpp-backend`. JIDs and hosts are prepared (RFC 7622);
 * an account's JID is bare. What can go wrong by the caller's doing is a value; a thrown error is a failure of the
 * backend. A host that is not served has no accounts.
 */
export interface XmppBackend {
  /** The domains that are served, in the order of the configuration. */
  hosts(): Promise<readonly string[]>
  readonly accounts: XmppAccounts
  readonly sessions: XmppSessions
  readonly rosters: XmppRosters
}

export interface XmppAccounts {
  /** The local parts of all accounts of a host, in the order of their UTF-8 bytes; undefined for an unknown host. */
  names(host: string): Promise<readonly string[] | undefined>
  /** Up to `limit` of them, after `after`; `next` is the `after` of the next page, undefined on the last one. */
  page(host: string, limit: number, after?: string): Promise<NamePage>
  count(host: string): Promise<number>
  exists(jid: string): Promise<boolean>
  /** Of several at once for one name, exactly one is told `registered`. */
  register(jid: string, password: string): Promise<'registered' | 'exists' | 'unknown_host' | 'invalid_password'>
  /** Removes the account with all that belongs to it. */
  unregister(jid: string): Promise<'unregistered' | 'unknown_account'>
  setPassword(jid: string, password: string): Promise<'changed' | 'unknown_account' | 'invalid_password'>
  checkPassword(jid: string, password: string): Promise<boolean>
  /** When the account was last used; undefined for an unknown one. */
  lastActivity(jid: string): Promise<LastActivity | undefined>
  /** How many messages wait for the account. */
  offlineMessages(jid: string): Promise<number>
}

export interface NamePage {
  names: readonly string[]
  next: string | undefined
}

export interface LastActivity {
  state: 'online' | 'offline' | 'never'
  /** When it went offline, or was registered. */
  at: Date
  /** What the last presence said. */
  status: string
}

export interface XmppSessions {
  /** All sessions, those of a host, or those of an account. */
  list(of?: { host: string } | { jid: string }): Promise<readonly XmppSession[]>
  /** How many there are in all. */
  count(): Promise<number>
}

export interface XmppSession {
  /** The full JID. */
  jid: string
  resource: string
  /** `c2s`, `c2s_tls`, `websocket`, … */
  connection: string
  address: string
  port: number
  priority: number
  connectedAt: Date
  /** `available`, or the `show` of the last presence. */
  show: string
  statusText: string
}

export interface XmppRosters {
  /** In the order of the contacts' JIDs; empty for an unknown account. */
  get(jid: string): Promise<readonly RosterEntry[]>
  /** Adds the contact, or changes what is given here and leaves a pending request alone. One side only. */
  set(jid: string, contact: RosterChange): Promise<'stored' | 'unknown_account'>
  /** Also when there is no such contact. */
  delete(jid: string, contact: string): Promise<'deleted' | 'unknown_account'>
}

export interface RosterChange {
  /** Bare; that of a host, too. */
  jid: string
  nick: string
  /** `none`, `to`, `from`, `both`; whatever else an administrator has written. */
  subscription: string
  groups: readonly string[]
}

export interface RosterEntry extends RosterChange {
  /** Requests for subscription that nobody has answered yet: ours, the contact's. */
  pending: 'none' | 'out' | 'in' | 'both'
}
