import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Connection } from '../connection.js'
import type { Handlers } from './handlers.js'
import type { Listener } from './listener.js'

/** A socket from its accept to its close. */
export interface Arrival {
  readonly listener: Listener
  readonly socket: Socket
  /** Of the client, also behind a proxy that told it. */
  address: string
  port: number
  /** The user name that its certificate vouches for. */
  identity: string | undefined
  /** What speaks MQTT: the socket itself, or what TLS and WebSocket make of it. */
  stream: Duplex | undefined
  connection: Connection | undefined
  /** Why it ended before it spoke MQTT: what it has not got through yet, unless there is another reason. */
  failure: string | undefined
}

/** Everything between the sockets and aedes, as plain data that outlives generations. */
export interface Wire {
  /** By `address:port`. */
  readonly listeners: Map<string, Listener>
  readonly arrivals: Set<Arrival>
  /** Those whose CONNECT is not complete, oldest first; the value is when they came (`performance.now()`). */
  readonly connecting: Map<Arrival, number>
  /** Those in the middle of a packet, and since when; oldest first. */
  readonly unfinished: Map<Arrival, number>
  /** Bytes of all long CONNECTs that are under way. */
  promised: number
  /** Streams with output of this turn. */
  dirty: Duplex[]
  /** What the live generation does. */
  handlers: Handlers
  /** What streams and sockets call: made once, so that no stream keeps the code of a retired generation. */
  readonly dispatch: Dispatch
  /** Runs `act` on behalf of the live generation, whichever that will be, and not of the call that is under way. */
  inside<T>(act: () => T): T
}

export interface Dispatch {
  read(this: Duplex, size?: number): unknown
  write(this: Duplex, data: Uint8Array | string, ...rest: unknown[]): boolean
  flush(): void
}

/**
 * `inside` runs something on behalf of the live generation. Each event of a socket is, and no packet enters a scope of
 * its own, which would cost more than the metering.
 */
export function openWire(inside: (act: () => unknown) => unknown): Wire {
  const wire: Wire = {
    listeners: new Map(),
    arrivals: new Set(),
    connecting: new Map(),
    unfinished: new Map(),
    promised: 0,
    dirty: [],
    handlers: {} as Handlers,
    dispatch: {
      read(size) {
        // Node looks ahead by itself, on nobody's behalf.
        if (size === 0) return wire.inside(() => wire.handlers.read(this, size))
        return wire.handlers.read(this, size)
      },
      write(data, ...rest) {
        return wire.handlers.write(this, data, ...rest)
      },
      flush: () => wire.handlers.flush(),
    },
    inside: inside as Wire['inside'],
  }
  return wire
}

/** Closes the listeners and whatever connections are left. */
export async function closeWire({ listeners, arrivals }: Wire): Promise<void> {
  for (const { server } of listeners.values()) server?.close()
  listeners.clear()
  await destroyAll(arrivals)
}

const BLOCK = 500

/** In blocks, with a turn of the event loop between them. */
export async function destroyAll(arrivals: Iterable<Arrival>, because?: string): Promise<void> {
  let done = 0
  for (const { socket, stream, connection } of [...arrivals]) {
    if (connection && because) connection.closedBecause ??= because
    ;(stream ?? socket).destroy()
    if (++done % BLOCK === 0) await nextTurn()
  }
}
