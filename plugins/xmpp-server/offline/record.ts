/** A message that waits for its account. */
export interface OfflineRecord {
  from: string
  /** When it came, in milliseconds since the epoch. */
  at: number
  /** As it will be sent, with its delay (XEP-0203). */
  stanza: string
  /** When its sender no longer wants it to be read, in milliseconds since the epoch. */
  expires?: number
}

/** What waits for an account, all together. */
export interface OfflineHead {
  count: number
  /** Of the stanzas. */
  bytes: number
  /** The key of the message that came last. */
  last: string
}

export const NOTHING_WAITS: OfflineHead = { count: 0, bytes: 0, last: '' }
