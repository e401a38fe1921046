/** Every change is pushed to the owner's clients that have asked for the roster (RFC 6121 §2.1.6). */
export interface XmppRosters {
  /** In the order of the contacts' JIDs; empty for an unknown account. */
  get(jid: string): Promise<readonly RosterEntry[]>
  /** Adds the contact, or changes what is given here and leaves a pending request alone. One side only. */
  set(jid: string, contact: RosterChange): Promise<'stored' | 'unknown_account'>
  /** Also when there is no such contact. */
  delete(jid: string, contact: string): Promise<'deleted' | 'unknown_account'>
  /**
   * Makes both see each other (`both`), keeping names and groups. `contact` is bare; where it is no account of ours,
   * only the owner's side is stored.
   */
  subscribeBoth(jid: string, contact: string): Promise<'subscribed' | 'unknown_account'>
  /** Takes the contact out; the contact's own entry stays with the subscription `none`. */
  unsubscribeBoth(jid: string, contact: string): Promise<'unsubscribed' | 'unknown_account'>
  /** All entries of all rosters, read in pages. */
  all(): AsyncIterable<{ owner: string; entry: RosterEntry }>
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
