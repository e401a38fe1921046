import { KernelError, reason } from '../errors.js'
import { within } from './deadline.js'
import type { Behaviour, Held, HoldingContext } from './definition.js'
import type { Generation } from './generation.js'
import { blame, inScope, type Scope } from './scope.js'

/** A value that survives reloads, with the functions of the generation that is live now. */
export class Holding {
  readonly key: string
  readonly scope: Scope
  value: unknown
  behaviour: Behaviour
  close: (value: unknown) => void | Promise<void>
  #listening: Held<unknown>['listening']
  #generation: Generation
  /** Generations that have it and have not ended: live, starting or draining. */
  readonly keepers = new Set<Generation>()
  readonly #cleanups: (() => Promise<void>)[] = []

  constructor(key: string, generation: Generation, held: Held<unknown>) {
    this.key = key
    this.#generation = generation
    this.behaviour = held.behaviour ?? {}
    this.close = held.close
    this.#listening = held.listening
    const holding = this
    this.scope = {
      plugin: generation.plugin,
      house: generation.host,
      get generation() {
        return holding.#generation.number
      },
    }
  }

  /** The functions that `open` receives: each runs the live generation's own, in that generation's scope. */
  get call(): Behaviour {
    const call: Behaviour = {}
    for (const name of Object.keys(this.behaviour)) {
      call[name] = (...args) => {
        const act = this.behaviour[name]
        if (!act)
          throw new KernelError('internal', `holding "${this.key}" has lost its behaviour "${name}" in a reload`)
        const { scope } = this.#generation
        try {
          return inScope(scope, () => act(...args))
        } catch (thrown) {
          // It goes on into the Node object that called, whose own scope may be a retired generation's.
          blame(thrown, scope)
          throw thrown
        }
      }
    }
    return call
  }

  /** From now on `generation` answers for this holding; nothing of the one before stays reachable. */
  handTo(generation: Generation, held: Held<unknown>): void {
    this.#generation = generation
    this.behaviour = held.behaviour ?? {}
    this.close = held.close
    this.#listening = held.listening
  }

  get addresses(): readonly string[] {
    return this.#listening?.(this.value) ?? []
  }

  onClosed(cleanup: () => Promise<void>): void {
    this.#cleanups.push(cleanup)
  }

  async end(ms: number, report: (why: string) => void): Promise<void> {
    try {
      const closing = inScope(this.scope, () => this.close(this.value))
      await within(ms, closing, () => new Error(`not closed within ${ms} ms`))
    } catch (thrown) {
      report(`holding "${this.key}" did not close: ${reason(thrown)}`)
    }
    for (const cleanup of this.#cleanups) {
      await cleanup().catch(thrown => report(`holding "${this.key}" left storage open: ${reason(thrown)}`))
    }
  }
}

/** What is kept for each plugin while its generations come and go. */
export class Holdings {
  readonly #kept = new Map<string, Map<string, Holding>>()

  of(plugin: string): ReadonlyMap<string, Holding> {
    return this.#kept.get(plugin) ?? new Map()
  }

  /** The held value under `key`, opened now when this plugin does not hold it yet. */
  async keep<T>(
    generation: Generation,
    key: string,
    held: Held<T>,
    context: (holding: Holding) => HoldingContext,
  ): Promise<T> {
    if (generation.keeping.has(key) || generation.opening.has(key)) {
      throw new KernelError('conflict', `plugin "${generation.plugin}" keeps "${key}" twice in one generation`)
    }
    if (generation.ended)
      throw new KernelError('start_failed', `plugin "${generation.plugin}" has ended and keeps nothing`)
    const erased = held as Held<unknown>
    const known = this.of(generation.plugin).get(key)
    if (known) {
      known.keepers.add(generation)
      generation.keeping.set(key, { holding: known, held: erased })
      return known.value as T
    }
    const opened = new Holding(key, generation, erased)
    generation.opening.add(key)
    try {
      opened.value = await inScope(opened.scope, () => erased.open(opened.call, context(opened)))
    } finally {
      generation.opening.delete(key)
    }
    if (generation.ended) await opened.end(5_000, () => {})
    else {
      opened.keepers.add(generation)
      generation.keeping.set(key, { holding: opened, held: erased })
    }
    return opened.value as T
  }

  /** In the swap's turn: the new generation's behaviour takes over, and what it opened is the plugin's from now on. */
  adopt(generation: Generation): void {
    let kept = this.#kept.get(generation.plugin)
    if (!kept) {
      kept = new Map()
      this.#kept.set(generation.plugin, kept)
    }
    for (const [key, { holding, held }] of generation.keeping) {
      holding.handTo(generation, held)
      kept.set(key, holding)
    }
  }

  /** `generation` has ended, or never lived: closes what no other one, live, starting or draining, keeps. */
  async release(generation: Generation, ms: number, report: (why: string) => void): Promise<void> {
    const { plugin, keeping } = generation
    for (const [key, { holding }] of [...keeping].reverse()) {
      holding.keepers.delete(generation)
      if (holding.keepers.size > 0) continue
      const kept = this.#kept.get(plugin)
      if (kept?.get(key) === holding) kept.delete(key)
      if (kept?.size === 0) this.#kept.delete(plugin)
      await holding.end(ms, report)
    }
    keeping.clear()
  }
}
