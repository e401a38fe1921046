import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes'
import type { Element } from './element.js'

/** What a reader tells while it reads. */
export interface Heard {
  /** The root was opened: a stream's header. */
  opened(root: Element): void
  /** A child of the root is complete. */
  element(element: Element): void
  /** The root was closed. */
  closed(): void
  /** Nothing is told after it. */
  failed(condition: 'not-well-formed' | 'restricted-xml' | 'policy-violation'): void
}

interface Growing extends Element {
  readonly children: (Element | string)[]
}

export type XmlReader = SaxesParser<{ xmlns: true }>

/** Reads XML as XMPP allows it (RFC 6120 §11.1): no comments, no processing instructions, no document types. */
export function newReader(heard: Heard): XmlReader {
  const parser = new SaxesParser({ xmlns: true })
  const open: Growing[] = []
  let done = false
  const fail = (condition: Parameters<Heard['failed']>[0]) => {
    if (done) return
    done = true
    heard.failed(condition)
  }
  parser.on('error', () => fail('not-well-formed'))
  for (const event of ['doctype', 'comment', 'processinginstruction'] as const) {
    parser.on(event, () => fail('restricted-xml'))
  }
  parser.on('opentag', tag => {
    if (done) return
    const element: Growing = { name: tag.local, xmlns: tag.uri, attributes: attributesOf(tag), children: [] }
    if (open.length === 0) heard.opened(element)
    else if (open.length > 1) open.at(-1)!.children.push(element)
    open.push(element)
  })
  parser.on('text', text => {
    if (!done && open.length > 1) open.at(-1)!.children.push(text)
  })
  parser.on('cdata', text => {
    if (!done && open.length > 1) open.at(-1)!.children.push(text)
  })
  parser.on('closetag', () => {
    if (done) return
    const element = open.pop()!
    if (open.length === 1) heard.element(element)
    else if (open.length === 0) heard.closed()
  })
  return parser
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

/** The one element that `text` is, in the namespace `xmlns` where it declares none; undefined when it is none. */
export function parseElement(text: string, xmlns: string): Element | undefined {
  let found: Element | undefined
  let failed = false
  const reader = newReader({
    opened: () => undefined,
    element: element => {
      failed ||= found !== undefined
      found = element
    },
    closed: () => undefined,
    failed: () => {
      failed = true
    },
  })
  reader.write(`<r xmlns='${xmlns}'>${text}</r>`)
  reader.close()
  return failed ? undefined : found
}
