import type { TestHouse } from '../house.js'
import type { Recorded } from '../recordings.js'

/** How one recording is replayed: in which state, and which of its rows are not compared, each with a reason. */
export interface Script {
  file: string
  read(folder: string, file: string): Recorded[]
  open(): Promise<{
    house: TestHouse
    url: string
    clients?: readonly { end(force: boolean): unknown }[]
    /** What changes in the state ahead of a row, by the row's id. */
    before?: Readonly<Record<string, () => Promise<unknown>>>
  }>
  /** The recorded credentials as ours, and the recorded plugins and commands as ours. */
  translate: readonly (readonly [recorded: string | RegExp, ours: string])[]
  /** What a row is sent with when it brings no credentials. */
  anonymous?: string
  /** Endpoints that later issues add: rows that need one are left out, whatever they ask of it. */
  later: readonly (readonly [rows: RegExp, endpoint: string])[]
  /** Rows by their id whose answer is not the original's: what is answered instead, and why. */
  exceptions: Readonly<Record<string, readonly [status: number, why: string]>>
  /** The same for rows of a kind, kept back ones included: tried on `METHOD path status body`. */
  deviations?: readonly (readonly [rows: RegExp, status: number, why: string])[]
  /** What of an answer is compared, where it has entries that only one of the two servers can have. */
  prune?(answer: unknown): unknown
  /** Rows whose entries are ours to name: only the first entry's keys and types are compared. */
  named?: RegExp
  /** Rows of which only status and headers can be told. */
  bodyless?: RegExp
  /** Keys with values of the moment. */
  volatile: readonly string[]
}
