/** A pattern as steps: `one` takes a character and goes on to the next step, `go` continues at several at once. */
export type Step =
  | { kind: 'one'; accepts: (character: string) => boolean }
  | { kind: 'start' | 'end' | 'found' }
  | { kind: 'go'; to: number[] }

/** The steps at which all ways through the pattern have arrived. */
interface State {
  /** Those that wait for a character. */
  readonly ready: readonly number[]
  readonly found: boolean
  /** Whether it is found when the text ends here. */
  readonly foundAtEnd: boolean
  readonly next: Map<string, State>
}

/** Steps in states, and ways between them, that are remembered. */
const REMEMBERED = 100_000

/**
 * Follows all ways through the steps at once, a character at a time. Which steps are reached together is found out when it
 * first happens and remembered, so most characters cost one look-up.
 */
export class States {
  readonly #steps: readonly Step[]
  readonly #known = new Map<string, State>()
  #first: State
  #remembered = 0

  constructor(steps: readonly Step[]) {
    this.#steps = steps
    this.#first = this.#state([], true)
  }

  run(text: string): boolean {
    let state = this.#first
    for (const character of text) {
      if (state.found) return true
      state = state.next.get(character) ?? this.#advance(state, character)
    }
    return state.found || state.foundAtEnd
  }

  #advance(state: State, character: string): State {
    if (this.#remembered >= REMEMBERED) this.#forget()
    const ways = state.ready.filter(index => {
      const step = this.#steps[index]!
      return step.kind === 'one' && step.accepts(character)
    })
    const next = this.#state(
      ways.map(index => index + 1),
      false,
    )
    state.next.set(character, next)
    this.#remembered++
    return next
  }

  #forget(): void {
    this.#known.clear()
    this.#remembered = 0
    this.#first = this.#state([], true)
  }

  #state(ways: number[], atStart: boolean): State {
    const key = `${atStart} ${ways}`
    let state = this.#known.get(key)
    if (!state) {
      const { ready, found } = this.#reach(ways, atStart, false)
      const foundAtEnd = found || this.#reach(ways, atStart, true).found
      state = { ready, found, foundAtEnd, next: new Map() }
      this.#known.set(key, state)
      this.#remembered += ready.length
    }
    return state
  }

  /** Where the ways lead without another character. A match may begin anywhere. */
  #reach(ways: readonly number[], atStart: boolean, atEnd: boolean): { ready: number[]; found: boolean } {
    const seen = new Uint8Array(this.#steps.length)
    const waiting = [...ways, 0]
    const ready: number[] = []
    let found = false
    while (waiting.length > 0) {
      const index = waiting.pop()!
      if (seen[index]) continue
      seen[index] = 1
      const step = this.#steps[index]!
      if (step.kind === 'found') found = true
      else if (step.kind === 'go') waiting.push(...step.to)
      else if (step.kind === 'one') ready.push(index)
      else if (step.kind === 'start' ? atStart : atEnd) waiting.push(index + 1)
    }
    return { ready: ready.sort((a, b) => a - b), found }
  }
}
