/** An entry of a roster under its owner and contact (RFC 6121 §2.1.2). */
export interface RosterRecord {
  nick: string
  /** `none`, `to`, `from`, `both`; administrators may write others. */
  subscription: string
  /** Requests for subscription that are not answered yet: ours, the contact's (RFC 6121 §3.1). */
  pending: 'none' | 'out' | 'in' | 'both'
  groups: string[]
  /** Only the contact's request makes the entry: it is in no roster that a client sees (RFC 6121 §3.1.3). */
  unlisted?: true
  /** What of it groups have given, and what there was before. */
  shared?: SharedPart | undefined
  /** The contact's request as it came, while it is pending. */
  request?: string
}

/** What is known of a roster as a whole. */
export interface RosterHead {
  /** Grows with every change that clients see, never the same twice even for an account made anew; milliseconds. */
  version: number
  contacts: number
  /** Entries that are not listed. */
  requests: number
  /** Of all entries, about as many as clients are sent. */
  bytes: number
}

export const EMPTY_HEAD: RosterHead = { version: 0, contacts: 0, requests: 0, bytes: 0 }

/** What groups have given an entry: it goes again with them, and nothing else does. */
export interface SharedPart {
  to: boolean
  from: boolean
  labels: string[]
  before: 'none' | 'unlisted' | 'listed'
}
