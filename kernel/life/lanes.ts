/** One queue per plugin: jobs that name the same plugin run one after the other, all others side by side. */
export class Lanes {
  readonly #tails = new Map<string, Promise<unknown>>()

  /**
   * Runs `job` once every earlier job on these lanes has ended.
   * All lanes are taken in one synchronous step, so two jobs can never wait for each other.
   */
  run<T>(names: Iterable<string>, job: () => Promise<T>): Promise<T> {
    const lanes = [...new Set(names)]
    const earlier = lanes.map(name => this.#tails.get(name))
    const outcome = Promise.all(earlier).then(job)
    const tail = outcome.then(
      () => undefined,
      () => undefined,
    )
    for (const name of lanes) this.#tails.set(name, tail)
    tail.then(() => {
      for (const name of lanes) if (this.#tails.get(name) === tail) this.#tails.delete(name)
    })
    return outcome
  }

  /** Resolves when nothing is queued any more. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values())
  }
}
