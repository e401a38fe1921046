import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Registry } from '../registry.js'
import { parsers } from '../xml/parser.js'
import type { ParserFactory } from '../xml/reader.js'
import type { Admissions } from './admission.js'
import type { Stream } from './stream.js'

/** What is between sockets and generations, as data that outlives them. */
export interface Wire {
  /** Streams without a resource, oldest first; the value is when they came (`performance.now()`). */
  readonly negotiating: Map<Stream, number>
  /** Streams that were closed and whose sockets are open still, and since when; oldest first. */
  readonly closing: Map<Stream, number>
  /** Streams that have said too much, and until when they are not listened to. */
  readonly resting: Map<Stream, number>
  /** Who was pinged and has said nothing since then; oldest first. */
  readonly pinged: Map<Stream, number>
  readonly admissions: Admissions
  readonly parserOf: ParserFactory
  /** A socket was accepted. */
  accept(socket: Socket, transport: 'tcp' | 'tls'): void
  /** Listens to the stream's socket. */
  attach(stream: Stream): void
  /** The server's side of TLS over a socket, for a client that may name a host itself. */
  encrypt(plain: Socket, domain: string): TLSSocket
  /** Calls back once a step that waited is done. */
  after(stream: Stream, work: Promise<void>): void
  /** Runs `act` on behalf of the live generation, whichever that will be, and not of the call that is under way. */
  inside<T>(act: () => T): T
}

/**
 * What sockets and parsers call is made here, once, so that no stream keeps the code of a retired generation. A socket
 * that is accepted acts on nobody's behalf by itself: `inside` makes what it calls the live generation's.
 */
export function openWire(registry: Registry, inside: (act: () => unknown) => unknown): Wire {
  return {
    negotiating: new Map(),
    closing: new Map(),
    resting: new Map(),
    pinged: new Map(),
    admissions: new Map(),
    parserOf: parsers(() => registry.engine.told),
    accept: (socket, transport) => void inside(() => registry.engine.arrived(socket, transport)),
    attach(stream) {
      const { socket, web } = stream
      const closed = () => void inside(() => registry.engine.ended(stream))
      const failed = () => void socket.destroy()
      const drained = () => void inside(() => registry.engine.drained(stream))
      const heard = (bytes: Buffer) => void inside(() => registry.engine.received(stream, bytes))
      const framed = (bytes: Buffer) => void inside(() => registry.engine.framed(stream, bytes))
      socket.on('close', closed)
      socket.on('error', failed)
      socket.on('drain', drained)
      if (web) {
        web.socket.on('message', framed)
        web.socket.on('error', failed)
      } else socket.on('data', heard)
      stream.detach = () => {
        socket.off('close', closed)
        socket.off('drain', drained)
        socket.off('data', heard)
      }
    },
    encrypt(plain, domain) {
      // The TLS socket tells of them too; without any listener they would be the process's.
      plain.on('error', () => undefined)
      const socket = new TLSSocket(plain, {
        isServer: true,
        // For clients that name no host; over STARTTLS the stream was for one already.
        secureContext: registry.engine.security.of(domain),
        SNICallback: (name, answer) => answer(null, registry.engine.security.of(name)),
        requestCert: false,
      })
      // A handshake that fails is told of nowhere else.
      socket.on('_tlsError', () => socket.destroy())
      plain.once('close', () => socket.destroy())
      return socket
    },
    after(stream, work) {
      work.then(
        () => registry.engine.handled(stream),
        thrown => registry.engine.failed(stream, thrown),
      )
    },
    inside: inside as Wire['inside'],
  }
}
