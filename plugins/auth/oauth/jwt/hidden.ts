/** A secret of the configuration, which shows itself only to those who ask: lists of options print it hidden. */
export class Hidden {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toJSON(): string {
    return '[hidden]'
  }
}
