export interface XmppSessions {
  /** All sessions, those of a host, or those of an account; in the order in which they came. */
  list(of?: SessionsOf): Promise<readonly XmppSession[]>
  /** How many sessions there are. */
  count(of?: SessionsOf): Promise<number>
  /** How many accounts have a session at least. */
  countUsers(host?: string): Promise<number>
  /** Closes those of an account (bare JID) or the one of a full JID, with a stream error; how many there were. */
  end(jid: string, why: EndOfSession): Promise<number>
  /** Sends a presence in the name of a session, as if its client had; undefined where there is no such session. */
  setPresence(fullJid: string, presence: GivenPresence): Promise<'sent' | 'unknown_session'>
  /** Handles a stanza as if the client of this session had sent it. */
  receive(fullJid: string, stanza: string): Promise<'received' | 'unknown_session' | 'invalid_xml'>
}

export type SessionsOf = { host: string } | { jid: string }

export interface EndOfSession {
  /** Of RFC 6120 §4.9.3: `policy-violation`, `conflict`, … */
  condition: string
  /** For the person at the client. */
  text?: string
}

export interface GivenPresence {
  /** `available`, `unavailable`, `subscribe`, … */
  type: string
  /** `away`, `chat`, `dnd`, `xa`; empty for none. */
  show: string
  status: string
  priority: number
}

export interface XmppSession {
  /** The full JID. */
  jid: string
  resource: string
  /** One that no other session of the server's life has. */
  id: string
  /** `c2s`, `c2s_tls`, `websocket`, … */
  connection: string
  secure: boolean
  address: string
  port: number
  priority: number
  connectedAt: Date
  /** `available`, or the `show` of the last presence; `unavailable` before the first and after the last one. */
  show: string
  statusText: string
}
