import { hash, randomBytes } from 'node:crypto'

const SALT = randomBytes(32).toString('base64')

/** A secret of the configuration, which shows itself only to those who ask: lists of options print it hidden. */
export class Hidden {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  /** Different for different secrets, since a change of the configuration is noticed by its JSON. */
  toJSON(): string {
    return `[hidden ${hash('sha256', SALT + this.#text, 'hex').slice(0, 8)}]`
  }
}
