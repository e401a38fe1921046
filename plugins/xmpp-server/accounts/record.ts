import { randomBytes } from 'node:crypto'

/** Small, because lists and every request of an account read it; what a password becomes is stored apart. */
export interface AccountRecord {
  role: string
  /** Milliseconds since the epoch. */
  created: number
  revision: string
  /** While nobody may log in to it. */
  ban?: BanRecord | undefined
}

export interface BanRecord {
  reason: string
  /** Milliseconds since the epoch. */
  at: number
  by: string
}

/** Never one that was there before, or an account made anew would pass for the old one. */
export function newRevision(): string {
  return randomBytes(12).toString('base64url')
}
