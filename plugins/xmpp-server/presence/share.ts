import { blocks } from '../blocking/blocklist.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send, sessionsOf } from '../session/sessions.js'
import { isOpen } from '../stream/written.js'
import { CLIENT, type Element, element, withAttributes } from '../xml/element.js'

/** Sessions that are told of presence: available ones (RFC 6121 §8.5.2.1.2). */
export function availableOf(server: Server, account: string): Session[] {
  return sessionsOf(server.registry, account).filter(({ presence, stream }) => presence && isOpen(stream))
}

/** Brings a presence to all available sessions of a contact, unless one has blocked the other; nothing is said of it. */
export function showTo(server: Server, owner: string, contact: string, presence: Element): void {
  const receivers = availableOf(server, contact)
  if (receivers.length === 0 || blocks(server, contact, owner) || blocks(server, owner, contact)) return
  const addressed = withAttributes(presence, { to: contact })
  for (const receiver of receivers) send(receiver, addressed)
}

/** Shows the presences of all sessions of an account to a contact, or withdraws them. */
export function presencesTo(server: Server, owner: string, contact: string, shown: boolean): void {
  for (const { jid, presence } of availableOf(server, owner)) {
    showTo(server, owner, contact, shown ? presence! : unavailable(jid))
  }
}

export function unavailable(from: string): Element {
  return element(CLIENT, 'presence', { type: 'unavailable', from })
}
