import type { Socket } from 'node:net'
import type { Server } from './server.js'
import { arrived, ended } from './stream/arrive.js'
import { closeStream } from './stream/close.js'
import { leave } from './stream/leave.js'
import { drained, failed, framed, handled, received } from './stream/receive.js'
import { shutDown } from './stream/shutdown.js'
import type { Stream } from './stream/stream.js'
import { told } from './xml/told.js'

/** What one generation does at the sockets; `Registry.engine` is replaced in the swap. */
export type Engine = ReturnType<typeof newEngine>

export function newEngine(server: Server) {
  return {
    arrived: (socket: Socket, transport: 'tcp' | 'tls') => arrived(server, socket, transport),
    received: (stream: Stream, chunk: Buffer) => received(server, stream, chunk),
    framed: (stream: Stream, frame: Buffer) => framed(server, stream, frame),
    handled: (stream: Stream) => handled(server, stream),
    failed: (stream: Stream, thrown: unknown) => failed(server, stream, thrown),
    drained: (stream: Stream) => drained(server, stream),
    tooSlow: (stream: Stream) => closeStream(stream, 'resource-constraint', 'what was sent was not read'),
    left: (stream: Stream) => leave(server, stream),
    ended: (stream: Stream) => ended(server, stream),
    shutDown: () => shutDown(server.registry),
    mostUnread: server.options.max_unread_bytes,
    told,
    security: server.security,
    log: server.log,
  }
}
