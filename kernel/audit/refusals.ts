import type { AuditEntry } from './entry.js'

/** How many different callers one minute tells apart; the rest of that minute is one entry. */
const MOST_CALLERS = 500
/** Those who came on top of them; no address looks like that. */
const OTHERS = 'others'
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

  /** `describe` is asked for the first one only. */
  add(address: string, name: string, result: AuditEntry['result'], describe: () => AuditEntry): void {
    const own = `${result} ${address} ${name}`
    const key = this.#counted.has(own) || this.#counted.size < MOST_CALLERS ? own : `${result} ${OTHERS}`
    const known = this.#counted.get(key)
    if (known) {
      known.count++
      return
    }
    const entry = describe()
    this.#counted.set(key, { ...entry, ...(key === own ? {} : { address: OTHERS, who: null }), count: 1 })
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
