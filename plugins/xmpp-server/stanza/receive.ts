import { assertNotBlocked } from '../blocking/outgoing.js'
import { announce } from '../presence/announce.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send } from '../session/sessions.js'
import { closeStream } from '../stream/close.js'
import { type Element, isStanza, withAttributes } from '../xml/element.js'
import { errorReply, StanzaError } from './error.js'
import { assertIq } from './iq.js'
import { route } from './route.js'

/** A stanza of a client. Whatever it claims as `from`, it comes from its session (RFC 6120 §8.1.2.1). */
export async function receive(server: Server, session: Session, given: Element): Promise<void> {
  if (!isStanza(given)) return closeStream(session.stream, 'unsupported-stanza-type')
  const stanza = withAttributes(given, { from: session.jid })
  try {
    if (stanza.name === 'iq') assertIq(stanza)
    if (stanza.name === 'presence' && stanza.attributes['to'] === undefined) {
      await announce(server, session, stanza)
    } else {
      assertNotBlocked(server, session, stanza)
      await route(server, stanza, session)
    }
  } catch (thrown) {
    const refusal = thrown instanceof StanzaError ? thrown : new StanzaError('internal-server-error')
    if (refusal !== thrown) server.log.error({ err: thrown }, `a stanza of ${session.jid} could not be handled`)
    const reply = errorReply(stanza, refusal)
    if (reply) send(session, reply)
  }
}
