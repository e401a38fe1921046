import { Duplex } from 'node:stream'
import type { Broker } from '../broker.js'
import type { Options } from '../options.js'
import { scan } from './scan.js'
import { sentPackets } from './sent.js'
import { type Tap, tapOf } from './tap.js'

/** Bytes that are copied together into one write; more are handed over as they are. */
const GATHER = 65_536

/**
 * How much more than `slow_client_bytes` may wait for a client, in messages that must not be dropped, before its
 * connection is closed. What it did not acknowledge stays in the queue of a persistent session.
 */
export const HARD_BOUND = 8

/**
 * The way out: what is written in one turn leaves in one system call, is counted, and never makes the broker wait for
 * one slow client.
 */
export function writing({ slow_client_bytes }: Options, { wire, counters }: Broker) {
  const packets = sentPackets(counters)

  function write(stream: Duplex, data: Uint8Array | string): boolean {
    const tap = tapOf(stream)!
    const piece = typeof data === 'string' ? Buffer.from(data) : data
    if (tap.pieces.push(piece) === 1 && tap.wire.dirty.push(stream) === 1) setImmediate(tap.wire.dispatch.flush)
    tap.pending += piece.length
    if (tap.pending > GATHER) flushOne(stream, tap)
    return true
  }

  function flushOne(stream: Duplex, tap: Tap): void {
    const { pieces, pending, connection } = tap
    tap.pieces = []
    tap.pending = 0
    if (stream.destroyed || pending === 0) return
    counters['bytes.sent'] += pending
    connection.bytesSent += pending
    if (pending <= GATHER) {
      const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, pending)
      scan(tap.sent, whole, packets, tap)
      tap.write.call(stream, whole)
    } else {
      Duplex.prototype.cork.call(stream)
      for (const piece of pieces) {
        scan(tap.sent, piece, packets, tap)
        tap.write.call(stream, piece)
      }
      stream.uncork()
    }
    if (stream.writableLength > HARD_BOUND * slow_client_bytes) {
      connection.closedBecause ??= 'too slow'
      stream.destroy()
    }
  }

  return {
    write,
    flush() {
      const { dirty } = wire
      wire.dirty = []
      for (const stream of dirty) flushOne(stream, tapOf(stream)!)
    },
  }
}
