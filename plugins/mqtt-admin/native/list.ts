import { KernelError } from 'patchbay'
import { z } from 'zod'

/** How a list is read page by page. */
export const PAGING = {
  limit: z.int().min(1).max(1000).default(100).describe('how many at most'),
  after: z.string().max(100_000).optional().describe('the "next" of the page before'),
}

/** A list in the native API: `{ "clients": […], "total": n, "next": "…" }`; `next` is there while more may follow. */
export function listOf<Name extends string, Item extends z.ZodType>(plural: Name, item: Item) {
  return z.object({
    [plural]: z.array(item),
    total: z.int().optional().describe('how many there are on all pages'),
    next: z.string().optional().describe('for "after"; absent on the last page'),
  } as Record<Name, z.ZodArray<Item>> & { total: z.ZodOptional<z.ZodInt>; next: z.ZodOptional<z.ZodString> })
}

/** An answer of that shape. */
export function list<Item>(plural: string, items: readonly Item[], total: number | undefined, next?: string) {
  return {
    [plural]: items,
    ...(total === undefined ? {} : { total }),
    ...(next === undefined ? {} : { next: toCursor(next) }),
  }
}

/** Cursors are opaque, so that nobody builds them. */
export function toCursor(position: string): string {
  return Buffer.from(position).toString('base64url')
}

export function fromCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const position = Buffer.from(cursor, 'base64url').toString('utf8')
  if (position !== '' && toCursor(position) === cursor) return position
  throw notACursor()
}

/** The cursor of a list that is paged by number. */
export function fromNumericCursor(cursor: string | undefined): number | undefined {
  const position = fromCursor(cursor)
  if (position === undefined) return undefined
  if (/^\d{1,15}$/.test(position)) return Number(position)
  throw notACursor()
}

export function notACursor(): KernelError {
  return new KernelError('bad_request', '"after" is the "next" of an earlier page of this list', {
    hint: 'leave it out to begin at the first page',
  })
}

/** ISO 8601 in UTC, or null for what has not happened. */
export function iso(milliseconds: number | undefined): string | null {
  return milliseconds === undefined || milliseconds === 0 ? null : new Date(milliseconds).toISOString()
}
