import { z } from 'zod'

/** A few aliases of YAML can stand for more values than a computer can count. */
const MOST_VALUES = 100_000
const DEEPEST = 60

export interface Part {
  /** undefined for a name that stands by itself. */
  readonly key: string | undefined
  readonly place: Place
  /** It is one entry of a list, so no other of the same key was merged into it. */
  readonly alone: boolean
}

/** A value of the configuration and the way to it, so that whatever is wrong with it is refused under its path. */
export class Place {
  readonly value: unknown
  readonly #path: readonly PropertyKey[]
  readonly #issues: z.core.$RefinementCtx
  readonly #budget: { left: number }

  constructor(
    value: unknown,
    path: readonly PropertyKey[],
    issues: z.core.$RefinementCtx,
    budget = { left: MOST_VALUES },
  ) {
    this.value = value
    this.#path = path
    this.#issues = issues
    this.#budget = budget
  }

  /** Nothing, or an empty line. */
  get empty(): boolean {
    return this.value === undefined || this.value === null
  }

  refuse(why: string): undefined {
    this.#issues.addIssue({ code: 'custom', message: why, path: [...this.#path], input: this.value })
  }

  /** `wrong` is none of `names`: the nearest one will be proposed. */
  refuseName(wrong: string, names: readonly string[]): undefined {
    this.#issues.addIssue({ code: 'invalid_value', values: [...names], path: [...this.#path], input: wrong })
  }

  /** A name, a map, or a list of both, lists in lists included: all are one sequence to ejabberd. */
  *parts(listed = false): Generator<Part> {
    const { value } = this
    if (!this.#affordable()) return
    if (Array.isArray(value)) for (const [index, each] of value.entries()) yield* this.#below(each, index).parts(true)
    else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value)
      const alone = listed && entries.length === 1
      for (const [key, each] of entries) yield { key, place: this.#below(each, key), alone }
    } else if (!this.empty) yield { key: undefined, place: this, alone: listed }
  }

  /** The values of a list, or the one value. */
  *values(): Generator<Place> {
    if (!this.#affordable()) return
    if (!Array.isArray(this.value)) return yield this
    for (const [index, each] of this.value.entries()) yield* this.#below(each, index).values()
  }

  /** YAML makes numbers and truth values of what ejabberd reads as a name. */
  text(): string | undefined {
    const { value } = this
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
    return this.refuse('expected a text')
  }

  #below(value: unknown, step: PropertyKey): Place {
    return new Place(value, [...this.#path, step], this.#issues, this.#budget)
  }

  #affordable(): boolean {
    if (this.#path.length > DEEPEST) return this.refuse(`expected at most ${DEEPEST} levels`) ?? false
    if (--this.#budget.left > 0) return true
    if (this.#budget.left === 0) this.refuse(`expected at most ${MOST_VALUES} values in the block`)
    return false
  }
}

/** A schema that reads a block with `read`, which refuses what it does not understand. */
export function readBy<T>(read: (place: Place) => T) {
  const schema = z.unknown().transform((value, issues): T => read(new Place(value, [], issues)))
  // A block that is missing reads as an empty one.
  return schema.prefault(null)
}
