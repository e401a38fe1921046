import { bareOf, parseJid } from 'patchbay'
import type { Affiliation } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { StanzaError } from '../stanza/error.js'
import { child, type Element, element, elements, textOf } from '../xml/element.js'
import { affiliate, type Cause } from './affiliate.js'
import { LIMITS } from './limits.js'
import { MUC_ADMIN } from './names.js'
import { mayChangeAffiliation, mayChangeRole, type Privileges, RANKS } from './privileges.js'
import { giveRole } from './role.js'
import { affiliationOf, type Occupant, type Role, type Room } from './room.js'

const AFFILIATIONS: readonly string[] = Object.keys(RANKS)
const ROLES: readonly string[] = ['moderator', 'participant', 'visitor', 'none']

/** The lists of those who have an affiliation or a role (XEP-0045 §9.5 and others). */
export function listStandings(room: Room, session: Session, query: Element): Element {
  const { affiliation, role } = child(query, 'item')?.attributes ?? {}
  const actor = privilegesOf(room, session)
  if (affiliation !== undefined) {
    if (!AFFILIATIONS.includes(affiliation)) throw new StanzaError('bad-request')
    if (RANKS[actor.affiliation] < RANKS.admin) throw new StanzaError('forbidden', 'Administrator privileges required')
    const listed = [...room.affiliations].filter(([, standing]) => standing.affiliation === affiliation)
    const items = listed.map(([jid, { reason }]) =>
      element(MUC_ADMIN, 'item', { jid, affiliation }, reason ? [element(MUC_ADMIN, 'reason', {}, [reason])] : []),
    )
    return element(MUC_ADMIN, 'query', {}, items)
  }
  if (role === undefined || !ROLES.includes(role)) throw new StanzaError('bad-request')
  if (actor.role !== 'moderator') throw new StanzaError('forbidden', 'Moderator privileges required')
  const items = [...room.occupants.values()]
    .filter(occupant => occupant.role === role)
    .map(({ nick, account, session: { jid } }) =>
      element(MUC_ADMIN, 'item', { nick, role, jid, affiliation: affiliationOf(room, account) }),
    )
  return element(MUC_ADMIN, 'query', {}, items)
}

/** Changes standings; all of them, or none when one is refused. */
export async function changeStandings(server: Server, room: Room, session: Session, query: Element): Promise<void> {
  const items = elements(query).filter(({ name }) => name === 'item')
  if (items.length === 0) throw new StanzaError('bad-request')
  if (items.length > LIMITS.items) throw new StanzaError('policy-violation', 'Too many changes at once')
  const changes = items.map(item => planned(room, session, item))
  if (leavesNoOwner(room, changes)) throw new StanzaError('conflict', 'A room needs an owner')
  if (room.affiliations.size + changes.length > LIMITS.affiliations) {
    throw new StanzaError('resource-constraint', 'There are too many affiliations')
  }
  const actor = room.sessions.get(session)?.nick
  for (const { item, occupant, role, jid, affiliation } of changes) {
    const reason = textOf(child(item, 'reason')).slice(0, LIMITS.text)
    const cause: Cause = { ...(actor === undefined ? {} : { actor }), ...(reason === '' ? {} : { reason }) }
    if (affiliation !== undefined) await affiliate(server, room, jid!, affiliation, cause)
    else if (room.occupants.get(occupant!.nick) === occupant) await giveRole(server, room, occupant!, role!, cause)
  }
}

interface Planned {
  readonly item: Element
  readonly occupant?: Occupant | undefined
  readonly role?: Role
  readonly jid?: string
  readonly affiliation?: Affiliation
}

/** What an item asks for, once it is known to be allowed. */
function planned(room: Room, session: Session, item: Element): Planned {
  const { nick, jid, role, affiliation } = item.attributes
  const actor = privilegesOf(room, session)
  const occupant = nick === undefined ? undefined : room.occupants.get(nick)
  if (nick !== undefined && !occupant && jid === undefined) {
    throw new StanzaError('item-not-found', 'Nobody in this room has that nickname')
  }
  if (affiliation !== undefined) {
    const whom = jid === undefined ? occupant?.account : standingFor(jid)
    if (whom === undefined) throw new StanzaError(jid === undefined ? 'bad-request' : 'jid-malformed')
    if (!AFFILIATIONS.includes(affiliation)) throw new StanzaError('bad-request')
    return plannedAffiliation(room, actor, { item, jid: whom, affiliation: affiliation as Affiliation }, session)
  }
  if (role === undefined || !ROLES.includes(role) || !occupant) throw new StanzaError('bad-request')
  if (actor.role !== 'moderator') throw new StanzaError('forbidden', 'Moderator privileges required')
  const target = { affiliation: affiliationOf(room, occupant.account), role: occupant.role }
  if (!mayChangeRole(actor, target, role as Role)) throw new StanzaError('not-allowed')
  return { item, occupant, role: role as Role }
}

function plannedAffiliation(
  room: Room,
  actor: Privileges,
  change: { item: Element; jid: string; affiliation: Affiliation },
  session: Session,
): Planned {
  if (RANKS[actor.affiliation] < RANKS.admin) throw new StanzaError('forbidden', 'Administrator privileges required')
  if (change.jid === session.account && change.affiliation === 'outcast') {
    throw new StanzaError('conflict', 'Nobody can ban themselves')
  }
  if (!mayChangeAffiliation(actor.affiliation, affiliationOf(room, change.jid), change.affiliation)) {
    throw new StanzaError('not-allowed')
  }
  return change
}

function privilegesOf(room: Room, session: Session): Privileges {
  return { affiliation: affiliationOf(room, session.account), role: room.sessions.get(session)?.role ?? 'none' }
}

/** Whom an affiliation is given to: a bare JID, or a domain. */
function standingFor(text: string): string | undefined {
  const jid = parseJid(text)
  return jid && bareOf(jid)
}

function leavesNoOwner(room: Room, changes: readonly Planned[]): boolean {
  const after = new Map<string, Affiliation>([...room.affiliations].map(([jid, each]) => [jid, each.affiliation]))
  const had = [...after.values()].includes('owner')
  for (const { jid, affiliation } of changes) if (jid !== undefined && affiliation) after.set(jid, affiliation)
  return had && ![...after.values()].includes('owner')
}
