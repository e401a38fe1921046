import type { Affiliation } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { CLIENT, element, withAttributes } from '../xml/element.js'
import type { Appearance } from './appearance.js'
import { broadcast, broadcastPresence } from './broadcast.js'
import { remove } from './leave.js'
import { MUC_USER } from './names.js'
import { affiliationOf, on, type Room, roleFor } from './room.js'
import { affiliationChange, storeRoom } from './rooms.js'
import { tellSubscribers } from './tell.js'

/** Who did it, as the occupants may know, and why. */
export interface Cause {
  readonly actor?: string
  readonly reason?: string
}

/** Gives a bare JID, or a whole domain, an affiliation, and those in the room whom it concerns their roles. */
export async function affiliate(
  server: Server,
  room: Room,
  jid: string,
  affiliation: Affiliation,
  cause: Cause = {},
): Promise<void> {
  const standing = affiliation === 'none' ? undefined : { affiliation, reason: cause.reason ?? '' }
  await storeRoom(server, room, [affiliationChange(server, room, jid, standing)])
  if (standing) room.affiliations.set(jid, standing)
  else room.affiliations.delete(jid)
  const concerned = [...room.occupants.values()].filter(
    ({ account }) => account === jid || (!room.affiliations.has(account) && account.endsWith(`@${jid}`)),
  )
  for (const occupant of concerned) {
    const role = roleFor(room, affiliationOf(room, occupant.account))
    if (role === 'none') await remove(server, room, occupant, { ...cause, ...eviction(affiliation) })
    else {
      occupant.role = role
      await broadcastPresence(room, occupant, cause)
    }
  }
  if (concerned.length === 0) await announce(server, room, jid, affiliation, cause)
}

/** A ban, or the loss of membership where that is needed (XEP-0045 §9.1, §9.4). */
function eviction(affiliation: Affiliation): Appearance {
  return { affiliation, codes: [affiliation === 'outcast' ? 301 : 321] }
}

/** Of who is not in the room (XEP-0045 §9.3), to those who may see JIDs. */
async function announce(server: Server, room: Room, jid: string, affiliation: Affiliation, cause: Cause) {
  const reason = cause.reason ? [element(MUC_USER, 'reason', {}, [cause.reason])] : []
  const x = element(MUC_USER, 'x', {}, [element(MUC_USER, 'item', { affiliation, jid, role: 'none' }, reason)])
  const message = element(CLIENT, 'message', { from: room.jid }, [x])
  await broadcast(room, ({ role }, session) =>
    on(room, 'anonymous') && role !== 'moderator' ? undefined : withAttributes(message, { to: session.jid }),
  )
  await tellSubscribers(server, room, 'affiliations', message)
}
