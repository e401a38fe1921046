import { KernelError, withoutStack } from '../errors.js'
import { networkOf } from '../names/address-set.js'

/** Keys are derived by one thread; the second one waits there, so that it never has to wait for the next. */
const AT_ONCE = 2
/** More callers than this would wait for longer than anybody does; every one of them holds a request open. */
const MOST_WAITING = 64
/** One address must not take the places of all others: beyond these it only gets the half that nobody else needs. */
const MOST_WAITING_OF_ONE = 4

export interface Waiter {
  /** Undefined for work that no caller's guess causes: it is not counted against an address. */
  readonly address: string | undefined
  readonly name: string
}

interface Job {
  readonly key: string
  run(): Promise<void>
}

/** Slow work, a few at a time: addresses take turns, and one address tries one name once at a time. */
export class Turns {
  readonly #most: number
  readonly #waiting = new Map<string, Job[]>()
  readonly #busy = new Set<string>()
  #running = 0
  #count = 0

  /** `most` callers wait, unless said as many as a person's patience allows. */
  constructor(most = MOST_WAITING) {
    this.#most = most
  }

  /** Undefined, without waiting, when too many of this address wait already. Throws `busy` when too many of all do. */
  async take<T>({ address, name }: Waiter, work: () => Promise<T>): Promise<T | undefined> {
    const queue = address === undefined ? '' : networkOf(address)
    const jobs = this.#waiting.get(queue) ?? []
    if (address !== undefined && jobs.length >= MOST_WAITING_OF_ONE && this.#count >= this.#most / 2) return undefined
    if (this.#count >= this.#most) throw busy()
    return new Promise<T>((resolve, reject) => {
      jobs.push({ key: JSON.stringify([queue, name]), run: () => work().then(resolve, reject) })
      this.#waiting.set(queue, jobs)
      this.#count++
      this.#next()
    })
  }

  #next(): void {
    while (this.#running < AT_ONCE) {
      const job = this.#pick()
      if (!job) return
      this.#running++
      this.#busy.add(job.key)
      void job.run().finally(() => {
        this.#running--
        this.#busy.delete(job.key)
        this.#next()
      })
    }
  }

  /** The first that may run, of the address that has waited longest since its last turn. */
  #pick(): Job | undefined {
    for (const [address, jobs] of this.#waiting) {
      const at = jobs.findIndex(({ key }) => !this.#busy.has(key))
      if (at < 0) continue
      const [job] = jobs.splice(at, 1)
      this.#count--
      this.#waiting.delete(address)
      if (jobs.length > 0) this.#waiting.set(address, jobs)
      return job
    }
    return undefined
  }
}

function busy(): KernelError {
  return withoutStack(
    () =>
      new KernelError('busy', 'too many passwords are being checked at once; whoever is known already gets in', {
        hint: 'try again in a few seconds',
      }),
  )
}
