import { createServer, type Server, type Socket } from 'node:net'
import { KernelError } from 'patchbay'
import type { ListenerOptions } from '../../mqtt-admin/backend.js'
import type { Security } from './security.js'
import type { Arrival, Wire } from './wire.js'

/** An address on which MQTT is spoken, open or stopped; plain data that outlives generations. */
export interface Listener {
  /** The port is the one that it is bound to. */
  options: ListenerOptions & { maxConnections: number }
  readonly configured: boolean
  /** Undefined while it is stopped. */
  server: Server | undefined
  security: Security | undefined
  readonly arrivals: Set<Arrival>
  totalConnections: number
  /** Reason to count. */
  readonly shutdowns: Record<string, number>
  /** Connections that may be accepted now, and when (`performance.now()`) that was reckoned. */
  tokens: number
  reckonedAt: number
}

export function newListener(
  options: Listener['options'],
  security: Security | undefined,
  configured: boolean,
): Listener {
  return {
    options,
    configured,
    server: undefined,
    security,
    arrivals: new Set(),
    totalConnections: 0,
    shutdowns: {},
    tokens: 0,
    reckonedAt: 0,
  }
}

/** `127.0.0.1:1883`, `[::1]:1883` */
export function nameOf({ address, port }: { address: string; port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** Begins to accept, and is found under its name from then on. */
export async function openListener(wire: Wire, listener: Listener): Promise<void> {
  const { configured, options } = listener
  const { address, port } = options
  const server = wire.inside(() => createServer({ noDelay: true }))
  server.on('connection', socket => {
    actInside(wire, socket)
    wire.handlers.arrived(listener, socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', thrown => reject(notOpened(thrown, address, port, configured)))
    wire.inside(() => server.listen(port, address, () => resolve()))
  })
  server.removeAllListeners('error')
  // Running out of descriptors is told of here, and passes.
  server.on('error', () => undefined)
  listener.server = server
  listener.options = { ...listener.options, port: (server.address() as { port: number }).port }
  wire.listeners.set(nameOf(listener.options), listener)
}

/** Node calls an accepted socket on nobody's behalf: an error in what it sets off would be the process's. */
function actInside({ inside }: Wire, socket: Socket): void {
  const emit = socket.emit as (...event: unknown[]) => boolean
  socket.emit = ((...event: unknown[]) => inside(() => emit.apply(socket, event))) as Socket['emit']
}

const SCHEMES = { tcp: 'mqtt', tls: 'mqtts', ws: 'ws', wss: 'wss' }

/** Of the listeners that are not stopped: `mqtt://127.0.0.1:1883`. */
export function addressesOf({ listeners }: Wire): string[] {
  return [...listeners.values()]
    .filter(({ server }) => server !== undefined)
    .map(({ options }) => `${SCHEMES[options.transport]}://${nameOf(options)}`)
}

/** Stops accepting; connections stay, as with EMQ and VerneMQ. */
export function closeListener(listener: Listener): void {
  listener.server?.close()
  listener.server = undefined
}

function notOpened(thrown: NodeJS.ErrnoException, address: string, port: number, configured: boolean): KernelError {
  const other = configured ? 'set another one as plugins.mqtt-broker.port in patchbay.yml' : 'choose another one'
  if (thrown.code === 'EADDRINUSE') {
    return new KernelError('port_taken', `port ${port} on ${address} is taken by another program`, {
      hint: `${other}, or stop the other program`,
      cause: thrown,
    })
  }
  return new KernelError('listen_failed', `mqtt-broker cannot listen on ${address}:${port}: ${thrown.message}`, {
    hint: 'the address must be one of this machine, and ports below 1024 need the right to bind them',
    cause: thrown,
  })
}
