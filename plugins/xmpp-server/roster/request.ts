import { bareOf, parseJid } from 'patchbay'
import type { Server } from '../server.js'
import { StanzaError } from '../stanza/error.js'
import { type Element, elements, textOf } from '../xml/element.js'
import { cancel } from './cancel.js'

/** Of a name and of a group, in bytes: as long as a part of a JID. */
const LONGEST = 1023
const MOST_GROUPS = 100

/** A change of the roster by its owner (RFC 6121 §2.3 to §2.5); throws StanzaError, with nothing changed. */
export async function changeRoster(server: Server, owner: string, query: Element): Promise<void> {
  const [item, ...more] = elements(query)
  if (item?.name !== 'item' || more.length > 0) throw new StanzaError('bad-request')
  const contact = contactOf(item)
  if (item.attributes['subscription'] === 'remove') return cancel(server, owner, contact)
  const nick = item.attributes['name'] ?? ''
  const groups = groupsOf(item)
  if (Buffer.byteLength(nick) > LONGEST) throw new StanzaError('not-acceptable', 'The name is too long')
  await server.rosters.change([owner], draft => {
    if (!draft.exists(owner)) throw new StanzaError('item-not-found')
    const known = draft.get(owner, contact)
    const { subscription = 'none', pending = 'none', request } = known ?? {}
    draft.put(owner, contact, { nick, subscription, pending, groups, ...(request !== undefined && { request }) })
    draft.assertRoom(owner, server.options.max_contacts)
  })
}

/** Bare, as contacts of a roster are. */
function contactOf({ attributes }: Element): string {
  const jid = parseJid(attributes['jid'] ?? '')
  if (!jid) throw new StanzaError('bad-request')
  return bareOf(jid)
}

function groupsOf(item: Element): string[] {
  const groups = elements(item)
    .filter(({ name, xmlns }) => name === 'group' && xmlns === item.xmlns)
    .map(textOf)
  if (new Set(groups).size < groups.length) throw new StanzaError('bad-request', 'A group is given twice')
  if (groups.some(group => group === '')) throw new StanzaError('not-acceptable', 'A group has no name')
  if (groups.length > MOST_GROUPS || groups.some(group => Buffer.byteLength(group) > LONGEST)) {
    throw new StanzaError('not-acceptable', 'There are too many groups, or one has too long a name')
  }
  return groups
}
