import type { Generator, LoadOrder, LoadResult } from './load.js'
import type { Server } from './servers.js'

/** User and system time of this process so far, all threads. */
export function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

export interface Cost {
  /** CPU of the server process for one request, in microseconds. */
  micros: number
  perSecond: number
  result: LoadResult
}

/** What the server spends on each request of one window of load. */
export async function costOf(server: Server, generator: Generator, order: Omit<LoadOrder, 'port'>): Promise<Cost> {
  const port = await server.ask('port')
  const before = await server.ask('cpu')
  const result = await generator.ask('load', { ...order, port })
  const after = await server.ask('cpu')
  if (result.failed > 0) throw new Error(`${result.failed} requests failed: ${result.firstFailure}`)
  return { micros: (after - before) / result.answered, perSecond: result.answered / result.seconds, result }
}
