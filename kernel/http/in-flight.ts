import { KernelError } from '../errors.js'

/** What a request says about itself while it waits. */
export interface Patience {
  /** A response without an end, which no time limit ends. */
  endless?: boolean
}

interface Waiting {
  until: number
  patience: Patience
  expire: () => void
}

/** The time limit of requests that wait: one sweep for all of them instead of a timer each. */
export class InFlight {
  readonly #waiting = new Set<Waiting>()
  readonly #limitMs: () => number
  #sweep: NodeJS.Timeout | undefined

  constructor(limitMs: () => number) {
    this.#limitMs = limitMs
  }

  get count(): number {
    return this.#waiting.size
  }

  /** Settles as `work` does, or rejects with `timeout` once the limit has passed (to the next quarter of a second). */
  limit(work: Promise<void>, patience: Patience = {}): Promise<void> {
    this.#sweep ??= setInterval(() => this.#expireOverdue(), 250).unref()
    return new Promise((resolve, reject) => {
      const limitMs = this.#limitMs()
      const waiting: Waiting = {
        until: performance.now() + limitMs,
        patience,
        expire: () => {
          const sentence = `the request took longer than ${limitMs / 1000} s; it was given up, what it began may still finish`
          reject(new KernelError('timeout', sentence, { hint: 'raise limits.request_seconds' }))
        },
      }
      this.#waiting.add(waiting)
      work.then(
        () => {
          this.#waiting.delete(waiting)
          resolve()
        },
        thrown => {
          this.#waiting.delete(waiting)
          reject(thrown)
        },
      )
    })
  }

  close(): void {
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }

  #expireOverdue(): void {
    const now = performance.now()
    for (const waiting of this.#waiting) {
      if (waiting.until > now || waiting.patience.endless) continue
      this.#waiting.delete(waiting)
      waiting.expire()
    }
  }
}
