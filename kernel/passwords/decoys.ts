import { hash, randomBytes } from 'node:crypto'
import { decoyLike, newParameters, type PasswordHash } from './password.js'

/** What the passwords of unknown names are checked against, so that they take as long as those of known ones. */
export class Decoys {
  readonly #seed = randomBytes(16).toString('base64')
  readonly #byCost = new Map<number, PasswordHash>()

  /** Hashes of different ages may cost differently: a name always takes as long as one and the same of `known`. */
  for(name: string, known: Iterable<PasswordHash>, newCost: number): PasswordHash {
    const kinds = new Map<number, PasswordHash>()
    for (const each of known) kinds.set(each.cost, each)
    const costs = [...kinds.keys()].sort((one, other) => one - other)
    const at = hash('sha256', `${this.#seed} ${name}`, 'buffer').readUInt32BE() % Math.max(costs.length, 1)
    const like = kinds.get(costs[at] ?? 0) ?? newParameters(newCost)
    const decoy = this.#byCost.get(like.cost) ?? decoyLike(like)
    this.#byCost.set(like.cost, decoy)
    return decoy
  }
}
