import { isDeepStrictEqual } from 'node:util'
import type { Namespace } from '../store/namespace.js'

/** What a person wants of a plugin; it holds across restarts. */
export interface Desired {
  loaded: boolean
  active: boolean
  /** Stored at first load, so that an alias still resolves while the plugin is unloaded. */
  aliases: string[]
}

/** The desired state of every plugin that was ever seen. */
export class DesiredState {
  readonly #namespace: Namespace<Desired>
  readonly #known = new Map<string, Desired>()

  constructor(namespace: Namespace<Desired>) {
    this.#namespace = namespace
  }

  async read(): Promise<void> {
    for await (const [plugin, desired] of this.#namespace.entries()) this.#known.set(plugin, desired)
  }

  of(plugin: string): Desired | undefined {
    return this.#known.get(plugin)
  }

  get entries(): [plugin: string, desired: Desired][] {
    return [...this.#known]
  }

  set(plugin: string, change: Partial<Desired>): Promise<void> {
    return this.change({ [plugin]: change })
  }

  /** All changes or none, stored before it resolves. */
  async change(changes: Record<string, Partial<Desired>>): Promise<void> {
    const after = Object.entries(changes).map(([plugin, change]) => {
      const before: Desired = this.#known.get(plugin) ?? { loaded: false, active: false, aliases: [] }
      return [plugin, { ...before, ...change }] as const
    })
    const news = after.filter(([plugin, desired]) => !isDeepStrictEqual(desired, this.#known.get(plugin)))
    if (news.length === 0) return
    await this.#namespace.batch(news.map(([plugin, value]) => ({ put: plugin, value })))
    for (const [plugin, desired] of news) this.#known.set(plugin, desired)
  }
}
