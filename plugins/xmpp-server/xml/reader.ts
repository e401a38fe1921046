import type { SaxesParser } from 'saxes'
import type { Element } from './element.js'
import type { XmlLimits } from './limits.js'

/** Conditions of RFC 6120 §4.9.3. */
export type Malformation =
  | 'bad-format'
  | 'not-well-formed'
  | 'policy-violation'
  | 'restricted-xml'
  | 'unsupported-encoding'

/** What a reader has read. */
export type Heard =
  /** The root was opened: a stream's header; `content` is the default namespace of what is inside. */
  | { readonly kind: 'opened'; readonly element: Element; readonly content: string }
  /** A child of the root is complete. */
  | { readonly kind: 'element'; readonly element: Element }
  /** The root was closed. */
  | { readonly kind: 'closed' }
  /** Nothing is heard after it. */
  | { readonly kind: 'failed'; readonly condition: Malformation }

export interface Growing extends Element {
  readonly children: (Element | string)[]
}

export type Parser = SaxesParser<{ xmlns: true }>

/** XML that comes in pieces; plain data and an object of saxes, so that the code that reads it can be replaced. */
export interface Reader {
  parser: Parser
  /** What is open now, the root first. */
  open: Growing[]
  /** What came out of the parser and was not taken yet. */
  heard: Heard | undefined
  failed: boolean
  limits: XmlLimits
  /** Bytes that were not parsed yet are in it, between `from` and `to`. */
  waiting: Buffer
  from: number
  to: number
  /** Where in `waiting` the search for the end of the next tag goes on. */
  sought: number
  /** Bytes of the stanza under way that were parsed. */
  bytes: number
  /** Elements and pieces of text of the stanza under way. */
  nodes: number
  /** Of the tag under way. */
  attributes: number
}

/** Makes a reader's parser. */
export type ParserFactory = (reader: Reader) => Parser

export function newReader(parserOf: ParserFactory, limits: XmlLimits): Reader {
  const reader: Reader = {
    parser: undefined as unknown as Parser,
    open: [],
    heard: undefined,
    failed: false,
    limits,
    waiting: NOTHING,
    from: 0,
    to: 0,
    sought: 0,
    bytes: 0,
    nodes: 0,
    attributes: 0,
  }
  reader.parser = parserOf(reader)
  return reader
}

/** A new document begins with what was not parsed yet. */
export function restartReader(reader: Reader, parserOf: ParserFactory): void {
  reader.parser = parserOf(reader)
  reader.open = []
  reader.heard = undefined
  reader.bytes = 0
  reader.nodes = 0
  reader.attributes = 0
}

export function refuse(reader: Reader, condition: Malformation): void {
  if (reader.failed) return
  reader.failed = true
  reader.heard = { kind: 'failed', condition }
  reader.open = []
  forget(reader)
}

/** Lets go of bytes that nobody will parse. */
export function forget(reader: Reader): void {
  reader.waiting = NOTHING
  reader.from = 0
  reader.to = 0
  reader.sought = 0
}

const NOTHING = Buffer.alloc(0)
