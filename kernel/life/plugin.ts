import { KernelError } from '../errors.js'
import type { Found } from './catalogue.js'
import type { Generation } from './generation.js'
import type { Linked } from './linker.js'
import { move, type State } from './state.js'

/** What went wrong last, for people to look at. */
export interface LastError {
  at: string
  sentence: string
  hint?: string
}

/** A loaded plugin: its code, what it is doing, and the generation that serves. */
export class Plugin {
  readonly name: string
  found: Found
  linked: Linked
  /** The code before the last reload, kept while the new one is on probation. */
  previous: Linked | undefined
  probation: NodeJS.Timeout | undefined
  live: Generation | undefined
  lastError: LastError | undefined
  /** When it crashed, in milliseconds of `performance.now()`. */
  crashes: number[] = []
  #state: State = 'loaded'
  /** Numbers go on where they were when the plugin is unloaded and loaded again. */
  readonly #numbers: { last: number }

  constructor(found: Found, linked: Linked, numbers: { last: number }) {
    this.#numbers = numbers
    this.name = found.name
    this.found = found
    this.linked = linked
  }

  get state(): State {
    return this.#state
  }

  get aliases(): readonly string[] {
    return this.linked.definition.aliases ?? []
  }

  get requires(): readonly string[] {
    return this.linked.definition.requires ?? []
  }

  become(state: State): void {
    this.#state = move(this.name, this.#state, state)
  }

  nextNumber(): number {
    return ++this.#numbers.last
  }

  failedWith(error: KernelError): void {
    this.lastError = {
      at: new Date().toISOString(),
      sentence: error.message,
      ...(error.hint ? { hint: error.hint } : {}),
    }
  }

  /** The code of before is let go of, so that it can be collected. */
  forgetPrevious(): void {
    clearTimeout(this.probation)
    this.probation = undefined
    this.previous = undefined
  }
}
