import { CLIENT, type Element } from '../xml/element.js'
import { serialize } from '../xml/serialize.js'
import type { Stream } from './stream.js'

/** A stanza, or an element of the negotiation. */
export function write(stream: Stream, element: Element): void {
  if (stream.state === 'closed') return
  stream.registry.counters.stanzasSent++
  writeText(stream, textFor(stream, element))
}

/** Every frame of a WebSocket is a document of its own (RFC 7395 §3.3.3). */
export function textFor({ web }: Stream, element: Element): string {
  return serialize(element, web ? '' : CLIENT)
}

/** What a client does not read must not fill the memory, so there is a bound, and nothing beyond it is kept. */
export function writeText(stream: Stream, text: string): void {
  if (stream.slow) return
  const { engine } = stream.registry
  // A large roster alone is nobody's slowness.
  const waited = unread(stream)
  put(stream, text)
  if (waited <= engine.mostUnread) return
  stream.slow = true
  // Whoever is writing now may be in the middle of something.
  queueMicrotask(() => stream.registry.engine.tooSlow(stream))
}

/** Without a look at how much waits already: for the last words. */
export function put({ socket, web, state, registry }: Stream, text: string): void {
  if (state === 'closed' || !socket.writable) return
  registry.counters.bytesSent += Buffer.byteLength(text)
  if (web) web.socket.send(text)
  else socket.write(text)
}

/** Bytes that the client has not read yet, as far as they wait in this process. */
export function unread({ socket }: Stream): number {
  return socket.writableLength
}
