import { AddressSet } from 'patchbay'
import type { Asking } from './asking.js'

const REMEMBERED = 1024
const INSIDE = 1
const OUTSIDE = 2

/** All networks that the rules name, with what is known of each address: a decision looks its address up once. */
export class Addresses {
  readonly #sets: AddressSet[] = []
  readonly #known = new Map<string, Uint8Array>()
  #address: string | undefined
  #answers: Uint8Array = new Uint8Array(0)

  /** Whether the caller's address is in one of the networks. */
  test(networks: readonly string[]): (asking: Asking) => boolean {
    const set = new AddressSet(networks)
    const index = this.#sets.push(set) - 1
    return ({ call }) => {
      const answers = call.address === this.#address ? this.#answers : this.#turnTo(call.address)
      if (index >= answers.length) return set.has(call.address)
      if (answers[index] === 0) answers[index] = set.has(call.address) ? INSIDE : OUTSIDE
      return answers[index] === INSIDE
    }
  }

  #turnTo(address: string): Uint8Array {
    let answers = this.#known.get(address)
    if (answers === undefined || answers.length < this.#sets.length) {
      if (this.#known.size >= REMEMBERED) this.#known.clear()
      answers = new Uint8Array(this.#sets.length)
      this.#known.set(address, answers)
    }
    this.#address = address
    this.#answers = answers
    return answers
  }
}
