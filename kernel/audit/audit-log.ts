import type { Change, Namespace } from '../store/namespace.js'
import type { AuditEntry, NumberedEntry } from './entry.js'

export interface AuditLimits {
  entries: number
  days: number
}

/** Which entries are wanted; what is left out does not matter. Newest first. */
export interface AuditFilter {
  /** Name of the caller. */
  who?: string | undefined
  face?: string | undefined
  /** A part of the command. */
  command?: string | undefined
  address?: string | undefined
  result?: string | undefined
  /** Epoch milliseconds. */
  since?: number | undefined
  until?: number | undefined
}

interface Read {
  entries: NumberedEntry[]
  /** Pass it as `before` for the next page; undefined on the last one. */
  next: number | undefined
}

const CHUNK = 500
/** How many entries one page looks at, so that a filter that matches nothing ends. */
const MOST_LOOKED_AT = 20_000
/** Removed with each write at most, so that a lowered limit is reached without one long batch. */
const MOST_REMOVED = 200
const DAY_MS = 86_400_000

/** Entries in the order in which they came: only ever appended to, and bounded by number and age. */
export class AuditLog {
  readonly #namespace: Namespace<AuditEntry>
  readonly #limits: () => AuditLimits
  /** Numbers of the oldest stored entry and of the next one. */
  #first = 1
  #next = 1
  #opened: Promise<void> | undefined
  #waiting: { entries: AuditEntry[]; settled: PromiseWithResolvers }[] = []
  #writing: Promise<void> | undefined

  constructor(namespace: Namespace<AuditEntry>, limits: () => AuditLimits) {
    this.#namespace = namespace
    this.#limits = limits
  }

  /** Resolves once the entries are stored. Those that come in while others are being written share one batch. */
  append(...entries: AuditEntry[]): Promise<void> {
    const settled = promiseWithResolvers()
    this.#waiting.push({ entries, settled })
    this.#writing ??= this.#write()
    return settled.promise
  }

  async read(filter: AuditFilter, limit: number, before = Number.MAX_SAFE_INTEGER): Promise<Read> {
    await this.#open()
    const entries: NumberedEntry[] = []
    let number = Math.min(before, this.#next)
    for (let looked = 0; looked < MOST_LOOKED_AT && number > this.#first; looked += CHUNK) {
      const page = await this.#namespace.page(CHUNK, { lt: keyOf(number), reverse: true })
      for (const [key, entry] of page.entries) {
        number = numberOf(key)
        const time = Date.parse(entry.time)
        if (filter.since !== undefined && time < filter.since) return { entries, next: undefined }
        if (!matches(entry, time, filter)) continue
        entries.push({ number, ...entry })
        if (entries.length === limit) return { entries, next: number > this.#first ? number : undefined }
      }
      if (page.next === undefined) return { entries, next: undefined }
    }
    return { entries, next: number > this.#first ? number : undefined }
  }

  /** Removes what is older than the limits allow; how many were removed. */
  async prune(): Promise<number> {
    await this.#open()
    const first = this.#first
    await this.append()
    return this.#first - first
  }

  async close(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async #write(): Promise<void> {
    // Everything that is asked for in this turn belongs to the first batch.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const now = this.#waiting
      this.#waiting = []
      try {
        await this.#open()
        const entries = now.flatMap(each => each.entries)
        const removed = await this.#outdated(entries.length)
        const puts = entries.map((value, index) => ({ put: keyOf(this.#next + index), value }))
        const deletes = removed.map(number => ({ delete: keyOf(number) }))
        await this.#namespace.batch([...puts, ...deletes] as Change<AuditEntry>[])
        this.#next += entries.length
        this.#first += removed.length
        for (const { settled } of now) settled.resolve()
      } catch (thrown) {
        for (const { settled } of now) settled.reject(thrown)
      }
    }
    this.#writing = undefined
  }

  async #outdated(added: number): Promise<number[]> {
    const { entries, days } = this.#limits()
    const tooMany = this.#next + added - this.#first - entries
    const oldest = Date.now() - days * DAY_MS
    const page = await this.#namespace.page(Math.min(Math.max(tooMany, 10), MOST_REMOVED))
    const removed: number[] = []
    for (const [key, { time }] of page.entries) {
      if (removed.length >= tooMany && Date.parse(time) >= oldest) break
      removed.push(numberOf(key))
    }
    return removed
  }

  /** Finds the first and the last number; numbers are never used again, not even after everything was removed. */
  #open(): Promise<void> {
    this.#opened ??= (async () => {
      const [first] = (await this.#namespace.page(1)).entries
      const [last] = (await this.#namespace.page(1, { reverse: true })).entries
      if (last) this.#next = numberOf(last[0]) + 1
      this.#first = first ? numberOf(first[0]) : this.#next
    })()
    return this.#opened
  }
}

/** Whether an entry is one of those that are wanted. */
export function matches(entry: AuditEntry, time: number, wanted: AuditFilter): boolean {
  if (wanted.until !== undefined && time > wanted.until) return false
  const { who } = entry
  if (wanted.who !== undefined && who?.name !== wanted.who && `${who?.kind} ${who?.name}` !== wanted.who) return false
  if (wanted.face !== undefined && entry.face !== wanted.face) return false
  if (wanted.address !== undefined && entry.address !== wanted.address) return false
  if (wanted.result !== undefined && entry.result !== wanted.result) return false
  return wanted.command === undefined || entry.command.includes(wanted.command)
}

/** Wide enough for every safe integer, so that keys sort as their numbers do. */
function keyOf(number: number): string {
  return number.toString(36).padStart(11, '0')
}

function numberOf(key: string): number {
  return Number.parseInt(key, 36)
}

interface PromiseWithResolvers {
  promise: Promise<void>
  resolve(): void
  reject(thrown: unknown): void
}

/** `Promise.withResolvers` came with Node 22. */
function promiseWithResolvers(): PromiseWithResolvers {
  const made = {} as PromiseWithResolvers
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}
