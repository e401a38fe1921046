import type { Server } from '../server.js'
import type { Stream } from './stream.js'

/** How many seconds of input may come at once. */
export const BURST = 2

/**
 * Counts bytes as said by the client, and lets it rest when it has said more than it may. What costs the server more than
 * its size is counted as the bytes that it is worth.
 */
export function charge({ options: { max_input_rate: rate } }: Server, stream: Stream, bytes: number): void {
  if (rate === 0) return
  const now = performance.now()
  const earned = ((now - stream.reckonedAt) / 1000) * rate
  stream.allowance = Math.min(BURST * rate, stream.allowance + earned) - bytes
  stream.reckonedAt = now
  if (stream.allowance >= 0 || stream.state === 'closed') return
  stream.registry.wire.resting.set(stream, now - (stream.allowance / rate) * 1000)
}
