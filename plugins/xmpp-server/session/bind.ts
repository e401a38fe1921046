import { randomBytes } from 'node:crypto'
import { prepareResource } from 'patchbay'
import type { Server } from '../server.js'
import { closeStream } from '../stream/close.js'
import { BIND } from '../stream/features.js'
import type { Stream } from '../stream/stream.js'
import { write } from '../stream/write.js'
import { CLIENT, child, type Element, element, textOf } from '../xml/element.js'
import type { Session } from './session.js'
import { addSession, sessionAt } from './sessions.js'

/** Resource binding (RFC 6120 §7). */
export function bind({ registry }: Server, stream: Stream, iq: Element): void {
  const request = child(iq, 'bind', BIND)
  if (request) bindAs(registry, stream, iq, request)
  else closeStream(stream, 'not-authorized')
}

function bindAs(registry: Server['registry'], stream: Stream, iq: Element, request: Element): void {
  const resource = prepareResource(textOf(child(request, 'resource', BIND))) ?? randomBytes(9).toString('base64url')
  const account = stream.account!
  const other = sessionAt(registry, account, resource)
  if (other) closeStream(other.stream, 'conflict')
  const session: Session = {
    stream,
    account,
    resource,
    jid: `${account}/${resource}`,
    boundAt: Date.now(),
    presence: undefined,
    priority: 0,
    interested: false,
    directed: undefined,
  }
  stream.session = session
  stream.state = 'bound'
  addSession(registry, session)
  write(
    stream,
    element(CLIENT, 'iq', { type: 'result', id: iq.attributes['id'] }, [
      element(BIND, 'bind', {}, [element(BIND, 'jid', {}, [session.jid])]),
    ]),
  )
}
