import type { Server } from '../server.js'
import { type Element, element } from '../xml/element.js'
import { hasMore } from '../xml/read.js'
import { restart } from './arrive.js'
import { closeStream } from './close.js'
import { offersTls, TLS } from './features.js'
import { secure } from './secure.js'
import type { Stream } from './stream.js'
import { write } from './write.js'

/** The client wants TLS (RFC 6120 §5). */
export function startTls(server: Server, stream: Stream, asked: Element): void {
  if (asked.name !== 'starttls' || !offersTls(server, stream)) {
    write(stream, element(TLS, 'failure'))
    closeStream(stream)
  } else if (hasMore(stream.reader)) {
    // Whoever is in between could have put it there, and it would count as said over TLS.
    closeStream(stream, 'policy-violation', 'nothing may follow <starttls/> before TLS is in place')
  } else {
    write(stream, element(TLS, 'proceed'))
    stream.exchange = undefined
    restart(server, stream)
    secure(server, stream)
  }
}
