/** What XML 1.0 has no way to say: control characters, and halves of surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
const IMPOSSIBLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/gu
const REPLACEMENT = '\ufffd'

export function isXmlText(text: string): boolean {
  return text.search(IMPOSSIBLE) < 0
}

/** With U+FFFD for what XML does not have; texts come from administrators and from stores too. */
export function possible(text: string): string {
  return text.replace(IMPOSSIBLE, REPLACEMENT)
}
