import { setTimeout } from 'node:timers/promises'
import type { Stream } from '../stream/stream.js'

/** Milliseconds. */
const LOOK_AGAIN = 20

/** Whether everything that was written to a stream has left the process; false when the stream ended before. */
export async function written({ socket }: Stream): Promise<boolean> {
  // Looked at, not heard of: a duplex tells of `drain` only when it was full.
  while (!socket.destroyed && socket.writableLength > 0) await setTimeout(LOOK_AGAIN, undefined, { ref: false })
  return !socket.destroyed && socket.writableLength === 0
}
