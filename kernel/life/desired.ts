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

  /** Stored before it resolves. */
  async set(plugin: string, change: Partial<Desired>): Promise<void> {
    const before = this.#known.get(plugin)
    const after = { ...(before ?? { loaded: false, active: false, aliases: [] }), ...change }
    if (before && JSON.stringify(before) === JSON.stringify(after)) return
    await this.#namespace.put(plugin, after)
    this.#known.set(plugin, after)
  }
}
