import type { AuditEntry } from './entry.js'

/** How many different callers one minute tells apart; the rest of that minute is one entry. */
const MOST_CALLERS = 2000
const MINUTE_MS = 60_000

/** Counts refusals, so that a flood of wrong passwords is one entry per address, name and minute. */
export class Refusals {
  readonly #append: (entries: AuditEntry[]) => Promise<void>
  readonly #report: (thrown: unknown) => void
  #counted = new Map<string, AuditEntry & { count: number }>()
  #timer: NodeJS.Timeout | undefined

  constructor(append: (entries: AuditEntry[]) => Promise<void>, report: (thrown: unknown) => void) {
    this.#append = append
    this.#report = report
  }

  add(entry: AuditEntry): void {
    const name = entry.who?.name ?? ''
    const own = JSON.stringify([entry.address, name, entry.result])
    const key = this.#counted.has(own) || this.#counted.size < MOST_CALLERS ? own : 'others'
    const known = this.#counted.get(key)
    if (known) known.count++
    else if (key === own) this.#counted.set(key, { ...entry, count: 1 })
    else this.#counted.set(key, { ...entry, address: 'others', who: null, count: 1 })
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#report), MINUTE_MS).unref()
  }

  /** Those that are still being counted. */
  get pending(): readonly AuditEntry[] {
    return [...this.#counted.values()]
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const counted = [...this.#counted.values()]
    this.#counted = new Map()
    if (counted.length > 0) await this.#append(counted)
  }
}
