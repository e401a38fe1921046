import { KernelError } from './errors.js'

/** How a plugin asks the process to end. */
export class Departure {
  readonly #begin: ((why: string) => void) | undefined

  constructor(begin?: (why: string) => void) {
    this.#begin = begin
  }

  /** Returns at once; the process ends after the requests under way. */
  begin(why: string): void {
    if (!this.#begin) throw new KernelError('conflict', 'this Patchbay is part of another process, which goes on')
    this.#begin(why)
  }
}
