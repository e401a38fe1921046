import { offeredMechanisms } from '../sasl/mechanisms.js'
import type { Server } from '../server.js'
import { type Element, element, STREAMS } from '../xml/element.js'
import type { Stream } from './stream.js'
import { write } from './write.js'

export const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
export const BIND = 'urn:ietf:params:xml:ns:xmpp-bind'
export const SESSION = 'urn:ietf:params:xml:ns:xmpp-session'
export const TLS = 'urn:ietf:params:xml:ns:xmpp-tls'

/** What the client may do next (RFC 6120 §4.3.2). */
export function offerFeatures(server: Server, stream: Stream): void {
  const more = server.features.flatMap(({ stream: offered }) => offered?.(server, stream) ?? [])
  write(stream, element(STREAMS, 'features', {}, [...offered(server, stream), ...more]))
}

/** Whether TLS can be begun. */
export function offersTls({ options }: Server, { secure, transport, account }: Stream): boolean {
  return transport === 'tcp' && !secure && account === undefined && options.starttls !== 'off'
}

/** Whether nothing else is allowed before TLS is in place. */
export function mustEncrypt({ options }: Server, { secure }: Stream): boolean {
  return !secure && options.starttls === 'required'
}

function offered(server: Server, stream: Stream): Element[] {
  if (stream.account !== undefined) {
    return [element(BIND, 'bind'), element(SESSION, 'session', {}, [element(SESSION, 'optional')])]
  }
  const required = mustEncrypt(server, stream)
  const tls = element(TLS, 'starttls', {}, required ? [element(TLS, 'required')] : [])
  return [...(offersTls(server, stream) ? [tls] : []), ...(required ? [] : [mechanisms(server, stream)])]
}

function mechanisms(server: Server, stream: Stream): Element {
  const names = offeredMechanisms(server, stream)
  return element(
    SASL,
    'mechanisms',
    {},
    names.map(name => element(SASL, 'mechanism', {}, [name])),
  )
}
