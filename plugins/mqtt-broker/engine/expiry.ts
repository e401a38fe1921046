import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Broker } from '../broker.js'
import { end } from './registry.js'

/** Sessions, subscriptions and messages that are removed in one turn; the last session may be more. */
const TURN = 1000

/** Ends sessions whose clients stay away too long, and those beyond the limit; who has been away longest goes first. */
export async function expire(broker: Broker): Promise<void> {
  for (;;) {
    if (expireSome(broker) < TURN) return
    await nextTurn()
  }
}

/** How much was removed. */
function expireSome(broker: Broker): number {
  const { registry, options, counters } = broker
  const { session_expiry_interval, max_sessions } = options
  const since = session_expiry_interval > 0 ? Date.now() - session_expiry_interval * 1000 : Number.NEGATIVE_INFINITY
  let removed = 0
  for (const record of registry.waiting) {
    if (removed >= TURN) break
    const over = max_sessions > 0 && registry.waiting.size > max_sessions
    const expired = (record.disconnectedAt ?? record.connectedAt) <= since
    if (!over && !expired) break
    removed += 1 + record.subscriptions.size + (record.queue?.entries.size ?? 0)
    end(broker, record, expired ? 'expired' : 'too many sessions')
    counters['sessions.expired']++
  }
  return removed
}
