import type { SubscriptionDirectory } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import { weightOf } from './registry.js'
import { filterOf } from './routes.js'
import { slice, weighed } from './sequence.js'

type Listed = Awaited<ReturnType<SubscriptionDirectory['page']>>

export function subscriptionDirectory(broker: Broker): SubscriptionDirectory {
  const { registry, routes, gauges } = broker
  return {
    count: () => gauges.subscriptions.count,
    page(offset, limit) {
      const found: Listed = []
      if (limit <= 0) return found
      for (const { item, skip } of weighed(registry.all, weightOf, offset)) {
        let left = skip
        for (const [topic, { qos }] of item.subscriptions) {
          if (left-- > 0) continue
          if (found.push({ clientId: item.clientId, topic, qos }) === limit) return found
        }
      }
      return found
    },
    routeCount: () => routes.byFilter.size,
    routes: (offset, limit) => slice(routes.sorted, offset, limit).map(filterOf),
    subscribers: filter => routes.byFilter.get(filter)?.members.size ?? 0,
  }
}
