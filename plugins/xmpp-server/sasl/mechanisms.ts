import type { Server } from '../server.js'
import type { Stream } from '../stream/stream.js'
import type { Mechanism } from './mechanism.js'
import { plain } from './plain.js'
import { scramWith } from './scram-mechanism.js'

/** The best comes first. */
export const MECHANISMS: readonly Mechanism[] = [scramWith('sha256'), scramWith('sha1'), plain]

/** Names of those that a client may use on this stream. */
export function offeredMechanisms(server: Server, stream: Stream): string[] {
  return MECHANISMS.filter(({ shows }) => !shows || mayUsePlain(server, stream)).map(({ name }) => name)
}

/** Whether a password may be sent as it is: nobody can read it on its way, or the operator has said so. */
export function mayUsePlain({ options }: Server, { secure, address }: Stream): boolean {
  return secure || options.allow_unencrypted_plain_auth || /^127\.|^::1$/.test(address)
}
