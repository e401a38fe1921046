import type { Generation } from './generation.js'

/** One immutable state of the house: the generations that are live in it. Requests pin it while they run. */
export interface View {
  readonly generations: ReadonlyMap<string, Generation>
  /** The live provider of a service in this view. */
  service(name: string): unknown
  /** How many requests still read it. */
  pins: number
}

/** Where requests come in: hands out the current view and knows which past ones are still read. */
export class Gate<V extends View> {
  #current: V
  readonly #past = new Set<V>()
  readonly #waiting = new Set<() => void>()

  constructor(first: V) {
    this.#current = first
  }

  get current(): V {
    return this.#current
  }

  /** Reads and pins the current view in one synchronous turn, so that no swap can come between. */
  enter(): V {
    const view = this.#current
    view.pins++
    return view
  }

  leave(view: V): void {
    view.pins--
    if (view.pins === 0 && view !== this.#current) {
      this.#past.delete(view)
      for (const wake of this.#waiting) wake()
    }
  }

  /** The one assignment that makes a generation live. */
  swap(next: V): void {
    const old = this.#current
    this.#current = next
    if (old.pins > 0) this.#past.add(old)
  }

  /** Views that are not current any more and still read. */
  get past(): Iterable<V> {
    return this.#past
  }

  /** How many views are held by requests that entered before the last swap. */
  get lingering(): number {
    return this.#past.size
  }

  /** Resolves with true when no pinned view holds `generation` any more, with false after `ms` milliseconds. */
  drained(generation: Generation, ms: number): Promise<boolean> {
    const held = () => {
      for (const view of this.#past) if (view.generations.get(generation.plugin) === generation) return true
      return false
    }
    if (!held()) return Promise.resolve(true)
    return new Promise(resolve => {
      const settle = (drained: boolean) => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve(drained)
      }
      const wake = () => {
        if (!held()) settle(true)
      }
      const timer = setTimeout(settle, ms, false)
      this.#waiting.add(wake)
    })
  }
}
