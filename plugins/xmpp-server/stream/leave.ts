import type { Server } from '../server.js'
import { sessionEnded } from '../session/sessions.js'
import type { Stream } from './stream.js'

/** What was bound on a stream ends with it, at once: nothing is sent to it any more. */
export function leave(server: Server, stream: Stream): void {
  const { session } = stream
  stream.session = undefined
  server.registry.unbound.delete(stream)
  if (!session) return
  sessionEnded(server, session).catch(thrown => {
    server.log.error({ err: thrown }, `the session ${session.jid} could not be ended in order`)
  })
}
