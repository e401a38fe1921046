import { login } from '../sasl/login.js'
import type { Server } from '../server.js'
import { bind } from '../session/bind.js'
import { receive } from '../stanza/receive.js'
import { type Element, STREAMS } from '../xml/element.js'
import { closeStream } from './close.js'
import { mustEncrypt, SASL, TLS } from './features.js'
import { refusalOf } from './refused.js'
import { startTls } from './start-tls.js'
import type { Stream } from './stream.js'
import { write } from './write.js'

/** A child of the stream: a step of the negotiation, or a stanza once a resource is bound. */
export function negotiate(server: Server, stream: Stream, element: Element): void | Promise<void> {
  if (!stream.headed) return closeStream(stream, 'not-authorized')
  // Whoever reports an error has ended the stream (RFC 6120 §4.9.1.1), and is not answered with another one.
  if (element.xmlns === STREAMS && element.name === 'error') return closeStream(stream)
  if (element.xmlns === TLS) return startTls(server, stream, element)
  const refusal = refusalOf(stream, element)
  if (refusal) return write(stream, refusal)
  if (stream.session) return receive(server, stream.session, element)
  if (stream.account !== undefined) return bind(server, stream, element)
  if (element.xmlns !== SASL) return closeStream(stream, 'not-authorized')
  if (mustEncrypt(server, stream)) return closeStream(stream, 'policy-violation', 'TLS comes first: <starttls/>')
  return login(server, stream, element)
}
