import { Child } from './child.js'
import type { HouseOptions } from './house.js'
import { nodeFlags } from './node-flags.js'
import { temporaryFolder } from './temporary.js'

export type ServerVerbs = {
  port(): number | Promise<number>
  /** User and system time so far, in microseconds. */
  cpu(): number
  memory(): NodeJS.MemoryUsage
  /** Resolves to how long it took, in milliseconds. */
  reload(name: string): Promise<number>
  /** Asks this server for `path` once; how long it took and the longest turn of its event loop meanwhile, in milliseconds. */
  turns(path: string): Promise<{ took: number; longest: number }>
  /** Reloads plugins when their files change, as in development. */
  watch(): Promise<void>
  /** When a plugin last threw, as text of `process.hrtime.bigint()`, which all processes of a machine share. */
  thrownAt(): string | undefined
}

export type Server = Child<Pick<ServerVerbs, 'port' | 'cpu'>>

/** A Patchbay with a data folder of its own unless one is given; resolves once its plugins run. */
export async function startPatchbay(
  options: Omit<HouseOptions, 'data'> & Partial<HouseOptions>,
): Promise<Child<ServerVerbs>> {
  const server = new Child<ServerVerbs>('patchbay-server', { data: temporaryFolder(), ...options }, nodeFlags())
  await server.ask('port')
  return server
}

/** Raw `node:http`, or bare Koa: what any server in Node pays before it does anything. */
export function startBare(kind: 'raw' | 'koa'): Server {
  return new Child('bare-server', { kind })
}
