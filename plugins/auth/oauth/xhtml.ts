const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** XHTML that is safe to put into a page. */
export class Xhtml {
  constructor(readonly text: string) {}
}

/** A template whose every value is escaped, unless it is XHTML already. */
export function xhtml(texts: TemplateStringsArray, ...values: (string | Xhtml | readonly Xhtml[])[]): Xhtml {
  return new Xhtml(texts.reduce((whole, text, index) => whole + written(values[index - 1]!) + text))
}

function written(value: string | Xhtml | readonly Xhtml[]): string {
  if (value instanceof Xhtml) return value.text
  if (typeof value !== 'string') return value.map(({ text }) => text).join('\n')
  return value.replace(/[&<>"']/g, character => ENTITIES[character]!).replace(UNSEEN, '\ufffd')
}

/** Control characters, which XML forbids, and those that turn the direction of a text around. */
const UNSEEN = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
