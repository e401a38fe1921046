import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Server } from '../server.js'
import { SHAPE } from '../xml/limits.js'
import { newReader, restartReader } from '../xml/reader.js'
import { admitted } from './admission.js'
import { BURST } from './charge.js'
import { leave } from './leave.js'
import { secure } from './secure.js'
import type { Stream } from './stream.js'

/** A socket was accepted. */
export function arrived(server: Server, socket: Socket, transport: 'tcp' | 'tls'): void {
  const address = plain(socket.remoteAddress ?? '')
  if (!admitted(server, address)) {
    server.registry.counters.refused++
    socket.on('error', () => undefined)
    socket.destroy()
    return
  }
  const stream = newStream(server, { socket, transport, address, port: socket.remotePort ?? 0 })
  if (transport === 'tls') secure(server, stream)
  else server.registry.wire.attach(stream)
}

/** Counts from now on, and must log in in time. */
export function newStream(
  { registry, options }: Server,
  given: Pick<Stream, 'socket' | 'transport' | 'address' | 'port'> & { web?: Stream['web']; secure?: boolean },
): Stream {
  const { wire, counters } = registry
  const now = performance.now()
  const stream: Stream = {
    registry,
    id: newStreamId(),
    serial: ++registry.serial,
    secure: given.transport === 'tls',
    openedAt: Date.now(),
    detach: () => undefined,
    reader: newReader(wire.parserOf, { ...SHAPE, bytes: options.max_stanza_bytes }),
    state: 'opening',
    headed: false,
    domain: '',
    account: undefined,
    session: undefined,
    busy: false,
    handled: 0,
    full: false,
    slow: false,
    allowance: BURST * options.max_input_rate,
    reckonedAt: now,
    heardAt: now,
    web: undefined,
    ...given,
  }
  registry.streams.add(stream)
  wire.negotiating.set(stream, now)
  counters.opened++
  return stream
}

/** A new stream on the same connection (RFC 6120 §4.3.3). */
export function restart({ registry }: Server, stream: Stream): void {
  restartReader(stream.reader, registry.wire.parserOf)
  stream.headed = false
}

/** The connection is gone. */
export function ended(server: Server, stream: Stream): void {
  const { streams, wire, counters, unbound } = server.registry
  if (!streams.delete(stream)) return
  if (stream.state !== 'closed') counters.closed['lost'] = (counters.closed['lost'] ?? 0) + 1
  stream.state = 'closed'
  for (const each of [wire.negotiating, wire.closing, wire.resting, wire.pinged]) each.delete(stream)
  unbound.delete(stream)
  leave(server, stream)
}

export function newStreamId(): string {
  return randomBytes(12).toString('base64url')
}

/** IPv4 without its IPv6 mapping. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}
