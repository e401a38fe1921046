import { onOneLine } from '../../log-text.js'
import type { Call } from '../command.js'
import { wrongUsage } from '../refusal.js'
import { table } from '../table.js'

/** As many as one call of the API answers. */
const PAGE = 1000

type Page<Name extends string, Item> = { [name in Name]: Item[] } & { total?: number; next?: string }

/** Prints a list of the API, however many pages it has: as JSON in its own envelope, or as a table. */
export async function printList<Item, Name extends string>(
  call: Call,
  path: string,
  plural: Name,
  query: URLSearchParams,
  columns: Readonly<Record<string, (item: Item) => unknown>>,
): Promise<void> {
  const limit = limitIn(call)
  const client = await call.server()
  const items: Item[] = []
  let page: Page<Name, Item>
  do {
    query.set('limit', String(Math.min(limit - items.length, PAGE)))
    page = await client.get<Page<Name, Item>>(`${path}?${query}`)
    items.push(...page[plural])
    if (page.next !== undefined) query.set('after', page.next)
  } while (page.next !== undefined && items.length < limit)
  const { total, next } = page
  if (call.printed({ [plural]: items, total, next })) return
  const rows = items.map(item => Object.values(columns).map(read => cell(read(item))))
  if (rows.length > 0) call.print(table(Object.keys(columns), rows))
  else call.note(`no ${plural}${query.size > 1 ? ' match' : ''}`)
  if (next === undefined) return
  const all = total === undefined ? 'there are more' : `of ${total}`
  call.note(`the first ${items.length}, ${all}: --limit ${total ?? items.length * 10}`)
}

/** What came from outside on one line; nothing for what is not known. */
export function cell(value: unknown): string {
  return value === null || value === undefined ? '' : onOneLine(String(value))
}

/** `2026-11-22 09:00:00` in UTC. */
export function moment(time: string | null): string {
  return time === null ? '' : time.slice(0, 19).replace('T', ' ')
}

function limitIn({ options: { limit = '100' } }: Call): number {
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit)
  throw wrongUsage(`"--limit ${limit}" is not a number from 1 on`, '--limit 100')
}
