import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { PluginContext } from 'patchbay'
import type { Broker } from '../broker.js'
import type { Options } from '../options.js'
import { arrivals } from './arrivals.js'
import { type DeliveringClient, type Delivery, delivering } from './delivery.js'
import type { Listener } from './listener.js'
import { reading } from './reading.js'
import type { Arrival } from './wire.js'
import { writing } from './writing.js'

/** What one generation does at the sockets; `Wire.handlers` is replaced in the swap. */
export interface Handlers {
  /** A socket was accepted. */
  arrived(listener: Listener, socket: Socket): void
  read(stream: Duplex, size?: number): unknown
  write(stream: Duplex, data: Uint8Array | string, ...rest: unknown[]): boolean
  /** Sends what was written in this turn. */
  flush(): void
  deliver(client: DeliveringClient, packet: Delivery, done: () => void): void
  /** A socket has closed. */
  gone(arrival: Arrival): void
  /** Closes connections that take too long with a packet. */
  expire(): void
}

export function handlers(ctx: PluginContext<Options>, broker: Broker): Handlers {
  return {
    ...arrivals(ctx, broker),
    ...reading(ctx.config, broker),
    ...writing(ctx.config, broker),
    ...delivering(ctx.config, broker),
  }
}
