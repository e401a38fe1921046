import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Broker } from '../broker.js'
import { end } from './registry.js'

const TURN = 100

/** Ends sessions whose clients stay away too long, and those beyond the limit; who has been away longest goes first. */
export async function expire(broker: Broker): Promise<void> {
  for (;;) {
    const ended = expireSome(broker)
    if (ended < TURN) return
    await nextTurn()
  }
}

function expireSome(broker: Broker): number {
  const { registry, options, counters } = broker
  const { session_expiry_interval, max_sessions } = options
  const since = session_expiry_interval > 0 ? Date.now() - session_expiry_interval * 1000 : Number.NEGATIVE_INFINITY
  let ended = 0
  for (const record of registry.waiting) {
    if (ended === TURN) break
    const over = max_sessions > 0 && registry.waiting.size > max_sessions
    const expired = (record.disconnectedAt ?? record.connectedAt) <= since
    if (!over && !expired) break
    end(broker, record, expired ? 'expired' : 'too many sessions')
    counters['sessions.expired']++
    ended++
  }
  return ended
}
