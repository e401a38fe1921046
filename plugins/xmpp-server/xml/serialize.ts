import { possible } from './characters.js'
import { type Element, STREAMS } from './element.js'

const ESCAPED: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  // A parser would make blanks and line feeds of them.
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters, delimiters, surrogates
const PLAIN = /^[^\x00-\x1f&<>'"\ud800-\udfff\ufffe\uffff]*$/

/** Text as it may stand between tags; characters that XML does not have become U+FFFD. */
function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text
  return possible(text).replace(/[&<>'"\r]/g, sign => ESCAPED[sign]!)
}

/** Text as it may stand in an attribute. */
export function escapeAttribute(text: string): string {
  if (PLAIN.test(text)) return text
  return possible(text).replace(/[&<>'"\r\n\t]/g, sign => ESCAPED[sign]!)
}

/**
 * The text of an element inside one whose default namespace is `within`. Elements of the stream itself have its prefix
 * (RFC 6120 §4.8.5), which is declared where nothing is around them.
 */
export function serialize(element: Element, within = ''): string {
  if (element.xmlns !== STREAMS) return inside(element, within)
  const declared = within === '' ? ` xmlns:stream='${STREAMS}'` : ''
  return tagged(`stream:${element.name}`, declared, element, within)
}

function inside(element: Element, within: string): string {
  const { name, xmlns } = element
  return tagged(name, xmlns === within ? '' : ` xmlns='${escapeAttribute(xmlns)}'`, element, xmlns)
}

function tagged(tag: string, declared: string, { attributes, children }: Element, within: string): string {
  let text = `<${tag}${declared}`
  for (const key in attributes) text += ` ${key}='${escapeAttribute(attributes[key]!)}'`
  if (children.length === 0) return `${text}/>`
  text += '>'
  for (const child of children) text += typeof child === 'string' ? escapeXml(child) : inside(child, within)
  return `${text}</${tag}>`
}
