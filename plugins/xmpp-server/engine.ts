import type { Socket } from 'node:net'
import type { Server } from './server.js'
import { arrived, ended, received } from './stream/arrive.js'
import type { Stream } from './stream/stream.js'

/** What one generation does at the sockets; `Registry.engine` is replaced in the swap. */
export type Engine = ReturnType<typeof newEngine>

export function newEngine(server: Server) {
  return {
    arrived: (socket: Socket, transport: Stream['transport']) => arrived(server, socket, transport),
    received: (stream: Stream, chunk: Buffer) => received(server, stream, chunk),
    ended: (stream: Stream) => ended(server, stream),
    log: server.log,
  }
}
