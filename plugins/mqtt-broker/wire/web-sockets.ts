import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { Options } from '../options.js'
import type { Layer } from './front.js'
import type { Arrival } from './wire.js'

/** As clients ask for them (MQTT 3.1.1 §6); the second is that of MQTT 3.1. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1']
/** A frame may hold several small packets. */
const SMALLEST_FRAME_LIMIT = 65_536
const UNSUPPORTED_DATA = 1003

/**
 * WebSocket on top of a socket or of TLS; any path, any origin, since who may do what is asked of the MQTT client.
 * No compression: it would let a small frame become a large one.
 */
export function webSockets({ max_packet_size }: Options, next: Layer): Layer {
  const arrivals = new WeakMap<Duplex, Arrival>()
  const upgrades = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: Math.max(max_packet_size, SMALLEST_FRAME_LIMIT),
    handleProtocols: offered => SUBPROTOCOLS.find(each => offered.has(each)) ?? false,
  })
  const server = createServer((_request, response) => {
    response.writeHead(426, { connection: 'close', upgrade: 'websocket', 'content-type': 'text/plain' })
    response.end('This port speaks MQTT over WebSocket.\n')
  })
  server.on('clientError', (_error, stream) => void stream.destroy())
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const arrival = arrivals.get(stream)
    if (!arrival) return void stream.destroy()
    upgrades.handleUpgrade(request, stream, head, socket => {
      arrival.failure = undefined
      const spoken = createWebSocketStream(socket)
      socket.on('message', (_data, binary) => {
        if (binary) return
        arrival.connection!.closedBecause ??= 'text frame'
        socket.close(UNSUPPORTED_DATA)
        spoken.destroy()
      })
      next(arrival, spoken)
    })
  })
  return (arrival, stream) => {
    arrivals.set(stream, arrival)
    arrival.failure = 'no WebSocket handshake'
    server.emit('connection', stream)
  }
}
