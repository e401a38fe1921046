import type { Tap } from './tap.js'

/** As many as there are (MQTT 3.1.1 §2.3.1). */
export const IDENTIFIERS = 65_535

/**
 * The next packet identifier from `wanted` on that no message has that is on its way: what it acknowledges must be one
 * message. `sent` are those of the session, some of them perhaps on a connection before. Undefined when all are taken.
 */
export function freeIdentifier(
  tap: Pick<Tap, 'unacknowledged'> | undefined,
  sent: ReadonlyMap<number, unknown> | undefined,
  wanted: number,
): number | undefined {
  if ((tap?.unacknowledged?.size ?? 0) >= IDENTIFIERS || (sent?.size ?? 0) >= IDENTIFIERS) return undefined
  let id = wanted
  while (sent?.has(id) || tap?.unacknowledged?.has(id)) {
    id = id >= IDENTIFIERS ? 1 : id + 1
    if (id === wanted) return undefined
  }
  return id
}
