import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { Registry } from '../registry.js'
import { closeStream } from './close.js'

const BLOCK = 200
/** Milliseconds that clients have to hear of it. */
const PATIENCE = 1000

/** Closes every stream because the server stops, in blocks with a turn of the event loop between them. */
export async function shutDown({ streams }: Registry): Promise<void> {
  let done = 0
  for (const stream of [...streams]) {
    // All sessions end: there is nobody to tell each other's end to.
    stream.session = undefined
    closeStream(stream, 'system-shutdown')
    if (++done % BLOCK === 0) await nextTurn()
  }
  for (const until = performance.now() + PATIENCE; streams.size > 0 && performance.now() < until; ) await pause(10)
  for (const { socket } of streams) socket.destroy()
}
