import { availableOf } from '../presence/share.js'
import type { Server } from '../server.js'
import { send, sessionsOf } from '../session/sessions.js'
import { isOpen } from '../stream/written.js'
import type { Element } from '../xml/element.js'

/** Tells an account's clients of a contact's step: a request those that are available, all else also whoever has the roster (RFC 6121 §3.1.3, §3.1.6). */
export function announceStep(server: Server, account: string, presence: Element): void {
  const receivers =
    presence.attributes['type'] === 'subscribe'
      ? availableOf(server, account)
      : sessionsOf(server.registry, account).filter(
          ({ presence, interested, stream }) => (presence || interested) && isOpen(stream),
        )
  for (const receiver of receivers) send(receiver, presence)
}
