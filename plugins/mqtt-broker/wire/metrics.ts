import type { Counter, Gauge, Metrics } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import { COUNTERS, GAUGES } from './counters.js'

export function metrics({ sessions, connections, retained }: Broker): Metrics {
  const counters = Object.fromEntries(COUNTERS.map(name => [name, 0])) as Record<Counter, number>
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
    reset: () => undefined,
  }
}
