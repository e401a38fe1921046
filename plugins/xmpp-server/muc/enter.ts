import { setImmediate } from 'node:timers/promises'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send } from '../session/sessions.js'
import { StanzaError } from '../stanza/error.js'
import { CLIENT, child, type Element, elements, textOf } from '../xml/element.js'
import { presenceFor } from './appearance.js'
import { broadcastPresence, seesPresence } from './broadcast.js'
import { recall } from './history.js'
import { LIMITS } from './limits.js'
import { MUC, MUC_USER } from './names.js'
import { holderOf } from './nicks.js'
import { usualOptions } from './options.js'
import { place } from './places.js'
import { affiliationOf, newRoom, type Occupant, on, type PresentRole, type Room, roleFor } from './room.js'
import { isFull } from './rooms.js'
import { sizeOf } from './size.js'
import { subjectFor } from './subject.js'
import { tellPresence } from './tell.js'

/** A session that wants to be in a room (XEP-0045 §7.2). */
export interface Entry {
  readonly session: Session
  readonly nick: string
  readonly presence: Element
  /** The nick is not what was asked for. */
  readonly changed: boolean
}

/** Lets a session into a room, or says why not. */
export async function enter(server: Server, room: Room, entry: Entry): Promise<void> {
  const { session, nick, presence } = entry
  const request = child(presence, 'x', MUC)
  const role = admit(server, room, entry, textOf(request && child(request, 'password')))
  const known = room.occupants.get(nick)
  const occupant: Occupant = known ?? { nick, account: session.account, role, presence: [], session }
  occupant.presence = said(room, occupant, presence)
  occupant.session = session
  place(server, room, session, occupant)
  room.usedAt = Date.now()
  await tellOthersOf(room, session, occupant)
  const own = [...(on(room, 'anonymous') ? [] : [100]), ...(entry.changed ? [210] : [])]
  await broadcastPresence(room, occupant, { own: room.locked ? [...own, 201] : own })
  for (const message of recall(room, request && child(request, 'history'), session.jid)) send(session, message)
  send(session, subjectFor(room, session.jid))
  if (!known) await tellPresence(server, room, occupant)
}

/** Makes a room for who enters it, and locks it where a configuration is to come (XEP-0045 §10.1). */
export async function found(server: Server, name: string, service: string, entry: Entry): Promise<Room> {
  const { all } = server.registry.rooms
  if (isFull(server)) {
    throw new StanzaError('resource-constraint', 'There are too many rooms')
  }
  const { account } = entry.session
  if (countFounded(all.values(), account) >= LIMITS.founded) {
    throw new StanzaError('resource-constraint', 'You have made too many rooms')
  }
  const room = newRoom(name, service, usualOptions(), account)
  room.affiliations.set(account, { affiliation: 'owner', reason: '' })
  // A client that knows nothing of rooms gets one as it is.
  room.locked = child(entry.presence, 'x', MUC) !== undefined
  all.set(room.jid, room)
  try {
    await enter(server, room, entry)
  } catch (thrown) {
    all.delete(room.jid)
    throw thrown
  }
  return room
}

function countFounded(rooms: Iterable<Room>, account: string): number {
  let count = 0
  for (const { founder } of rooms) if (founder === account) count++
  return count
}

/** What a client says of itself, without what only the room may say. */
export function said(room: Room, { role }: Pick<Occupant, 'role'>, presence: Element): Element['children'] {
  if (sizeOf(presence) > LIMITS.presence) throw new StanzaError('policy-violation', 'The presence is too large')
  const silent = role === 'visitor' && !on(room, 'allow_visitor_status')
  return elements(presence).filter(
    ({ xmlns, name }) => xmlns !== MUC && xmlns !== MUC_USER && !(silent && name === 'status' && xmlns === CLIENT),
  )
}

/** The role that somebody enters with; throws what keeps them out (XEP-0045 §7.2.5-7.2.10). */
function admit(server: Server, room: Room, { session, nick }: Entry, password: string): PresentRole {
  const affiliation = affiliationOf(room, session.account)
  const privileged = affiliation === 'owner' || affiliation === 'admin'
  if (affiliation === 'outcast') throw new StanzaError('forbidden', 'You have been banned from this room')
  if (room.locked && affiliation !== 'owner') throw new StanzaError('item-not-found', 'This room is not open yet')
  const role = roleFor(room, affiliation)
  if (role === 'none') throw new StanzaError('registration-required', 'Membership is required to enter this room')
  if (on(room, 'password_protected') && affiliation !== 'owner' && password !== room.options.password) {
    throw new StanzaError('not-authorized', 'A password is required to enter this room')
  }
  const holder = room.occupants.get(nick)
  if (holder ? holder.account !== session.account : nickIsTaken(server, room, nick, session.account)) {
    throw new StanzaError('conflict', 'That nickname is already in use by another occupant')
  }
  const most = Math.min(Number(room.options.max_users), LIMITS.occupants) + (privileged ? LIMITS.reserve : 0)
  if (room.sessions.size >= most) throw new StanzaError('service-unavailable', 'Too many users in this room')
  if ((server.registry.rooms.places.get(session)?.size ?? 0) >= LIMITS.roomsOfSession) {
    throw new StanzaError('resource-constraint', 'You are in too many rooms')
  }
  return role
}

/** By an occupant or a subscriber of another account, or by who has registered it. */
export function nickIsTaken(server: Server, room: Room, nick: string, account: string): boolean {
  const holder = room.occupants.get(nick)
  if (holder) return holder.account !== account
  if ((holderOf(server, room.service, nick) ?? account) !== account) return true
  for (const [jid, subscriber] of room.subscribers) if (subscriber.nick === nick && jid !== account) return true
  return false
}

/** Who is there already. */
async function tellOthersOf(room: Room, session: Session, occupant: Occupant): Promise<void> {
  let told = 0
  for (const other of [...room.occupants.values()]) {
    if (++told % LIMITS.chunk === 0) await setImmediate()
    if (other === occupant || !seesPresence(room, other.role, occupant.role)) continue
    send(session, presenceFor(room, other, { occupant, jid: session.jid }, {}))
  }
}

/** Says again who is there, to a client that has lost its memory (XEP-0045 §7.2: it enters where it is). */
export async function reenter(room: Room, session: Session, occupant: Occupant, request: Element): Promise<void> {
  await tellOthersOf(room, session, occupant)
  const own = on(room, 'anonymous') ? [] : [100]
  send(session, presenceFor(room, occupant, { occupant, jid: session.jid }, { own }))
  for (const message of recall(room, child(request, 'history'), session.jid)) send(session, message)
  send(session, subjectFor(room, session.jid))
}
