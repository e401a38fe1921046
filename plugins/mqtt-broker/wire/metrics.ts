import type { Gauge, Metrics } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import { GAUGES, ZERO } from './counters.js'

export function metrics({ sessions, connections, retained, counters }: Broker): Metrics {
  return {
    counters: () => counters,
    gauges: () => {
      const now = { clients: connections.size, sessions: sessions.size, retained: retained.size }
      return Object.fromEntries(
        GAUGES.map(name => {
          const count = (now as Record<string, number>)[name] ?? 0
          return [name, { count, max: count }]
        }),
      ) as Record<Gauge, { count: number; max: number }>
    },
    reset: () => void Object.assign(counters, ZERO),
  }
}
