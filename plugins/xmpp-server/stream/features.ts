import { offeredMechanisms } from '../sasl/mechanisms.js'
import type { Server } from '../server.js'
import { element, STREAMS } from '../xml/element.js'
import type { Stream } from './stream.js'
import { write } from './write.js'

export const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
export const BIND = 'urn:ietf:params:xml:ns:xmpp-bind'
export const SESSION = 'urn:ietf:params:xml:ns:xmpp-session'

/** What the client may do next (RFC 6120 §4.3.2). */
export function offerFeatures(server: Server, stream: Stream): void {
  const offered =
    stream.account === undefined
      ? [
          element(
            SASL,
            'mechanisms',
            {},
            offeredMechanisms(server, stream).map(name => element(SASL, 'mechanism', {}, [name])),
          ),
        ]
      : [element(BIND, 'bind'), element(SESSION, 'session', {}, [element(SESSION, 'optional')])]
  write(stream, element(STREAMS, 'features', {}, offered))
}
