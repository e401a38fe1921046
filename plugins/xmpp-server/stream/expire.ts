import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Server } from '../server.js'
import { CLIENT, element } from '../xml/element.js'
import { PING } from '../xml/namespaces.js'
import { forgetAdmissions } from './admission.js'
import { closeStream } from './close.js'
import { proceed } from './receive.js'
import type { Stream } from './stream.js'
import { write } from './write.js'

/** How often is looked for streams that take too long, in milliseconds. */
export const LOOK_EVERY = 250
/** How often is looked for clients that have said nothing, in milliseconds. */
export const PING_EVERY = 5000
/** Seconds that a client has to close after us. */
const CLOSING = 5
/** Seconds that a client has to answer a ping. */
const ANSWER = 60

/** Ends what takes too long, and listens again to who has rested. Whoever came first is looked at first. */
export function expire(server: Server): void {
  const { wire } = server.registry
  const now = performance.now()
  for (const stream of older(wire.negotiating, now - server.options.login_timeout * 1000)) {
    wire.negotiating.delete(stream)
    if (!stream.session) closeStream(stream, 'connection-timeout', 'no login in time')
  }
  for (const stream of older(wire.closing, now - CLOSING * 1000)) stream.socket.destroy()
  for (const [stream, until] of wire.resting) {
    if (until > now) continue
    wire.resting.delete(stream)
    proceed(server, stream)
  }
}

/** Asks who has been silent for long whether they are there (XEP-0199 §4.2), in blocks. */
export async function pingSilent(server: Server): Promise<void> {
  forgetAdmissions(server)
  const { registry, options } = server
  const { pinged } = registry.wire
  const now = performance.now()
  for (const stream of older(pinged, now - ANSWER * 1000)) closeStream(stream, 'connection-timeout', 'no answer')
  if (options.ping_interval === 0) return
  let looked = 0
  for (const stream of registry.streams) {
    if (++looked % BLOCK === 0) await nextTurn()
    const { session, heardAt, domain, serial } = stream
    if (!session || pinged.has(stream) || now - heardAt < options.ping_interval * 1000) continue
    pinged.set(stream, now)
    const ping = element(PING, 'ping')
    write(stream, element(CLIENT, 'iq', { type: 'get', id: `ping-${serial}`, from: domain, to: session.jid }, [ping]))
  }
}

const BLOCK = 1000

/** Those that are there since `before`; the oldest come first. */
function older(since: Map<Stream, number>, before: number): Stream[] {
  const found: Stream[] = []
  for (const [stream, at] of since) {
    if (at > before) break
    found.push(stream)
  }
  return found
}
