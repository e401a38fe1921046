import type { PluginContext } from 'patchbay'

/** What all generations share while one takes over from another: plain data. */
export interface Books {
  /** Who is writing, by what is written. */
  readonly turns: Map<string, Promise<unknown>>
  /** Names of a host's accounts as last read; they go when memory is needed. */
  readonly names: Map<string, WeakRef<Promise<readonly string[]>>>
}

export function keepBooks(ctx: PluginContext): Promise<Books> {
  return ctx.keep('books', {
    open: (): Books => ({ turns: new Map(), names: new Map() }),
    close: ({ turns, names }) => {
      turns.clear()
      names.clear()
    },
  })
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
