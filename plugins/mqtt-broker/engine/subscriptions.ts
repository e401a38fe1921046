import type { SubscriptionDirectory } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'

export function subscriptionDirectory({ sessions }: Broker): SubscriptionDirectory {
  const all = () =>
    [...sessions.values()].flatMap(({ clientId, subscriptions }) =>
      [...subscriptions].map(([topic, { qos }]) => ({ clientId, topic, qos })),
    )
  const filters = () => [...new Set(all().map(({ topic }) => topic))]
  return {
    count: () => all().length,
    page: (offset, limit) => all().slice(offset, offset + limit),
    routeCount: () => filters().length,
    routes: (offset, limit) => filters().slice(offset, offset + limit),
    subscribers: filter => all().filter(({ topic }) => topic === filter).length,
  }
}
