import { networkOf } from 'patchbay'
import type { Server } from '../server.js'

/** By network: how many connections it may open now, and when (`performance.now()`) that was reckoned. */
export type Admissions = Map<string, { tokens: number; reckonedAt: number }>

/** How many seconds of connections may come at once. */
const BURST = 4
/** Networks that are remembered; beyond, the one that came first is forgotten. */
const MOST_NETWORKS = 50_000

/** Whether a connection from `address` is within the limits. */
export function admitted({ registry, options }: Server, address: string): boolean {
  const { max_connections: most, max_connection_rate: rate } = options
  if (registry.streams.size >= most) return false
  const { admissions } = registry.wire
  const network = networkOf(address)
  const now = performance.now()
  const known = admissions.get(network) ?? { tokens: BURST * rate, reckonedAt: now }
  known.tokens = Math.min(BURST * rate, known.tokens + ((now - known.reckonedAt) / 1000) * rate)
  known.reckonedAt = now
  if (!admissions.has(network) && admissions.size >= MOST_NETWORKS) {
    admissions.delete(admissions.keys().next().value!)
  }
  admissions.set(network, known)
  if (known.tokens < 1) return false
  known.tokens--
  return true
}

/** Whoever has not come for long begins anew. */
export function forgetAdmissions({ registry }: Server): void {
  const before = performance.now() - BURST * 1000
  for (const [network, { reckonedAt }] of registry.wire.admissions) {
    if (reckonedAt < before) registry.wire.admissions.delete(network)
  }
}
