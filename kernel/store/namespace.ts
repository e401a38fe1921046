import type { AbstractLevel } from 'abstract-level'
import { KernelError } from '../errors.js'

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

/** Keys are compared as UTF-8 bytes; bounds left out are open. */
export interface Range {
  gt?: string
  gte?: string
  lt?: string
  lte?: string
  reverse?: boolean
}

export interface Page<V> {
  entries: [key: string, value: V][]
  /** The key to pass as `gt` (`lt` in reverse) for the next page; undefined on the last one. */
  next: string | undefined
}

export type Change<V = unknown> = { put: string; value: V; in?: Namespace<V> } | { delete: string; in?: Namespace<V> }

/** One plugin's named part of the storage: JSON values under text keys. An answered write survives `kill -9`. */
export class Namespace<V> {
  readonly name: string
  readonly #database: Database
  readonly #level: Sublevel<V>
  #closed = false

  constructor(database: Database, owner: string, name: string) {
    this.name = `${owner}:${name}`
    this.#database = database
    this.#level = sublevel<V>(database, this.name)
  }

  /** Six times faster than `get`; fine for values of a few kilobytes. */
  getSync(key: string): V | undefined {
    return this.#open.getSync(key)
  }

  get(key: string): Promise<V | undefined> {
    return this.#open.get(key)
  }

  getMany(keys: string[]): Promise<(V | undefined)[]> {
    return this.#open.getMany(keys)
  }

  async put(key: string, value: V): Promise<void> {
    await this.#open.put(key, value)
  }

  async delete(key: string): Promise<void> {
    await this.#open.del(key)
  }

  /** All changes or none, also across namespaces. */
  async batch(changes: Change<V>[]): Promise<void> {
    const own = this.#open
    await this.#database.batch(
      changes.map(change => {
        const target = change.in ? change.in.#open : own
        return 'put' in change
          ? { type: 'put' as const, key: change.put, value: change.value as never, sublevel: target as never }
          : { type: 'del' as const, key: change.delete, sublevel: target as never }
      }),
    )
  }

  async page(limit: number, range: Range = {}): Promise<Page<V>> {
    const iterator = this.#open.iterator({ ...range, limit: limit + 1 })
    try {
      const entries = (await iterator.nextv(limit + 1)) as [string, V][]
      const more = entries.length > limit
      if (more) entries.pop()
      return { entries, next: more ? entries.at(-1)?.[0] : undefined }
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
      page = await this.page(1000, range.reverse ? { ...range, lt: page.next } : { ...range, gt: page.next })
    }
  }

  async clear(range: Range = {}): Promise<void> {
    await this.#open.clear(range)
  }

  /** Unclosed sublevels stay reachable from the database for ever. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#level.close()
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
