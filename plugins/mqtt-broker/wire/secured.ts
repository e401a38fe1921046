import type { Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Options } from '../options.js'
import type { Layer } from './front.js'
import type { Listener } from './listener.js'
import { contextOf, type Security } from './security.js'
import type { Arrival } from './wire.js'

/** TLS on top of accepted sockets, whether a PROXY header came before or not. */
export function secured(listener: Listener, security: Security, config: Options, next: Layer): Layer {
  const { requireCertificate = false, useIdentityAsUsername = false } = listener.options
  const waiting = new Map<string, Arrival>()
  const server = createServer({
    ...contextOf(security),
    requestCert: requireCertificate || useIdentityAsUsername || security.ca !== undefined,
    rejectUnauthorized: requireCertificate,
    // The time limit of the whole CONNECT comes first.
    handshakeTimeout: (config.connect_timeout + 5) * 1000,
  })
  server.on('secureConnection', (stream: TLSSocket) => {
    // One that failed since then is not there any more.
    const arrival = waiting.get(endsOf(stream))
    if (!arrival) return void stream.destroy()
    arrival.failure = undefined
    if (useIdentityAsUsername && stream.authorized) arrival.identity = commonNameOf(stream)
    next(arrival, stream)
  })
  server.on('tlsClientError', (_error, stream) => {
    const arrival = waiting.get(endsOf(stream))
    stream.destroy()
    arrival?.socket.destroy()
  })
  return arrival => {
    const { socket } = arrival
    const ends = endsOf(socket)
    arrival.failure = 'TLS handshake failed'
    waiting.set(ends, arrival)
    socket.once('close', () => waiting.delete(ends))
    server.emit('connection', socket)
  }
}

/** Node does not say which socket a TLS stream is on; of two that are open, no two have the same ends. */
function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`
}

function commonNameOf(stream: TLSSocket): string | undefined {
  const name: unknown = stream.getPeerCertificate()?.subject?.CN
  // A subject may have several; which one would count is nowhere said.
  return typeof name === 'string' ? name : undefined
}
