import { element, STREAMS } from '../xml/element.js'
import { FRAMING, sendHeader } from './header.js'
import type { Stream } from './stream.js'
import { put, textFor } from './write.js'

const CONDITIONS = 'urn:ietf:params:xml:ns:xmpp-streams'
const NORMAL_CLOSURE = 1000

/**
 * Ends a stream, with a stream error (RFC 6120 §4.9) where there is one to tell. Its session ends at once; the socket
 * gets a few seconds to tell the client.
 */
export function closeStream(stream: Stream, condition?: string, text?: string): void {
  if (stream.state === 'closed') return
  const { registry, socket, web } = stream
  const { wire, counters } = registry
  if (condition !== undefined) {
    const told = text ? [element(CONDITIONS, 'text', { 'xml:lang': 'en' }, [text])] : []
    sendHeader(stream)
    put(stream, textFor(stream, element(STREAMS, 'error', {}, [element(CONDITIONS, condition), ...told])))
  }
  if (stream.headed) put(stream, web ? `<close xmlns='${FRAMING}'/>` : '</stream:stream>')
  stream.state = 'closed'
  const reason = condition ?? 'closed'
  counters.closed[reason] = (counters.closed[reason] ?? 0) + 1
  for (const each of [wire.negotiating, wire.resting, wire.pinged]) each.delete(stream)
  wire.closing.set(stream, performance.now())
  if (web) {
    web.frames.length = 0
    web.socket.resume()
    web.socket.close(NORMAL_CLOSURE)
  } else {
    // Only who reads on hears that the other side has closed too.
    socket.resume()
    socket.end()
  }
  registry.engine.left(stream)
}
