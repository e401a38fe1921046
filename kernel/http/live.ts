import type { FaceName } from '../life/contributions.js'
import { Gate } from '../life/gate.js'
import type { Generation } from '../life/generation.js'
import { LiveTable, type RegistryBuilder } from './live-table.js'
import { type Endpoint, indexRoutes } from './route-index.js'

/** Holds the live table and replaces it, one assignment at a time. */
export class Live {
  readonly gate: Gate<LiveTable>
  readonly #endpoints = new Map<Generation, readonly Endpoint[]>()
  readonly #builders: ReadonlyMap<FaceName, RegistryBuilder>

  constructor(builders: ReadonlyMap<FaceName, RegistryBuilder>) {
    this.#builders = builders
    this.gate = new Gate(new LiveTable(0, new Map(), this.#endpoints, builders))
  }

  get table(): LiveTable {
    return this.gate.current
  }

  /** Compiles a generation's routes ahead of the swap, with turns of the loop in between. */
  async prepare(generation: Generation): Promise<void> {
    this.#endpoints.set(generation, await indexRoutes(generation.contributions.routes))
  }

  forget(generation: Generation): void {
    this.#endpoints.delete(generation)
  }

  /** Cuts off the requests that a generation still answers although it has ended. */
  cut(generation: Generation): void {
    for (const table of this.gate.past) {
      if (table.generations.get(generation.plugin) !== generation) continue
      for (const request of table.requests) if (request.owner === generation.plugin) request.res.destroy()
    }
  }

  /** The table that would be live after the change; throws `conflict`. Nothing changes yet. */
  next(add: Generation | undefined, remove: readonly string[]): LiveTable {
    const generations = new Map(this.table.generations)
    for (const plugin of remove) generations.delete(plugin)
    if (add) generations.set(add.plugin, add)
    return new LiveTable(this.table.number + 1, generations, this.#endpoints, this.#builders)
  }

  /** Builds, assigns and runs the new generation's `onLive`, all in this turn. */
  swap(add: Generation | undefined, remove: readonly string[]): void {
    this.gate.swap(this.next(add, remove))
    add?.goLive()
  }
}
