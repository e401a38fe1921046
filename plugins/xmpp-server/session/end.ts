import type { Server } from '../server.js'
import { closeStream } from '../stream/close.js'
import type { Stream } from '../stream/stream.js'
import type { Session } from './session.js'
import { sessionEnded, sessionsOf } from './sessions.js'

/** Ends a stream with a stream error (RFC 6120 §4.9.3) and at once what was bound on it: nothing is sent to it any more. */
export async function endStream(server: Server, stream: Stream, condition: string, text?: string): Promise<void> {
  const { session } = stream
  stream.session = undefined
  server.registry.unbound.delete(stream)
  closeStream(stream, condition, text)
  if (session) await sessionEnded(server, session)
}

export async function endSessions(
  server: Server,
  sessions: readonly Session[],
  condition: string,
  text?: string,
): Promise<void> {
  await Promise.all(sessions.map(({ stream }) => endStream(server, stream, condition, text)))
}

/** Everything that has logged in to an account, whether a resource is bound or not. */
export async function endAccount(server: Server, account: string, condition: string, text: string): Promise<void> {
  const { registry } = server
  const unbound = [...registry.unbound].filter(stream => stream.account === account)
  const bound = sessionsOf(registry, account).map(({ stream }) => stream)
  await Promise.all([...unbound, ...bound].map(stream => endStream(server, stream, condition, text)))
}
