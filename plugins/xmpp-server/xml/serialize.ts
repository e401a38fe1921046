import { type Element, STREAMS } from './element.js'

const ESCAPED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;', '"': '&quot;' }

export function escapeXml(text: string): string {
  return /[&<>'"]/.test(text) ? text.replace(/[&<>'"]/g, sign => ESCAPED[sign]!) : text
}

/** The text of an element inside one whose default namespace is `within`. The streams namespace keeps its prefix (RFC 6120 §4.8.5). */
export function serialize({ name, xmlns, attributes, children }: Element, within = ''): string {
  const prefixed = xmlns === STREAMS
  const tag = prefixed ? `stream:${name}` : name
  const inside = prefixed ? within : xmlns
  let text = `<${tag}`
  if (prefixed && within === '') text += ` xmlns:stream='${STREAMS}'`
  else if (!prefixed && xmlns !== within) text += ` xmlns='${escapeXml(xmlns)}'`
  for (const key in attributes) text += ` ${key}='${escapeXml(attributes[key]!)}'`
  if (children.length === 0) return `${text}/>`
  text += '>'
  for (const child of children) text += typeof child === 'string' ? escapeXml(child) : serialize(child, inside)
  return `${text}</${tag}>`
}
