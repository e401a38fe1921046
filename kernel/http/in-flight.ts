import { KernelError } from '../errors.js'

interface Waiting {
  until: number
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
  limit(work: Promise<void>): Promise<void> {
    this.#sweep ??= setInterval(() => this.#expireOverdue(), 250).unref()
    return new Promise((resolve, reject) => {
      const limitMs = this.#limitMs()
      const waiting: Waiting = {
        until: performance.now() + limitMs,
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
      if (waiting.until > now) continue
      this.#waiting.delete(waiting)
      waiting.expire()
    }
  }
}
