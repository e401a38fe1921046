import { isIP, type Socket } from 'node:net'
import type { PluginContext } from 'patchbay'
import type { Broker } from '../broker.js'
import { refused } from '../engine/refusals.js'
import type { Options } from '../options.js'
import { endingOf } from './ending.js'
import { type Front, front } from './front.js'
import type { Listener } from './listener.js'
import { LONGEST_CONNECT, MOST_PROMISED, release, SMALL_CONNECT } from './received.js'
import { tapOf } from './tap.js'
import type { Arrival } from './wire.js'

/** Reasons that are counted apart for each listener; what else comes is `other`. */
const MOST_REASONS = 50

/** Refused before anybody could tell the client's name: one that speaks MQTT 5, or has the wrong certificate. */
const UNHEARD = /^unacceptable protocol version$|TLS/

/** A socket comes, within the limits, and goes. */
export function arrivals({ config }: PluginContext<Options>, broker: Broker) {
  const { wire, counters } = broker
  // Of this generation: its options and its code are in them.
  const fronts = new WeakMap<Listener, { front: Front; of: Listener['options']; security: Listener['security'] }>()

  function frontOf(listener: Listener): Front {
    const known = fronts.get(listener)
    if (known && known.of === listener.options && known.security === listener.security) return known.front
    const made = { front: front(listener, broker, config), of: listener.options, security: listener.security }
    fronts.set(listener, made)
    return made.front
  }

  function gone(arrival: Arrival): void {
    const { listener } = arrival
    const ending = endingOf(arrival)
    const tap = arrival.stream && tapOf(arrival.stream)
    if (tap && tap.promised > 0) release(tap)
    wire.arrivals.delete(arrival)
    wire.connecting.delete(arrival)
    wire.unfinished.delete(arrival)
    listener.arrivals.delete(arrival)
    counters['sockets.closed']++
    if (!ending) return
    if (UNHEARD.test(ending.reason)) {
      refused(broker, { clientId: '', username: undefined, address: arrival.address }, ending.reason)
    }
    if (ending.counter) counters[ending.counter]++
    const { shutdowns } = listener
    const reason = ending.reason in shutdowns || Object.keys(shutdowns).length < MOST_REASONS ? ending.reason : 'other'
    shutdowns[reason] = (shutdowns[reason] ?? 0) + 1
  }

  return { arrived, gone, expire }

  function arrived(listener: Listener, socket: Socket): void {
    // Whoever reads the socket has a listener of its own; without any, an error would be the process's.
    socket.on('error', () => undefined)
    if (broker.aedes.closed || unwelcome(listener, socket) || !admitted(listener, config.max_connection_rate)) {
      counters['sockets.refused']++
      socket.destroy()
      return
    }
    const { remoteAddress = '', remotePort = 0 } = socket
    const arrival: Arrival = {
      listener,
      socket,
      address: plain(remoteAddress),
      port: remotePort,
      identity: undefined,
      stream: undefined,
      connection: undefined,
      failure: undefined,
    }
    wire.arrivals.add(arrival)
    wire.connecting.set(arrival, performance.now())
    listener.arrivals.add(arrival)
    listener.totalConnections++
    counters['sockets.opened']++
    socket.once('close', () => wire.handlers.gone(arrival))
    frontOf(listener)(arrival)
  }

  /** A ban is told with CONNACK, but not at the price of a handshake. Behind a proxy the address is not known yet. */
  function unwelcome({ options: { transport, proxyProtocol } }: Listener, { remoteAddress = '' }: Socket): boolean {
    return (
      (transport === 'tls' || transport === 'wss') &&
      !proxyProtocol &&
      broker.engine.bannedAddress(plain(remoteAddress))
    )
  }

  /** Closes what takes too long; the oldest come first, so that nobody else is looked at. */
  function expire(): void {
    const now = performance.now()
    closeOlder(wire.connecting, now - config.connect_timeout * 1000, 'connect timeout')
    closeOlder(wire.unfinished, now - config.packet_timeout * 1000, 'packet timeout')
    closeGreedy()
  }

  /** A WebSocket frame and a TLS record are kept whole before anybody sees the CONNECT in them. */
  function closeGreedy(): void {
    let total = 0
    for (const arrival of wire.connecting.keys()) {
      const { bytesRead } = arrival.socket
      if (bytesRead <= 2 * SMALL_CONNECT) continue
      total += bytesRead
      if (bytesRead > 2 * LONGEST_CONNECT || total > 2 * MOST_PROMISED) end(arrival, 'packet too large')
    }
  }

  function closeOlder(waiting: Map<Arrival, number>, than: number, because: string): void {
    for (const [arrival, since] of waiting) {
      if (since > than) return
      counters['sockets.timeouts']++
      end(arrival, because)
    }
  }

  function end(arrival: Arrival, because: string): void {
    wire.connecting.delete(arrival)
    wire.unfinished.delete(arrival)
    arrival.failure = because
    if (arrival.connection) arrival.connection.closedBecause ??= because
    const { stream, socket } = arrival
    if (stream && tapOf(stream)) stream.destroy()
    socket.destroy()
  }
}

/** Whether neither the number of connections nor their rate is exceeded. */
function admitted(listener: Listener, rate: number): boolean {
  const { maxConnections } = listener.options
  if (maxConnections > 0 && listener.arrivals.size >= maxConnections) return false
  if (rate === 0) return true
  const now = performance.now()
  const earned = listener.reckonedAt === 0 ? rate : ((now - listener.reckonedAt) / 1000) * rate
  listener.tokens = Math.min(rate, listener.tokens + earned)
  listener.reckonedAt = now
  if (listener.tokens < 1) return false
  listener.tokens--
  return true
}

/** IPv4 without its IPv6 mapping, however that is spelt: a proxy writes it with groups (`::ffff:a00:7`). */
export function plain(address: string): string {
  if (isIP(address) !== 6 || address.includes('%') || !/:ffff:/i.test(address)) return address
  const [, high, low] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(new URL(`http://[${address}]`).hostname) ?? []
  if (high === undefined || low === undefined) return address
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [first >> 8, first & 255, second >> 8, second & 255].join('.')
}
