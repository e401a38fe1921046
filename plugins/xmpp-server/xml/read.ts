import { isUtf8 } from 'node:buffer'
import type { Element } from './element.js'
import { SHAPE, type XmlLimits } from './limits.js'
import { parsers } from './parser.js'
import { forget, type Heard, newReader, type Reader, refuse } from './reader.js'
import { told } from './told.js'

const LESS = 0x3c
const GREATER = 0x3e
/** Bytes that a buffer for an unfinished tag has at least. */
const SMALLEST = 256

/** Takes bytes over; what is heard of them, `hear` tells. */
export function feed(reader: Reader, chunk: Buffer): void {
  if (reader.failed) return
  const { waiting, from, to } = reader
  if (from === to) {
    reader.waiting = chunk
    reader.from = 0
    reader.to = chunk.length
    reader.sought = 0
    return
  }
  if (waiting.length - to >= chunk.length) chunk.copy(waiting, to)
  else moveTo(reader, 2 * (to - from + chunk.length), chunk)
  reader.to += chunk.length
}

/**
 * What comes next, parsed no further than to its end; undefined when more bytes are needed. Tags are given to the parser
 * whole, once they are known to be within `limits`.
 */
export function hear(reader: Reader, limits: XmlLimits): Heard | undefined {
  reader.limits = limits
  while (!reader.failed) {
    if (reader.bytes === 0) skipSpace(reader)
    const { waiting, from, to } = reader
    if (from === to) break
    if (reader.bytes === 0 && waiting[from] !== LESS) {
      refuse(reader, reader.open.length === 0 ? 'not-well-formed' : 'bad-format')
      break
    }
    // The byte of > is in no other character of UTF-8.
    const at = waiting.subarray(0, to).indexOf(GREATER, reader.sought)
    const end = at < 0 ? to : at + 1
    if (reader.bytes + end - from > limits.bytes) refuse(reader, 'policy-violation')
    else if (at < 0) {
      reader.sought = to
      break
    } else parse(reader, end)
    const { heard } = reader
    if (!heard) continue
    reader.heard = undefined
    reader.bytes = 0
    reader.nodes = 0
    return heard
  }
  const { heard } = reader
  reader.heard = undefined
  settle(reader)
  return heard
}

/** Whether bytes came that were not parsed yet, other than whitespace. */
export function hasMore(reader: Reader): boolean {
  if (reader.bytes === 0) skipSpace(reader)
  return reader.from < reader.to
}

/** The one element that `bytes` are, as a frame of a WebSocket has it (RFC 7395 §3.3). */
export function readFrame(bytes: Buffer, limits: XmlLimits): Heard {
  const reader = newReader(
    parsers(() => told),
    limits,
  )
  // Its root is the element.
  reader.open.push({ name: '', xmlns: '', attributes: {}, children: [] })
  feed(reader, bytes)
  const heard = hear(reader, limits)
  if (heard?.kind === 'failed' || (heard && !hasMore(reader))) return heard
  return { kind: 'failed', condition: 'not-well-formed' }
}

/** The one element that `text` is, in the namespace `xmlns` where it declares none; undefined when it is none. */
export function parseElement(text: string, xmlns: string): Element | undefined {
  const limits = { ...SHAPE, bytes: Number.POSITIVE_INFINITY }
  const reader = newReader(
    parsers(() => told),
    limits,
  )
  feed(reader, Buffer.from(`<r xmlns='${xmlns}'>${text}</r>`))
  const [opened, only, closed] = [hear(reader, limits), hear(reader, limits), hear(reader, limits)]
  const alone = opened?.kind === 'opened' && closed?.kind === 'closed' && !hasMore(reader)
  return alone && only?.kind === 'element' ? only.element : undefined
}

function parse(reader: Reader, end: number): void {
  const { waiting, from } = reader
  const piece = waiting.subarray(from, end)
  reader.from = end
  reader.sought = end
  reader.bytes += piece.length
  if (isUtf8(piece)) reader.parser.write(piece.toString('utf8'))
  else refuse(reader, 'not-well-formed')
}

/** Whitespace between stanzas keeps connections alive and means nothing (RFC 6120 §4.6.1). */
function skipSpace(reader: Reader): void {
  const { waiting, to } = reader
  let { from } = reader
  while (from < to && isSpace(waiting[from]!)) from++
  reader.from = from
  reader.sought = Math.max(reader.sought, from)
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** What is left is copied: a few bytes must not keep the whole chunk of the socket. */
function settle(reader: Reader): void {
  const { from, to, waiting } = reader
  if (from === to) forget(reader)
  else if (waiting.length > 2 * Math.max(to - from, SMALLEST)) moveTo(reader, to - from)
}

/** Moves what waits, and `more` behind it, to a buffer of our own. */
function moveTo(reader: Reader, room: number, more?: Buffer): void {
  const { waiting, from, to, sought } = reader
  const moved = Buffer.allocUnsafeSlow(Math.max(room, SMALLEST))
  waiting.copy(moved, 0, from, to)
  more?.copy(moved, to - from)
  reader.waiting = moved
  reader.from = 0
  reader.to = to - from
  reader.sought = sought - from
}
