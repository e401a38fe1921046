import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { UpgradeHandler } from 'patchbay'
import { WebSocketServer } from 'ws'
import type { Server } from '../server.js'
import { admitted } from './admission.js'
import { newStream } from './arrive.js'

/** RFC 7395 §3.1. */
const SUBPROTOCOL = 'xmpp'

/** Takes over connections of the house's HTTP listeners. No compression: a small frame could become a large one. */
export function webSockets(server: Server): UpgradeHandler {
  const { registry, options } = server
  const upgrades = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.max_stanza_bytes,
    handleProtocols: offered => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  return ({ request, socket, head, address, tls: secure }) => {
    const refusal = refusalOf(server, request, secure)
    if (refusal) return refuse(socket, ...refusal)
    if (!admitted(server, address)) {
      registry.counters.refused++
      return refuse(socket, '503 Service Unavailable', 'There are too many connections; try again later.')
    }
    registry.wire.inside(() =>
      upgrades.handleUpgrade(request, socket, head, opened => {
        const web = { socket: opened, frames: [] }
        const port = request.socket.remotePort ?? 0
        const stream = newStream(server, { socket, web, transport: 'websocket', secure, address, port })
        registry.wire.attach(stream)
      }),
    )
  }
}

function refusalOf(
  { options, hosts }: Server,
  { headers }: IncomingMessage,
  secure: boolean,
): [status: string, sentence: string] | undefined {
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map(each => each.trim())
  if (!protocols.includes(SUBPROTOCOL)) {
    return ['400 Bad Request', 'This path speaks XMPP over WebSocket: ask for the subprotocol "xmpp" (RFC 7395).']
  }
  if (options.starttls === 'required' && !secure) {
    return ['403 Forbidden', 'This server requires TLS: use wss:.']
  }
  const { origin } = headers
  if (origin === undefined || comesFrom(origin, headers.host, [...hosts, ...options.websocket_origins]))
    return undefined
  return [
    '403 Forbidden',
    `Pages of ${origin} may not connect: plugins.xmpp-server.websocket_origins names those that may.`,
  ]
}

/** Pages of the same host, of a host that is served, and of those that are named: `https://chat.example.org`, `*`. */
function comesFrom(origin: string, host: string | undefined, allowed: readonly string[]): boolean {
  if (allowed.includes('*') || allowed.includes(origin)) return true
  const from = URL.canParse(origin) ? new URL(origin) : undefined
  return from !== undefined && (from.host === host || allowed.includes(from.hostname))
}

function refuse(socket: Duplex, status: string, sentence: string): void {
  const body = `${sentence}\n`.replace(/[^\x20-\x7e\n]/g, '?')
  socket.on('error', () => undefined)
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}
