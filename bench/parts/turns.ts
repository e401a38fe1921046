/** Measures every turn of the event loop: how long nothing else can run. */
export class Turns {
  readonly #ends: number[] = []
  #running = true

  constructor() {
    const turn = () => {
      this.#ends.push(performance.now())
      if (this.#running) setImmediate(turn)
    }
    turn()
  }

  /** Milliseconds of the turns that touched the time from `began` to `ended`, as `performance.now()` counts. */
  between(began: number, ended: number): number[] {
    const lengths: number[] = []
    for (let n = 1; n < this.#ends.length; n++) {
      const [from, to] = [this.#ends[n - 1]!, this.#ends[n]!]
      if (to > began && from < ended) lengths.push(to - from)
    }
    return lengths
  }

  end(): void {
    this.#running = false
  }
}
