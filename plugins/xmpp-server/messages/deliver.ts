import { bareOf, type Jid } from 'patchbay'
import { blocks } from '../blocking/blocklist.js'
import { handover } from '../offline/handover.js'
import { isStorable } from '../offline/storable.js'
import { keepOffline, offlineHead } from '../offline/store.js'
import type { Server } from '../server.js'
import { send, sessionAt } from '../session/sessions.js'
import { isOpen } from '../stream/written.js'
import type { Element } from '../xml/element.js'
import { mostAvailable, openSessionsOf, takersOf } from './receivers.js'
import { RULES, typeOf } from './rules.js'

/** `dropped` is what nobody is told of. */
export type Delivery = 'delivered' | 'stored' | 'unknown_account' | 'refused' | 'dropped'

/**
 * A message to an account or one of its sessions (RFC 6121 §8.5). With `everywhere`, as administrators send, every
 * session of the account takes it, also one that has shown no presence, and it is kept even if it says nothing.
 */
export async function deliverMessage(
  server: Server,
  stanza: Element,
  to: Jid,
  { everywhere = false } = {},
): Promise<Delivery> {
  if (to.local === undefined) return stanza.attributes['type'] === 'error' ? 'dropped' : 'refused'
  const account = bareOf(to)
  if (!server.accounts.find(account)) return 'unknown_account'
  if (blocks(server, account, stanza.attributes['from'] ?? '')) return 'refused'
  const rule = RULES[typeOf(stanza.attributes['type'])]
  if (to.resource !== undefined) {
    const session = sessionAt(server.registry, account, to.resource)
    if (session && isOpen(session.stream)) {
      send(session, stanza)
      return 'delivered'
    }
    if (rule.absent !== 'bare') return rule.absent === 'drop' ? 'dropped' : 'refused'
  }
  return deliverToBare(server, stanza, account, everywhere)
}

function deliverToBare(
  server: Server,
  stanza: Element,
  account: string,
  everywhere: boolean,
): Delivery | Promise<Delivery> {
  const rule = RULES[typeOf(stanza.attributes['type'])]
  const takers = everywhere ? openSessionsOf(server, account) : takersOf(server, account)
  const fate = takers.length > 0 ? rule.online : rule.offline
  switch (fate) {
    case 'most':
    case 'all':
      for (const taker of everywhere || fate === 'all' ? takers : mostAvailable(takers)) send(taker, stanza)
      return 'delivered'
    case 'store':
      return everywhere || isStorable(stanza) ? store(server, stanza, account) : 'dropped'
    default:
      return fate === 'error' ? 'refused' : 'dropped'
  }
}

async function store(server: Server, stanza: Element, account: string): Promise<Delivery> {
  const kept = await keepOffline(server, account, stanza)
  if (kept !== 'stored') return kept === 'full' ? 'refused' : kept
  // Somebody may have come while it was written, and have found nothing.
  const [taker] = takersOf(server, account)
  if (taker && offlineHead(server, account).count > 0) handover(server, taker)
  return 'stored'
}
