import type { Affiliation } from '../../xmpp-admin/backend.js'
import { CLIENT, type Element, element } from '../xml/element.js'
import { MUC_USER } from './names.js'
import { affiliationOf, type Occupant, on, type Role, type Room } from './room.js'

/** What happens to an occupant, as those in the room see it; without anything, how it is. */
export interface Appearance {
  readonly type?: 'unavailable'
  readonly affiliation?: Affiliation
  readonly role?: Role
  /** The nick that it changes to. */
  readonly nick?: string
  /** What it says when it goes. */
  readonly farewell?: string
  readonly actor?: string
  readonly reason?: string
  /** Told to everybody, and to itself in addition (XEP-0045 §15.6). */
  readonly codes?: readonly number[]
  readonly own?: readonly number[]
  readonly destroy?: Element
}

/** The presence of an occupant as another one, or itself, gets it (XEP-0045 §7.2). */
export function presenceFor(
  room: Room,
  subject: Occupant,
  receiver: { occupant: Occupant; jid: string },
  what: Appearance,
): Element {
  const { affiliation = affiliationOf(room, subject.account), role = subject.role, nick, actor, reason } = what
  const self = receiver.occupant === subject
  const known = self || !on(room, 'anonymous') || receiver.occupant.role === 'moderator'
  const jid = known ? subject.session.jid : undefined
  const item = element(MUC_USER, 'item', { affiliation, role, jid, nick }, [
    ...(actor === undefined ? [] : [element(MUC_USER, 'actor', { nick: actor })]),
    ...(reason ? [element(MUC_USER, 'reason', {}, [reason])] : []),
  ])
  const codes = [...(what.codes ?? []), ...(self ? [...(what.own ?? []), 110] : [])]
  const x = element(MUC_USER, 'x', {}, [item, ...(what.destroy ? [what.destroy] : []), ...codes.map(status)])
  const farewell = what.farewell ? [element(CLIENT, 'status', {}, [what.farewell])] : []
  const said = what.type === undefined ? subject.presence : farewell
  const attributes = { from: `${room.jid}/${subject.nick}`, to: receiver.jid, type: what.type }
  return element(CLIENT, 'presence', attributes, [...said, x])
}

export function status(code: number): Element {
  return element(MUC_USER, 'status', { code: String(code) })
}
