import { reason } from '../errors.js'
import { within } from './deadline.js'

type Undo = () => void | Promise<void>

/** What one generation did and how to undo it, newest first. */
export class Effects {
  readonly #undos: { label: string; undo: Undo }[] = []
  #closed = false

  /** An effect that comes after the end is undone at once, so that a late `await` in `start` cannot leak. */
  add(label: string, undo: Undo): void {
    if (this.#closed) void this.#undoOne({ label, undo }, 5_000, () => {})
    else this.#undos.push({ label, undo })
  }

  get labels(): string[] {
    return this.#undos.map(effect => effect.label)
  }

  /** Undoes everything in reverse order; a failing or late undo is reported and does not stop the others. */
  async undo(msEach: number, report: (label: string, why: string) => void): Promise<void> {
    this.#closed = true
    for (let effect = this.#undos.pop(); effect; effect = this.#undos.pop()) await this.#undoOne(effect, msEach, report)
  }

  async #undoOne(
    effect: { label: string; undo: Undo },
    ms: number,
    report: (label: string, why: string) => void,
  ): Promise<void> {
    try {
      await within(ms, effect.undo(), () => new Error(`not undone within ${ms} ms`))
    } catch (thrown) {
      report(effect.label, reason(thrown))
    }
  }
}
