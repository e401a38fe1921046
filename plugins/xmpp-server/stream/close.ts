import { element, STREAMS } from '../xml/element.js'
import type { Stream } from './stream.js'
import { write, writeText } from './write.js'

const CONDITIONS = 'urn:ietf:params:xml:ns:xmpp-streams'

/** Ends a stream, with a stream error (RFC 6120 §4.9) where there is one to tell. */
export function closeStream(stream: Stream, condition?: string, text?: string): void {
  if (stream.state === 'closed') return
  if (condition !== undefined) {
    const told = text ? [element(CONDITIONS, 'text', { 'xml:lang': 'en' }, [text])] : []
    write(stream, element(STREAMS, 'error', {}, [element(CONDITIONS, condition), ...told]))
  }
  writeText(stream, '</stream:stream>')
  stream.state = 'closed'
  stream.socket.end()
}
