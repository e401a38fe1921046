import { type AdminRestReply, bareJid } from 'patchbay'
import type { RosterEntry, XmppBackend } from '../backend.js'
import { field } from './body.js'
import { accountIn, isServed, listed, type RestCall, type RestCommand, unknownUser } from './command.js'

const ROSTER = { route: 'roster', addressed: 'account' } as const
const INVALID_CONTACT = { status: 404, result: 'Contact does not exist or is malformed' } as const

/** `roster/U` (contracts/xmpp.md §2.3). */
export const ROSTER_COMMANDS: readonly RestCommand[] = [
  {
    ...ROSTER,
    method: 'GET',
    access: { permission: 'roster.read' },
    async run(backend, call) {
      const items = itemsOf(await backend.rosters.get(await accountIn(backend, call)))
      return { result: { count: items.length, roster: listed(items) } }
    },
  },
  { ...ROSTER, method: 'POST', access: { permission: 'roster.write' }, run: add },
  { ...ROSTER, method: 'DELETE', access: { permission: 'roster.write' }, run: remove },
]

/** The entries of a roster as the original writes them: `["item", {…}]`. */
export function itemsOf(entries: readonly RosterEntry[]): object[] {
  return entries.filter(isListed).map(({ jid, subscription, pending, nick, groups }) => [
    'item',
    {
      jid,
      subscription,
      ...(pending === 'out' || pending === 'both' ? { ask: 'subscribe' } : {}),
      ...(nick === '' ? {} : { name: nick }),
      group: listed(groups),
    },
  ])
}

/** What only asks for a subscription is in no roster (RFC 6121 §3.1.3). */
function isListed({ subscription, pending, nick, groups }: RosterEntry): boolean {
  return subscription !== 'none' || pending !== 'in' || nick !== '' || groups.length > 0
}

async function add(backend: XmppBackend, call: RestCall): Promise<AdminRestReply> {
  const contact = contactIn(call)
  if (contact === undefined) return INVALID_CONTACT
  const owner = await accountIn(backend, call)
  // There is no federation, so nobody elsewhere could ever answer.
  if (contact === owner || !(await isServed(backend, contact))) return INVALID_CONTACT
  const outcome = await backend.rosters.subscribeBoth(owner, contact)
  if (outcome === 'unknown_account') return unknownUser(owner)
  return { result: `Roster registered: ${owner} and ${contact}` }
}

async function remove(backend: XmppBackend, call: RestCall): Promise<AdminRestReply> {
  const owner = await accountIn(backend, call)
  const contact = contactIn(call)
  if (contact === undefined) return INVALID_CONTACT
  const outcome = await backend.rosters.unsubscribeBoth(owner, contact)
  if (outcome === 'unknown_account') return unknownUser(owner)
  return { result: `Roster deleted: ${owner} and ${contact}` }
}

function contactIn({ body }: RestCall): string | undefined {
  const contact = field(body, 'contact')
  return typeof contact === 'string' ? bareJid(contact) : undefined
}
