/** What all generations share while one takes over from another: plain data. */
export interface Books {
  /** Who is writing, by what is written. */
  readonly turns: Map<string, Promise<unknown>>
  /** Names of a host's accounts as last read; they go when memory is needed. */
  readonly names: Map<string, WeakRef<Promise<readonly string[]>>>
}

export function newBooks(): Books {
  return { turns: new Map(), names: new Map() }
}

/** Runs `act` once everything that came in before under the same key has ended, well or badly. */
export function inTurn<T>({ turns }: Books, key: string, act: () => Promise<T>): Promise<T> {
  const before = turns.get(key)
  const result = before ? before.then(act) : act()
  const ended: Promise<unknown> = result.then(
    () => leave(),
    () => leave(),
  )
  const leave = () => {
    if (turns.get(key) === ended) turns.delete(key)
  }
  turns.set(key, ended)
  return result
}
