import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { prepareDomain } from 'patchbay'
import type { Server } from '../server.js'
import { sessionEnded } from '../session/sessions.js'
import { CLIENT, type Element, STREAMS } from '../xml/element.js'
import { newReader, type XmlReader } from '../xml/read.js'
import { closeStream } from './close.js'
import { offerFeatures } from './features.js'
import { negotiate } from './negotiate.js'
import type { Stream } from './stream.js'
import { writeText } from './write.js'

/** A socket was accepted. */
export function arrived(server: Server, socket: Socket, transport: Stream['transport']): void {
  const { registry } = server
  const stream: Stream = {
    id: randomBytes(12).toString('base64url'),
    serial: ++registry.serial,
    transport,
    secure: transport === 'tls',
    address: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    port: socket.remotePort ?? 0,
    openedAt: Date.now(),
    socket,
    reader: undefined as unknown as XmlReader,
    state: 'opening',
    domain: '',
    account: undefined,
    session: undefined,
    turn: undefined,
  }
  registry.streams.add(stream)
  restart(server, stream)
  socket.on('data', (chunk: Buffer) => registry.engine.received(stream, chunk))
  socket.on('error', () => socket.destroy())
  socket.on('close', () => registry.engine.ended(stream))
}

/** A new stream on the same connection (RFC 6120 §4.3.3). */
export function restart(server: Server, stream: Stream): void {
  const reader = newReader({
    opened: root => {
      if (stream.reader === reader) header(server, stream, root)
    },
    element: element => {
      if (stream.reader === reader) handle(server, stream, element)
    },
    closed: () => closeStream(stream),
    failed: condition => {
      if (stream.reader === reader) closeStream(stream, condition)
    },
  })
  stream.reader = reader
}

export function received(_server: Server, stream: Stream, chunk: Buffer): void {
  if (stream.state !== 'closed') stream.reader.write(chunk.toString('utf8'))
}

/** The connection is gone. */
export function ended(server: Server, stream: Stream): void {
  stream.state = 'closed'
  server.registry.streams.delete(stream)
  server.registry.unbound.delete(stream)
  const { session } = stream
  stream.session = undefined
  if (session) void sessionEnded(server, session)
}

function header(server: Server, stream: Stream, root: Element): void {
  const domain = prepareDomain(root.attributes['to'] ?? '') ?? ''
  writeText(
    stream,
    `<?xml version='1.0'?><stream:stream xmlns='${CLIENT}' xmlns:stream='${STREAMS}' id='${stream.id}' from='${domain}' version='1.0' xml:lang='en'>`,
  )
  if (root.xmlns !== STREAMS) closeStream(stream, 'invalid-namespace')
  else if (!server.hosts.includes(domain)) closeStream(stream, 'host-unknown')
  else {
    stream.domain = domain
    if (stream.state === 'opening') stream.state = 'open'
    offerFeatures(server, stream)
  }
}

/** One after the other: the next waits until the one before has been handled. */
function handle(server: Server, stream: Stream, element: Element): void {
  stream.turn = (stream.turn ?? Promise.resolve()).then(() => negotiate(server, stream, element))
}
