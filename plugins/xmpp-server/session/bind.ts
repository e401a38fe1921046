import { randomBytes } from 'node:crypto'
import { prepareResource } from 'patchbay'
import type { Feature } from '../feature.js'
import type { Server } from '../server.js'
import { errorReply, StanzaError } from '../stanza/error.js'
import { closeStream } from '../stream/close.js'
import { BIND, SESSION } from '../stream/features.js'
import type { Stream } from '../stream/stream.js'
import { write } from '../stream/write.js'
import { CLIENT, child, type Element, element, textOf } from '../xml/element.js'
import { endStream } from './end.js'
import type { Session } from './session.js'
import { addSession, sessionAt } from './sessions.js'

/** Resource binding (RFC 6120 §7): the only stanza that is handled before a resource is bound. */
export async function bind(server: Server, stream: Stream, iq: Element): Promise<void> {
  const request = iq.xmlns === CLIENT && iq.name === 'iq' ? child(iq, 'bind', BIND) : undefined
  if (!request) return closeStream(stream, 'not-authorized')
  try {
    const session = await bindAs(server, stream, iq, request)
    if (!session) return
    const bound = element(BIND, 'bind', {}, [element(BIND, 'jid', {}, [session.jid])])
    write(stream, element(CLIENT, 'iq', { type: 'result', id: iq.attributes['id'] }, [bound]))
  } catch (thrown) {
    if (!(thrown instanceof StanzaError)) throw thrown
    const refusal = errorReply(iq, thrown)
    if (refusal) write(stream, refusal)
  }
}

/** What is answered once a resource is bound. */
export const binding: Feature = {
  iq: [
    {
      xmlns: BIND,
      name: 'bind',
      at: ['host', 'account'],
      own: true,
      set() {
        throw new StanzaError('not-allowed', 'a stream has one resource; open another stream for another one')
      },
    },
    // RFC 3921 §3: there is nothing to establish any more, but clients ask.
    { xmlns: SESSION, name: 'session', at: ['host', 'account'], own: true, set: () => undefined },
  ],
}

/** Undefined when the stream ended meanwhile. */
async function bindAs(server: Server, stream: Stream, iq: Element, request: Element): Promise<Session | undefined> {
  const { registry, options } = server
  const { type, id } = iq.attributes
  if (type !== 'set' || id === undefined) throw new StanzaError('bad-request')
  const resource = resourceOf(request)
  const account = stream.account!
  // The newer one wins (RFC 6120 §7.7.2.2); others may take the place while the end of the older one is told.
  for (let other = sessionAt(registry, account, resource); other; other = sessionAt(registry, account, resource)) {
    await endStream(server, other.stream, 'conflict', 'the resource is used by a newer stream')
  }
  if (stream.state !== 'authenticated') return undefined
  if ((registry.sessions.get(account)?.size ?? 0) >= options.max_user_sessions) {
    throw new StanzaError('resource-constraint', `an account may have ${options.max_user_sessions} resources at once`)
  }
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
    farewell: '',
  }
  stream.session = session
  stream.state = 'bound'
  registry.unbound.delete(stream)
  addSession(registry, session)
  return session
}

/** Made by the server when the client asks for none. */
function resourceOf(request: Element): string {
  const asked = textOf(child(request, 'resource', BIND))
  if (asked === '') return randomBytes(9).toString('base64url')
  const resource = prepareResource(asked)
  if (resource === undefined) throw new StanzaError('bad-request', 'this is no resource')
  return resource
}
