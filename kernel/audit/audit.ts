import type { Namespace } from '../store/namespace.js'
import { type AuditFilter, type AuditLimits, AuditLog } from './audit-log.js'
import type { AuditEntry, NumberedEntry } from './entry.js'
import { Refusals } from './refusals.js'

export interface AuditPage {
  entries: NumberedEntry[]
  /** Pass it as `before` for the next page; undefined on the last one. */
  next: string | undefined
}

/** Of the entries that are kept, for refusals: whoever causes them must not push out what was really done. */
const SHARE_OF_REFUSALS = 0.2

/** The audit log: what was changed, and apart from that what was refused, each bounded for itself. */
export class Audit {
  readonly refusals: Refusals
  readonly #changes: AuditLog
  readonly #refused: AuditLog

  constructor(
    changes: Namespace<AuditEntry>,
    refused: Namespace<AuditEntry>,
    limits: () => AuditLimits,
    report: (thrown: unknown) => void,
  ) {
    this.#changes = new AuditLog(changes, limits)
    this.#refused = new AuditLog(refused, () => {
      const { entries, days } = limits()
      return { entries: Math.ceil(entries * SHARE_OF_REFUSALS), days }
    })
    this.refusals = new Refusals(entries => this.#refused.append(...entries), report)
  }

  /** Resolves once the entry of a change is stored. */
  append(entry: AuditEntry): Promise<void> {
    return this.#changes.append(entry)
  }

  /** Newest first; `before` is the `next` of the page before. */
  async read(filter: AuditFilter, limit: number, before = ''): Promise<AuditPage> {
    const logs = [this.#changes, this.#refused]
    const cursors = logs.map((_, index) => {
      const text = before.split('.')[index]
      return text ? Number(text) : undefined
    })
    const pages = await Promise.all(logs.map((log, index) => log.read(filter, limit, cursors[index])))
    const merged = pages.flatMap((page, of) => page.entries.map(entry => ({ entry, of })))
    merged.sort((one, other) => (one.entry.time < other.entry.time ? 1 : one.entry.time > other.entry.time ? -1 : 0))
    const taken = merged.slice(0, limit)
    const next = pages.map(({ entries, next: further }, of) => {
      const own = taken.filter(each => each.of === of)
      if (own.length === entries.length) return further ?? 0
      return own.at(-1)?.entry.number ?? cursors[of] ?? ''
    })
    const more = next.some(cursor => cursor !== 0)
    return { entries: taken.map(({ entry }) => entry), next: more ? next.join('.') : undefined }
  }

  /** Removes what is older than the limits allow. */
  async prune(): Promise<void> {
    await Promise.all([this.#changes.prune(), this.#refused.prune()])
  }

  async close(): Promise<void> {
    await this.refusals.flush()
    await Promise.all([this.#changes.close(), this.#refused.close()])
  }
}
