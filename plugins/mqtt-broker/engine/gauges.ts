import type { Gauge } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'

export type Gauges = Record<Gauge, { count: number; max: number }>

export function newGauges(): Gauges {
  return {
    clients: { count: 0, max: 0 },
    sessions: { count: 0, max: 0 },
    subscriptions: { count: 0, max: 0 },
    subscribers: { count: 0, max: 0 },
    routes: { count: 0, max: 0 },
    retained: { count: 0, max: 0 },
  }
}

export function recount({ gauges }: Pick<Broker, 'gauges'>, name: Gauge, count: number): void {
  const gauge = gauges[name]
  gauge.count = count
  if (count > gauge.max) gauge.max = count
}
