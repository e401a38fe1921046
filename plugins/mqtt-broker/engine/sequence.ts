/**
 * Items in the order of their keys, as plain data: a page at any offset costs a walk over blocks, not over items.
 * Each item may have a weight, so that a page of what items contain is found as fast.
 */
export interface Sequence<T> {
  length: number
  blocks: Block<T>[]
}

interface Block<T> {
  items: T[]
  weight: number
}

export type KeyOf<T, K extends string | number> = (item: T) => K

const BLOCK = 512

export function newSequence<T>(): Sequence<T> {
  return { length: 0, blocks: [] }
}

export function insert<T, K extends string | number>(
  sequence: Sequence<T>,
  keyOf: KeyOf<T, K>,
  item: T,
  weigh: (item: T) => number = () => 0,
): void {
  const { blocks } = sequence
  const key = keyOf(item)
  sequence.length++
  if (blocks.length === 0) {
    blocks.push({ items: [item], weight: weigh(item) })
    return
  }
  const at = Math.max(0, blockOf(blocks, keyOf, key))
  const block = blocks[at]!
  block.items.splice(positionOf(block.items, keyOf, key), 0, item)
  block.weight += weigh(item)
  if (block.items.length <= BLOCK) return
  // At the end the full block stays full, since most items come in order.
  const upper = block.items.splice(at === blocks.length - 1 ? BLOCK : BLOCK >> 1)
  const weight = upper.reduce((sum, each) => sum + weigh(each), 0)
  block.weight -= weight
  blocks.splice(at + 1, 0, { items: upper, weight })
}

/** Whether it was there. */
export function remove<T, K extends string | number>(
  sequence: Sequence<T>,
  keyOf: KeyOf<T, K>,
  item: T,
  weight = 0,
): boolean {
  const { blocks } = sequence
  const key = keyOf(item)
  const at = blockOf(blocks, keyOf, key)
  const block = blocks[at]
  if (!block) return false
  const position = positionOf(block.items, keyOf, key)
  if (block.items[position] !== item) return false
  block.items.splice(position, 1)
  block.weight -= weight
  sequence.length--
  if (block.items.length === 0) blocks.splice(at, 1)
  return true
}

/** An item weighs more or less from now on. */
export function reweigh<T, K extends string | number>(
  sequence: Sequence<T>,
  keyOf: KeyOf<T, K>,
  item: T,
  by: number,
): void {
  const block = sequence.blocks[blockOf(sequence.blocks, keyOf, keyOf(item))]
  if (block) block.weight += by
}

export function slice<T>({ blocks }: Sequence<T>, offset: number, limit: number): T[] {
  const found: T[] = []
  let skip = Math.max(0, offset)
  for (const { items } of blocks) {
    if (found.length >= limit) break
    if (skip >= items.length) {
      skip -= items.length
      continue
    }
    for (const item of items.slice(skip, skip + limit - found.length)) found.push(item)
    skip = 0
  }
  return found
}

/** Up to `limit` items behind the key; from the beginning when it is undefined. */
export function following<T, K extends string | number>(
  { blocks }: Sequence<T>,
  keyOf: KeyOf<T, K>,
  key: K | undefined,
  limit: number,
  including = false,
): T[] {
  const found: T[] = []
  const first = key === undefined ? 0 : Math.max(0, blockOf(blocks, keyOf, key))
  for (let at = first; at < blocks.length && found.length < limit; at++) {
    const { items } = blocks[at]!
    let from = key === undefined ? 0 : positionOf(items, keyOf, key)
    if (!including && from < items.length && keyOf(items[from]!) === key) from++
    for (const item of items.slice(from, from + limit - found.length)) found.push(item)
  }
  return found
}

/** Items from the one on that contains the `offset`th part, and how many parts of it come before. */
export function* weighed<T>(
  { blocks }: Sequence<T>,
  weigh: (item: T) => number,
  offset: number,
): Generator<{ item: T; skip: number }> {
  let skip = Math.max(0, offset)
  for (const { items, weight } of blocks) {
    if (skip >= weight) {
      skip -= weight
      continue
    }
    for (const item of items) {
      const weight = weigh(item)
      if (skip >= weight) {
        skip -= weight
        continue
      }
      yield { item, skip }
      skip = 0
    }
  }
}

/** The last block that begins at or before the key; -1 when all begin behind it. */
function blockOf<T, K extends string | number>(blocks: Block<T>[], keyOf: KeyOf<T, K>, key: K): number {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keyOf(blocks[middle]!.items[0]!) <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Where the key is, or would be. */
function positionOf<T, K extends string | number>(items: T[], keyOf: KeyOf<T, K>, key: K): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keyOf(items[middle]!) < key) low = middle + 1
    else high = middle
  }
  return low
}
