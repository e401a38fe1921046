/** The accounts of the hosts that are served, one file for all who administer them. */
export interface XmppAccounts {
  /** The local parts of all accounts of a host, in the order of their UTF-8 bytes; undefined for an unknown host. */
  names(host: string): Promise<readonly string[] | undefined>
  /** Up to `limit` of them, after `after`; `next` is the `after` of the next page, undefined on the last one. */
  page(host: string, limit: number, after?: string): Promise<NamePage>
  count(host: string): Promise<number>
  exists(jid: string): Promise<boolean>
  /** Of several at once for one name, exactly one is told `registered`. */
  register(jid: string, password: string): Promise<'registered' | 'exists' | 'unknown_host' | 'invalid_password'>
  /** Removes the account with all that belongs to it, and ends its sessions (`not-authorized`). */
  unregister(jid: string): Promise<'unregistered' | 'unknown_account'>
  /** Also ends the sessions of the account: whoever knows the new password logs in again. */
  setPassword(jid: string, password: string): Promise<'changed' | 'unknown_account' | 'invalid_password'>
  checkPassword(jid: string, password: string): Promise<boolean>
  /** The account's role, `prosody:registered` unless set; undefined for an unknown account. */
  role(jid: string): Promise<string | undefined>
  setRole(jid: string, role: string): Promise<'changed' | 'unknown_account' | 'unknown_role'>
  /** Nobody logs in to it until it is unbanned; its sessions end (`policy-violation`). It keeps its password. */
  ban(jid: string, reason: string, by: string): Promise<'banned' | 'unknown_account'>
  unban(jid: string): Promise<'unbanned' | 'not_banned' | 'unknown_account'>
  /** Undefined where it is not banned. */
  banOf(jid: string): Promise<Ban | undefined>
  /** When the account was last used; undefined for an unknown one. */
  lastActivity(jid: string): Promise<LastActivity | undefined>
  setLastActivity(jid: string, at: Date, status: string): Promise<'changed' | 'unknown_account'>
  /** The bare JIDs of the accounts of a host that have not been used since; nobody who is online. */
  idleSince(host: string, since: Date): AsyncIterable<string>
}

export interface NamePage {
  names: readonly string[]
  next: string | undefined
}

export interface Ban {
  reason: string
  at: Date
  /** Who did it, as they were known to the face. */
  by: string
}

export interface LastActivity {
  state: 'online' | 'offline' | 'never'
  /** When it went offline, or was registered. */
  at: Date
  /** What the last presence said. */
  status: string
}
