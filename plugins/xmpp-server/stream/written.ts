import { setTimeout } from 'node:timers/promises'
import type { Stream } from './stream.js'
import { unread } from './write.js'

/** Milliseconds. */
const LOOK_AGAIN = 20

/** Whether all but `rest` bytes of what was written to a stream have left the process; false when it ended before. */
export async function written(stream: Stream, rest = 0): Promise<boolean> {
  // Looked at, not heard of: a duplex tells of `drain` only when it was full.
  while (isOpen(stream) && unread(stream) > rest) await setTimeout(LOOK_AGAIN, undefined, { ref: false })
  return isOpen(stream)
}

/** Whether what is written to a stream has a chance to be read. */
export function isOpen({ state, slow, socket }: Stream): boolean {
  return state !== 'closed' && !slow && socket.writable
}
