import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { Tap } from './tap.js'

/** Milliseconds after which is looked again at a stream that does not tell. */
const LOOK_AGAIN = 10

export function hasRoom({ arrival: { stream }, pending }: Tap, bytes: number): boolean {
  return stream!.destroyed || stream!.writableLength + pending <= bytes
}

/** Resolves when no more than `bytes` wait for the client to read them, or its connection has ended. */
export async function roomToWrite(tap: Tap, bytes: number): Promise<void> {
  const stream = tap.arrival.stream!
  while (!hasRoom(tap, bytes)) {
    if (tap.pending > 0) await nextTurn()
    else if (stream.writableNeedDrain) await drained(stream)
    else await pause(LOOK_AGAIN)
  }
}

function drained(stream: Duplex): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}
