import { setImmediate } from 'node:timers/promises'
import { type EmqPage, paged } from 'patchbay'
import type { Awaitable } from '../backend.js'

/** So many rows are read in one turn of the event loop. */
const IN_ONE_TURN = 500

/** One page in EMQ's envelope. There is no upper limit of `page_size`, so long ones are read bit by bit. */
export async function pageOf<T>(
  page: EmqPage,
  total: number,
  read: (offset: number, limit: number) => Awaitable<T[]>,
  show: (row: T) => object,
): Promise<object> {
  const first = (Math.max(page.current, 1) - 1) * page.size
  const end = Math.min(first + page.size, total)
  const objects: object[] = []
  for (let offset = first; offset < end; offset += IN_ONE_TURN) {
    if (offset > first) await setImmediate()
    const rows = await read(offset, Math.min(IN_ONE_TURN, end - offset))
    for (const row of rows) objects.push(show(row))
  }
  return paged(page, total, objects)
}
