import type { AccountRecord } from './record.js'

const MOST_RECORDS = 10_000

/** What all generations share while one takes over from another: plain data. */
export interface Books {
  /** Who is writing, by what is written. */
  readonly turns: Map<string, Promise<unknown>>
  /** Names of a host's accounts as last read; they go when memory is needed. */
  readonly names: Map<string, WeakRef<Promise<readonly string[]>>>
  /** Accounts as last read, by their keys: every stanza and every request asks for some. */
  readonly records: Map<string, AccountRecord>
}

export function newBooks(): Books {
  return { turns: new Map(), names: new Map(), records: new Map() }
}

export function remember({ records }: Books, key: string, record: AccountRecord): void {
  if (records.size >= MOST_RECORDS) records.clear()
  records.set(key, record)
}

/** Runs `act` once everything that came in before under the same key has ended, well or badly. */
export function inTurn<T>({ turns, records }: Books, key: string, act: () => Promise<T>): Promise<T> {
  const before = turns.get(key)
  const result = before ? before.then(act) : act()
  const ended: Promise<unknown> = result.then(
    () => leave(),
    () => leave(),
  )
  const leave = () => {
    // Whatever was read until now may be of before.
    records.delete(key)
    if (turns.get(key) === ended) turns.delete(key)
  }
  turns.set(key, ended)
  return result
}
