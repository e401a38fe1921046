export interface XmppMessages {
  /** To a bare JID: all sessions of the account, whatever their presence, else its offline store. To a full one: that session. */
  send(message: GivenMessage): Promise<MessageOutcome>
  /** Routes any stanza as if it had come from `from`; what it says of `from` and `to` itself does not count. */
  route(from: string, to: string, stanza: string): Promise<'routed' | 'invalid_xml'>
  /** One message to everybody who is online, or to all accounts; how many users it was delivered or stored for. */
  broadcast(message: Omit<GivenMessage, 'to'>, whom: { host?: string; all?: true }): Promise<number>
  readonly offline: XmppOffline
}

export interface GivenMessage {
  to: string
  from: string
  /** `chat`, `headline`, …; none is sent unless given. */
  type?: string
  subject?: string
  body?: string
}

/** `refused` is what no session and no store takes: a full store, a blocked sender. */
export type MessageOutcome = 'delivered' | 'stored' | 'unknown_account' | 'refused'

export interface XmppOffline {
  /** How many messages wait for the account. */
  count(jid: string): Promise<number>
  /** Up to `limit`, oldest first. */
  list(jid: string, limit: number): Promise<readonly OfflineMessage[]>
  /** Those that came before then; how many. */
  deleteOlder(before: Date): Promise<number>
  /** Those whose sender gave them an end that has passed (XEP-0079, XEP-0023); how many. */
  deleteExpired(): Promise<number>
}

export interface OfflineMessage {
  from: string
  at: Date
  /** The stanza as it will be sent. */
  stanza: string
}
