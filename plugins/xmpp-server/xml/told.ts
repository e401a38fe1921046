import type { SaxesAttributeNS, SaxesTagNS, XMLDecl } from 'saxes'
import { type Growing, type Reader, refuse } from './reader.js'

/** What the parser tells of a reader's document becomes elements; XML as XMPP allows it (RFC 6120 §11). */
export type Told = typeof told

export const told = {
  declared(reader: Reader, { encoding }: XMLDecl): void {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) refuse(reader, 'unsupported-encoding')
  },

  attribute(reader: Reader, { value }: { value: string }): void {
    const { attributes, value: longest } = reader.limits
    if (++reader.attributes > attributes || value.length > longest) refuse(reader, 'policy-violation')
  },

  opened(reader: Reader, tag: SaxesTagNS): void {
    reader.attributes = 0
    if (reader.failed) return
    const { open, limits } = reader
    const element: Growing = { name: tag.local, xmlns: tag.uri, attributes: attributesOf(tag), children: [] }
    if (open.length > limits.depth || ++reader.nodes > limits.nodes) {
      refuse(reader, 'policy-violation')
      return
    }
    if (open.length === 0) reader.heard = { kind: 'opened', element, content: tag.ns?.[''] ?? '' }
    else if (open.length > 1) open.at(-1)!.children.push(element)
    open.push(element)
  },

  text(reader: Reader, text: string): void {
    const { open } = reader
    if (reader.failed || text === '') return
    if (open.length <= 1) {
      if (/[^ \t\r\n]/.test(text)) refuse(reader, 'bad-format')
      return
    }
    const { children } = open.at(-1)!
    // A section of CDATA is text like any other.
    if (typeof children.at(-1) === 'string') children.push(`${children.pop()}${text}`)
    else if (++reader.nodes > reader.limits.nodes) refuse(reader, 'policy-violation')
    else children.push(text)
  },

  closed(reader: Reader): void {
    if (reader.failed) return
    const element = reader.open.pop()!
    const { length } = reader.open
    if (length === 1) reader.heard = { kind: 'element', element }
    else if (length === 0) reader.heard = { kind: 'closed' }
  },

  wrong: (reader: Reader): void => refuse(reader, 'not-well-formed'),

  forbidden: (reader: Reader): void => refuse(reader, 'restricted-xml'),
}

/** Declarations of namespaces are left out, but for those that an attribute of the element needs. */
function attributesOf({ attributes }: SaxesTagNS): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const { name, prefix, value, uri } of Object.values(attributes) as SaxesAttributeNS[]) {
    if (prefix === 'xmlns' || name === 'xmlns') continue
    if (prefix !== '' && prefix !== 'xml') kept[`xmlns:${prefix}`] = uri
    kept[name] = value
  }
  return kept
}
