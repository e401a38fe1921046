import { setImmediate } from 'node:timers/promises'

/** Of costs that add up to about two milliseconds. */
const IN_A_TURN = 2000

/** Lets others have a turn of the event loop whenever enough was done in one. */
export class Pace {
  #done = 0

  /** A row that was tried costs 1; undefined when nothing has to be waited for. */
  spend(cost: number): Promise<void> | undefined {
    this.#done += cost
    if (this.#done < IN_A_TURN) return undefined
    this.#done = 0
    return setImmediate()
  }
}

/** What it costs to make a text of a payload and look at it. */
export function costOf(payload: Buffer): number {
  return 1 + payload.length / 500
}
