import { login } from '../sasl/login.js'
import type { Server } from '../server.js'
import { bind } from '../session/bind.js'
import { receive } from '../stanza/receive.js'
import type { Element } from '../xml/element.js'
import { closeStream } from './close.js'
import { SASL } from './features.js'
import type { Stream } from './stream.js'

/** A child of the stream: a step of the negotiation, or a stanza once a resource is bound. */
export async function negotiate(server: Server, stream: Stream, element: Element): Promise<void> {
  if (stream.state === 'closed') return
  if (stream.session) return receive(server, stream.session, element)
  if (stream.account !== undefined) return bind(server, stream, element)
  if (element.xmlns === SASL) return login(server, stream, element)
  closeStream(stream, 'not-authorized')
}
