const DAY_MS = 86_400_000

/** Epoch milliseconds of `yyyy-mm-ddThh:mm:ss`, local time; undefined when it is no such time. */
export function parseExpiry(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)) return undefined
  const [year, month, day, hour, minute, second] = text.split(/\D/).map(Number) as [number, ...number[]]
  const date = new Date(year, month! - 1, day, hour, minute, second)
  // 31 February would quietly become a day in March.
  const same = date.getFullYear() === year && date.getMonth() === month! - 1 && date.getDate() === day
  return same && hour! < 24 && minute! < 60 && second! < 60 ? date.getTime() : undefined
}

/** Whether a key may end then: in the future, and where there is a longest life, within that. */
export function isAllowedExpiry(expires: number | undefined, longestDays: number | undefined, now: number): boolean {
  if (expires === undefined) return longestDays === undefined
  return expires > now && (longestDays === undefined || expires < now + longestDays * DAY_MS)
}

/** `2023-04-04 10:00:00`, UTC */
export function showExpiry(expires: number | undefined): string {
  return expires === undefined ? 'never' : new Date(expires).toISOString().slice(0, 19).replace('T', ' ')
}
