import type { Duplex } from 'node:stream'
import type { Broker } from '../broker.js'
import type { Options } from '../options.js'
import { receivedPackets } from './received.js'
import { scan } from './scan.js'
import { type Tap, tapOf } from './tap.js'

/** The way in: what aedes reads has been counted and is within the limits. */
export function reading({ max_packet_size, max_publish_rate }: Options, { counters }: Broker) {
  const packets = receivedPackets(counters, max_packet_size)

  function read(stream: Duplex, size?: number): unknown {
    const tap = tapOf(stream)!
    // aedes takes packets that come between CONNECT and its answer for those of a client that was let in.
    if (tap.refused || tap.paused || (tap.packets > 0 && !tap.greeted)) return null
    const chunk = joined(tap.early, received(stream, tap, size))
    tap.early = undefined
    if (!chunk) return null
    if (tap.packets === 0) return readFirst(tap, chunk)
    const before = tap.connection.messagesReceived
    if (!scan(tap.received, chunk, packets, tap)) return null
    noteUnfinished(tap)
    if (max_publish_rate > 0) slowDown(stream, tap, tap.connection.messagesReceived - before, max_publish_rate)
    return chunk
  }

  function received(stream: Duplex, tap: Tap, size: number | undefined): Buffer | undefined {
    const chunk = tap.read.call(stream, size) as Buffer | null
    if (!chunk) return undefined
    counters['bytes.received'] += chunk.length
    tap.connection.bytesReceived += chunk.length
    return chunk
  }

  /** Of the chunk what belongs to CONNECT; the rest is read once it is answered. */
  function readFirst(tap: Tap, chunk: Buffer): Buffer | null {
    let end = 0
    while (end < chunk.length && tap.packets === 0) {
      const { first, factor, length, position } = tap.received
      const from = end
      end = Math.min(chunk.length, first >= 0 && factor === 0 ? end + length - position : end + 1)
      if (!scan(tap.received, chunk.subarray(from, end), packets, tap)) return null
    }
    noteUnfinished(tap)
    if (end < chunk.length) tap.early = chunk.subarray(end)
    return chunk.subarray(0, end)
  }

  return { read }
}

function joined(before: Buffer | undefined, chunk: Buffer | undefined): Buffer | undefined {
  return before && chunk ? Buffer.concat([before, chunk]) : (before ?? chunk)
}

/** Since when the packet that is under way has been so, for the time limit; oldest first. */
function noteUnfinished(tap: Tap): void {
  const { wire, arrival, received } = tap
  const current = received.first < 0 ? -1 : tap.packets
  if (current === tap.unfinished) return
  if (tap.unfinished >= 0) wire.unfinished.delete(arrival)
  if (current >= 0) wire.unfinished.set(arrival, performance.now())
  tap.unfinished = current
}

/** Lets the client wait as long as its messages were too many: its own socket fills up, and nobody else's. */
function slowDown(stream: Duplex, tap: Tap, published: number, rate: number): void {
  const now = performance.now()
  tap.allowance = Math.min(rate, tap.allowance + ((now - tap.reckonedAt) / 1000) * rate) - published
  tap.reckonedAt = now
  if (tap.allowance >= 0) return
  tap.paused = true
  const resume = () => {
    tap.paused = false
    if (!stream.destroyed) stream.emit('readable')
  }
  setTimeout(resume, (-tap.allowance / rate) * 1000).unref()
}
