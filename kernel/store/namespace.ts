import type { AbstractLevel } from 'abstract-level'
import { KernelError, reason } from '../errors.js'
import type { TornLog } from './torn-log.js'

/** The database as the store sees it: any abstract-level implementation. */
export type Database = AbstractLevel<string | Buffer | Uint8Array, string, string>
export type Sublevel<V> = ReturnType<typeof sublevel<V>>

export function sublevel<V>(database: Database, name: string) {
  return database.sublevel<string, V>(name, { valueEncoding: 'json' })
}

/** How a namespace's format changed over time. A namespace without a schema has version 1. */
export interface NamespaceSchema {
  version: number
  /** The step that leads to each version above 1. */
  upgrades?: Record<number, Upgrade>
}

export interface Upgrade {
  /** Whether a generation that knows only the version before can still read the result; only such steps run hot. */
  readableBefore: boolean
  step(namespace: Namespace<unknown>): Promise<void>
}

/** Keys are compared as UTF-8 bytes; bounds left out are open, and of two on one side the narrower counts. */
export interface Range {
  gt?: string | undefined
  gte?: string | undefined
  lt?: string | undefined
  lte?: string | undefined
  reverse?: boolean | undefined
}

export interface Page<V> {
  entries: [key: string, value: V][]
  /** The key to pass as `gt` (`lt` in reverse) for the next page; undefined on the last one. */
  next: string | undefined
}

/** One step of a batch; with `in` it is for another namespace, whose values have their own type. */
export type Change<V = unknown> =
  | { put: string; value: V; in?: undefined }
  | { put: string; value: unknown; in: AnyNamespace }
  | { delete: string; in?: AnyNamespace }

// biome-ignore lint/suspicious/noExplicitAny: `unknown` would refuse every namespace, as each takes values of one type
type AnyNamespace = Namespace<any>

const JSON_VALUES = { valueEncoding: 'json' } as const

/**
 * One plugin's named part of the storage: JSON values under text keys. An answered write survives `kill -9`.
 * Writes throw `data_unwritable` when the disk refuses; everything throws once the namespace is closed.
 */
export class Namespace<V> {
  readonly name: string
  readonly #database: Database
  readonly #level: Sublevel<V>
  /** Throws while nothing can be written. */
  readonly #assertWritable: () => void
  readonly #log: TornLog | undefined
  #closed = false

  constructor(database: Database, owner: string, name: string, assertWritable: () => void = () => {}, log?: TornLog) {
    this.name = `${owner}:${name}`
    this.#database = database
    this.#level = sublevel<V>(database, this.name)
    this.#assertWritable = assertWritable
    this.#log = log
  }

  /** Six times faster than `get`; fine for values of a few kilobytes. */
  getSync(key: string): V | undefined {
    // A sublevel opens in a later turn; the database below it is open already.
    const full = this.#open.prefixKey(key, 'utf8', false)
    return this.#database.getSync<string, V>(full, JSON_VALUES)
  }

  get(key: string): Promise<V | undefined> {
    return this.#open.get(key)
  }

  getMany(keys: string[]): Promise<(V | undefined)[]> {
    return this.#open.getMany(keys)
  }

  put(key: string, value: V): Promise<void> {
    return this.#write(level => level.put(key, value))
  }

  delete(key: string): Promise<void> {
    return this.#write(level => level.del(key))
  }

  /** All changes or none, also across namespaces. */
  batch(changes: Change<V>[]): Promise<void> {
    return this.#write(own =>
      this.#database.batch(
        changes.map(change => {
          const target = change.in ? change.in.#open : own
          return 'put' in change
            ? { type: 'put' as const, key: change.put, value: change.value as never, sublevel: target as never }
            : { type: 'del' as const, key: change.delete, sublevel: target as never }
        }),
      ),
    )
  }

  /** Up to `limit` entries, at least one. */
  async page(limit: number, range: Range = {}): Promise<Page<V>> {
    const wanted = Math.max(1, Math.floor(limit)) + 1
    const iterator = this.#open.iterator({ ...bounds(range), limit: wanted })
    try {
      const entries: [string, V][] = []
      // One call returns less than it could when the values are large.
      while (entries.length < wanted) {
        const block = (await iterator.nextv(wanted - entries.length)) as [string, V][]
        if (block.length === 0) break
        entries.push(...block)
      }
      if (entries.length < wanted) return { entries, next: undefined }
      entries.pop()
      return { entries, next: entries.at(-1)![0] }
    } finally {
      await iterator.close()
    }
  }

  /** Everything in the range, read in blocks of a thousand. */
  async *entries(range: Range = {}): AsyncGenerator<[string, V]> {
    let page = await this.page(1000, range)
    for (;;) {
      yield* page.entries
      if (page.next === undefined) return
      page = await this.page(1000, { ...range, [range.reverse ? 'lt' : 'gt']: page.next })
    }
  }

  clear(range: Range = {}): Promise<void> {
    return this.#write(level => level.clear(bounds(range)))
  }

  /** Unclosed sublevels stay reachable from the database for ever. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#level.close()
  }

  async #write(act: (level: Sublevel<V>) => Promise<void>): Promise<void> {
    const level = this.#open
    this.#assertWritable()
    if (this.#log?.torn) await this.#log.mend()
    try {
      await act(level)
    } catch (thrown) {
      const cause = (thrown as { cause?: { code?: string } }).cause ?? (thrown as { code?: string })
      if (cause.code !== 'LEVEL_IO_ERROR' && cause.code !== 'LEVEL_CORRUPTION') throw thrown
      this.#log?.noticed()
      throw new KernelError('data_unwritable', `"${this.name}" could not be written: ${reason(cause)}`, {
        hint: 'nothing stored before is lost; make room on the disk, then restart Patchbay',
        cause: thrown,
      })
    }
    // Another write failed before this one, in the same log.
    if (this.#log?.torn) await this.#log.mend()
  }

  get #open(): Sublevel<V> {
    if (this.#closed) {
      throw new KernelError('undeclared_namespace', `namespace "${this.name}" was closed with its generation`, {
        hint: 'open it again in start, or inside a holding when it must outlive the generation',
      })
    }
    return this.#level
  }
}

/** One bound a side: engines disagree about two, and about one that is there but undefined. */
function bounds({ gt, gte, lt, lte, reverse = false }: Range): Range {
  const lower =
    gt !== undefined && (gte === undefined || !isBefore(gt, gte)) ? { gt } : gte !== undefined ? { gte } : {}
  const upper =
    lt !== undefined && (lte === undefined || !isBefore(lte, lt)) ? { lt } : lte !== undefined ? { lte } : {}
  return { ...lower, ...upper, reverse }
}

function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
}
