import type { Awaitable } from './awaitable.js'

export interface MqttSubscription {
  topic: string
  qos: number
}

export interface SubscriptionDirectory {
  count(): Awaitable<number>
  /** By session, in the order of sessions. */
  page(offset: number, limit: number): Awaitable<(MqttSubscription & { clientId: string })[]>
  /** Distinct filters that somebody subscribes to. */
  routeCount(): Awaitable<number>
  routes(offset: number, limit: number): Awaitable<string[]>
  /** How many sessions subscribe to exactly this filter. */
  subscribers(filter: string): Awaitable<number>
}
