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

  /** Replaces the plugin's whole block; an empty one clears it. */
  async set(plugin: string, block: Block): Promise<void> {
    if (Object.keys(block).length === 0) {
      await this.#namespace.delete(plugin)
      this.#blocks.delete(plugin)
    } else {
      await this.#namespace.put(plugin, block)
      this.#blocks.set(plugin, block)
    }
    this.changes++
  }
}
