/** Changes of one thing, one after the other; plain data, so that two generations of a reload share it. */
export interface Sequence {
  last: Promise<unknown> | undefined
}

/** Runs `change` once all changes before it are through, however they went. */
export async function inSequence<T>(sequence: Sequence, change: () => Promise<T>): Promise<T> {
  const before = sequence.last
  const running = (async () => {
    await before?.catch(() => undefined)
    return change()
  })()
  sequence.last = running
  try {
    return await running
  } finally {
    // A settled promise would keep the request that made it reachable.
    if (sequence.last === running) sequence.last = undefined
  }
}
