import { bareJid, parseJid } from 'patchbay'
import { deliverMessage } from '../messages/deliver.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send } from '../session/sessions.js'
import { StanzaError } from '../stanza/error.js'
import { CLIENT, child, type Element, element, elements, textOf } from '../xml/element.js'
import { affiliate } from './affiliate.js'
import { LIMITS } from './limits.js'
import { occupantAt } from './messages.js'
import { CONFERENCE, MUC_USER } from './names.js'
import { affiliationOf, on, type Room } from './room.js'

/** Passes on what an occupant asks the room to pass on: invitations, and refusals of them (XEP-0045 §7.8). */
export async function mediate(server: Server, room: Room, session: Session, x: Element): Promise<void> {
  const invitations = elements(x).filter(({ name }) => name === 'invite')
  if (invitations.length > LIMITS.invitations) throw new StanzaError('policy-violation', 'Too many invitations')
  for (const invitation of invitations) await passInvitation(server, room, session, invitation)
  const refusal = child(x, 'decline')
  if (refusal) passRefusal(room, session, refusal)
}

async function passInvitation(server: Server, room: Room, session: Session, invitation: Element): Promise<void> {
  const sender = occupantAt(room, session)
  const to = bareJid(invitation.attributes['to'] ?? '')
  if (to === undefined) throw new StanzaError('jid-malformed')
  const affiliation = affiliationOf(room, sender.account)
  const privileged = affiliation === 'owner' || affiliation === 'admin'
  if (!privileged && sender.role !== 'moderator') {
    if (on(room, 'members_only')) throw new StanzaError('forbidden', 'Only administrators may invite to this room')
    if (!on(room, 'allow_user_invites')) throw new StanzaError('not-allowed', 'Invitations are not allowed here')
  }
  const reason = textOf(child(invitation, 'reason'))
  const stanza = element(CLIENT, 'message', { from: room.jid, to }, [
    element(MUC_USER, 'x', {}, [
      element(MUC_USER, 'invite', { from: session.jid }, [
        ...(reason === '' ? [] : [element(MUC_USER, 'reason', {}, [reason])]),
        ...elements(invitation).filter(({ name }) => name === 'continue'),
      ]),
      ...(on(room, 'password_protected') ? [element(MUC_USER, 'password', {}, [room.options.password])] : []),
    ]),
    directInvitation(room, { reason }),
  ])
  const outcome = await deliverMessage(server, stanza, parseJid(to)!)
  if (outcome === 'unknown_account') throw new StanzaError('item-not-found', 'There is no such account')
  if (privileged && on(room, 'members_only') && affiliationOf(room, to) === 'none') {
    await affiliate(server, room, to, 'member')
  }
}

/** Only to who is in the room: it is not for sending anything to anybody. */
function passRefusal(room: Room, session: Session, refusal: Element): void {
  const to = bareJid(refusal.attributes['to'] ?? '')
  const reason = textOf(child(refusal, 'reason'))
  const decline = element(MUC_USER, 'decline', { from: session.account }, [
    ...(reason === '' ? [] : [element(MUC_USER, 'reason', {}, [reason])]),
  ])
  for (const [receiver, { account }] of room.sessions) {
    if (account !== to) continue
    const x = element(MUC_USER, 'x', {}, [decline])
    send(receiver, element(CLIENT, 'message', { from: room.jid, to: receiver.jid }, [x]))
  }
}

/** XEP-0249. */
export function directInvitation(room: Room, { reason, password }: { reason?: string; password?: string }): Element {
  const secret = password || (on(room, 'password_protected') ? room.options.password : '')
  return element(CONFERENCE, 'x', { jid: room.jid, reason: reason || undefined, password: secret || undefined })
}
