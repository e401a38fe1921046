import type { Metrics } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import { ZERO } from './counters.js'

export function metrics({ gauges, counters }: Broker): Metrics {
  return {
    counters: () => counters,
    gauges: () => gauges,
    reset: () => {
      Object.assign(counters, ZERO)
      for (const gauge of Object.values(gauges)) gauge.max = gauge.count
    },
  }
}
