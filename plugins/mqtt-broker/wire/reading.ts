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
    if (tap.refused || tap.paused) return null
    const chunk = tap.read.call(stream, size) as Buffer | null
    if (chunk === null) return null
    counters['bytes.received'] += chunk.length
    tap.connection.bytesReceived += chunk.length
    const before = tap.connection.messagesReceived
    if (!scan(tap.received, chunk, packets, tap)) return null
    noteUnfinished(tap)
    if (max_publish_rate > 0) slowDown(stream, tap, tap.connection.messagesReceived - before, max_publish_rate)
    return chunk
  }

  return { read }
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
