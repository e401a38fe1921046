import type { Jid } from 'patchbay'
import type { MessageOutcome } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { send, sessionsOf } from '../session/sessions.js'
import type { Element } from '../xml/element.js'

/** A message to an account or one of its sessions (RFC 6121 §8.5). */
export async function deliverMessage(server: Server, stanza: Element, to: Jid): Promise<MessageOutcome> {
  const account = `${to.local}@${to.domain}`
  if (!server.accounts.find(account)) return 'unknown_account'
  const receivers = sessionsOf(server.registry, account).filter(({ presence }) => presence)
  for (const receiver of receivers) send(receiver, stanza)
  return receivers.length > 0 ? 'delivered' : 'refused'
}
