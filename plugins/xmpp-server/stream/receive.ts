import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Server } from '../server.js'
import { feed, hasMore, hear, readFrame } from '../xml/read.js'
import type { Heard } from '../xml/reader.js'
import { charge } from './charge.js'
import { closeStream } from './close.js'
import { FRAMING, greet } from './header.js'
import { negotiate } from './negotiate.js'
import type { Stream } from './stream.js'
import { unread } from './write.js'

/** What one client has said that is handled in one turn of the event loop. */
const AT_ONCE = 50

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
  // Whoever says much at once lets others have their turns.
  if (++stream.handled % AT_ONCE === 0) {
    stream.registry.wire.after(stream, nextTurn())
    return
  }
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
  const { wire } = stream.registry
  while (!stream.busy && stream.state !== 'closed' && !wire.resting.has(stream)) {
    // Whoever asks without reading the answers waits.
    stream.full = unread(stream) > most
    if (stream.full) break
    const heard = next(server, stream)
    if (!heard) break
    const work = follow(server, stream, heard)
    if (!work) continue
    stream.busy = true
    wire.after(stream, work)
  }
  listenOrNot(stream)
}

/** While something waits, nothing more is read: the client's own socket fills up, and nobody else's memory. */
function listenOrNot(stream: Stream): void {
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

function note(server: Server, stream: Stream, bytes: number): void {
  const { wire, counters } = server.registry
  counters.bytesReceived += bytes
  stream.heardAt = performance.now()
  if (wire.pinged.size > 0) wire.pinged.delete(stream)
  charge(server, stream, bytes)
}
