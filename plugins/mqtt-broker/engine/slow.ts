import type { Broker } from '../broker.js'

/** Milliseconds after the last dropped message that a client still counts as slow. */
const AFTER = 60_000

/** Since when, and until when, messages to a client were dropped because it reads too slowly. */
export interface Slow {
  since: number
  last: number
  dropped: number
}

export function markSlow({ slow }: Broker, clientId: string): void {
  const now = Date.now()
  const known = slow.get(clientId)
  if (known) {
    known.last = now
    known.dropped++
  } else slow.set(clientId, { since: now, last: now, dropped: 1 })
}

/** Forgets those that read fast enough again, or have gone. */
export function forgetFast({ slow, connections }: Broker): void {
  const before = Date.now() - AFTER
  for (const [clientId, { last }] of slow) {
    if (last < before || !connections.has(clientId)) slow.delete(clientId)
  }
}
