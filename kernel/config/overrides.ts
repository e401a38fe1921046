import type { Namespace } from '../store/namespace.js'

type Block = Record<string, unknown>

/** What was set over an API: stored per plugin, winning over the file until it is cleared. */
export class Overrides {
  readonly #namespace: Namespace<Block>
  readonly #blocks = new Map<string, Block>()
  changes = 0

  constructor(namespace: Namespace<Block>) {
    this.#namespace = namespace
  }

  async read(): Promise<void> {
    for await (const [plugin, block] of this.#namespace.entries()) this.#blocks.set(plugin, block)
  }

  of(plugin: string): Block {
    return this.#blocks.get(plugin) ?? {}
  }

  get blocks(): Iterable<Block> {
    return this.#blocks.values()
  }

  /** Makes `block` the plugin's whole override for now: for trying whether the plugin takes it, before `store`. */
  assume(plugin: string, block: Block): void {
    if (Object.keys(block).length === 0) this.#blocks.delete(plugin)
    else this.#blocks.set(plugin, block)
    this.changes++
  }

  /** Keeps what now holds for the plugin across restarts. */
  async store(plugin: string): Promise<void> {
    const block = this.#blocks.get(plugin)
    if (block) await this.#namespace.put(plugin, block)
    else await this.#namespace.delete(plugin)
  }

  /** Replaces the plugin's whole block; an empty one clears it. Stored before it holds. */
  async set(plugin: string, block: Block): Promise<void> {
    if (Object.keys(block).length === 0) await this.#namespace.delete(plugin)
    else await this.#namespace.put(plugin, block)
    this.assume(plugin, block)
  }
}
