import type { Server } from '../server.js'
import { feed, hasMore, hear, readFrame } from '../xml/read.js'
import type { Heard } from '../xml/reader.js'
import { BURST } from './arrive.js'
import { closeStream } from './close.js'
import { FRAMING, greet } from './header.js'
import { negotiate } from './negotiate.js'
import type { Stream } from './stream.js'
import { unread } from './write.js'

/** Bytes came over TCP. */
export function received(server: Server, stream: Stream, chunk: Buffer): void {
  if (stream.state === 'closed') return
  note(server, stream, chunk.length)
  feed(stream.reader, chunk)
  proceed(server, stream)
}

/** A frame came over a WebSocket. */
export function framed(server: Server, stream: Stream, frame: Buffer): void {
  if (stream.state === 'closed') return
  note(server, stream, frame.length)
  stream.web!.frames.push(frame)
  proceed(server, stream)
}

/** What was being handled has been. */
export function handled(server: Server, stream: Stream): void {
  stream.busy = false
  proceed(server, stream)
}

export function failed(server: Server, stream: Stream, thrown: unknown): void {
  server.log.error({ err: thrown }, `what ${stream.account ?? stream.address} said could not be handled`)
  closeStream(stream, 'internal-server-error')
  handled(server, stream)
}

/** The client has read what was sent to it. */
export function drained(server: Server, stream: Stream): void {
  if (!stream.full) return
  stream.full = false
  proceed(server, stream)
}

/** Handles what has come, one after the other, and listens again once that is done. */
export function proceed(server: Server, stream: Stream): void {
  const most = server.options.max_unread_bytes / 2
  while (!stream.busy && stream.state !== 'closed') {
    // Whoever asks without reading the answers waits.
    stream.full = unread(stream) > most
    if (stream.full) break
    const heard = next(server, stream)
    if (!heard) break
    const work = follow(server, stream, heard)
    if (!work) continue
    stream.busy = true
    stream.registry.wire.after(stream, work)
  }
  listenOrNot(stream)
}

/** While something waits, nothing more is read: the client's own socket fills up, and nobody else's memory. */
export function listenOrNot(stream: Stream): void {
  const { socket, web, registry, state } = stream
  const behind = (stream.busy || stream.full) && (web ? web.frames.length > 0 : hasMore(stream.reader))
  const quiet = state !== 'closed' && (behind || registry.wire.resting.has(stream))
  const reader = web ? web.socket : socket
  if (quiet === (web ? web.socket.isPaused : socket.isPaused())) return
  if (quiet) reader.pause()
  else reader.resume()
}

function next({ limits: { stranger, user } }: Server, { web, reader, account }: Stream): Heard | undefined {
  const limits = account === undefined ? stranger : user
  if (!web) return hear(reader, limits)
  const frame = web.frames.shift()
  if (!frame) return undefined
  const heard = readFrame(frame, limits)
  if (heard.kind !== 'element' || heard.element.xmlns !== FRAMING) return heard
  return heard.element.name === 'close' ? { kind: 'closed' } : { ...heard, kind: 'opened', content: 'jabber:client' }
}

function follow(server: Server, stream: Stream, heard: Heard): void | Promise<void> {
  switch (heard.kind) {
    case 'opened':
      return greet(server, stream, heard.element, heard.content)
    case 'closed':
      return closeStream(stream)
    case 'failed':
      return closeStream(stream, heard.condition)
    case 'element':
      stream.registry.counters.stanzasReceived++
      return negotiate(server, stream, heard.element)
  }
}

function note({ registry, options }: Server, stream: Stream, bytes: number): void {
  const { wire, counters } = registry
  const { max_input_rate: rate } = options
  const now = performance.now()
  counters.bytesReceived += bytes
  stream.heardAt = now
  if (wire.pinged.size > 0) wire.pinged.delete(stream)
  if (rate === 0) return
  const earned = ((now - stream.reckonedAt) / 1000) * rate
  stream.allowance = Math.min(BURST * rate, stream.allowance + earned) - bytes
  stream.reckonedAt = now
  if (stream.allowance < 0) wire.resting.set(stream, now - (stream.allowance / rate) * 1000)
}
