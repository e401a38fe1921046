import { formatJid, parseJid } from 'patchbay'
import { domainOf } from '../accounts/addresses.js'
import { presencesTo } from '../presence/share.js'
import { sees, shows } from '../roster/state.js'
import type { Server } from '../server.js'
import { push } from '../session/push.js'
import { sessionsOf } from '../session/sessions.js'
import { StanzaError } from '../stanza/error.js'
import { type Element, element, elements } from '../xml/element.js'
import { isOn } from './blocklist.js'

export const BLOCKING = 'urn:xmpp:blocking'
/** JIDs that one account may block. */
const MOST = 1000
/** Bytes of them all: the list is read for every stanza that may be blocked. */
const MOST_BYTES = 65_536

/** The JIDs of a request, prepared. */
export function itemsOf(request: Element): string[] {
  return elements(request).map(({ name, xmlns, attributes }) => {
    const jid = parseJid(attributes['jid'] ?? '')
    if (name !== 'item' || xmlns !== BLOCKING) throw new StanzaError('bad-request')
    if (!jid) throw new StanzaError('jid-malformed')
    return formatJid(jid)
  })
}

/** Blocks JIDs, or unblocks them; none given unblocks all. The account's clients are told, and presence follows. */
export async function changeBlocklist(
  server: Server,
  account: string,
  verb: 'block' | 'unblock',
  jids: readonly string[],
): Promise<void> {
  const { blocklists } = server.registry.stores
  const known = await watched(server, account)
  const given = new Set(jids)
  await server.accounts.change(account, async key => {
    const before = blocklists.getSync(key) ?? []
    const after =
      verb === 'block' ? [...new Set([...before, ...jids])] : before.filter(jid => jids.length > 0 && !given.has(jid))
    const grows = after.length > before.length
    if (grows && (after.length > MOST || Buffer.byteLength(after.join('')) > MOST_BYTES)) {
      throw new StanzaError('resource-constraint', 'The list is full')
    }
    // Who is about to be blocked still hears of it, and who was blocked does not before it is over.
    const [now, then] = [new Set(before), new Set(after)]
    const hidden = known.filter(contact => isOn(server, now, account, contact))
    if (verb === 'block') withdraw(server, account, known, new Set(hidden), given)
    if (after.length === 0) await blocklists.delete(key)
    else await blocklists.put(key, after)
    for (const contact of verb === 'unblock' ? hidden : []) {
      if (!isOn(server, then, account, contact)) show(server, account, contact)
    }
    tell(server, account, verb, jids)
  })
}

/** The contacts that see the account, or are seen by it. */
async function watched({ rosters }: Server, account: string): Promise<string[]> {
  const found: string[] = []
  for await (const block of rosters.blocks(account)) {
    for (const [contact, record] of block) if (shows(record) || sees(record)) found.push(contact)
  }
  return found
}

function withdraw(
  server: Server,
  account: string,
  known: readonly string[],
  hidden: ReadonlySet<string>,
  jids: ReadonlySet<string>,
): void {
  for (const contact of known) {
    const blocked = jids.has(contact) || jids.has(domainOf(contact))
    if (!blocked || hidden.has(contact)) continue
    if (shows(server.rosters.entry(account, contact))) presencesTo(server, account, contact, false)
    if (seenBy(server, account, contact)) presencesTo(server, contact, account, false)
  }
}

function show(server: Server, account: string, contact: string): void {
  if (shows(server.rosters.entry(account, contact))) presencesTo(server, account, contact, true)
  if (seenBy(server, account, contact)) presencesTo(server, contact, account, true)
}

/** Whether a contact of ours lets the account see it. */
function seenBy({ accounts, rosters }: Server, account: string, contact: string): boolean {
  return accounts.find(contact) !== undefined && shows(rosters.entry(contact, account))
}

function tell({ registry }: Server, account: string, verb: 'block' | 'unblock', jids: readonly string[]): void {
  const items = jids.map(jid => element(BLOCKING, 'item', { jid }))
  for (const session of sessionsOf(registry, account)) {
    if (session.blocking) push(session, element(BLOCKING, verb, {}, items))
  }
}
