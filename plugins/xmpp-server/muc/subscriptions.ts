import { prepareResource } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { StanzaError } from '../stanza/error.js'
import { type Element, element, elements } from '../xml/element.js'
import type { Asked } from './iq.js'
import { SUBSCRIPTIONS } from './names.js'
import { affiliationOf, on, type Room } from './room.js'
import { subscribe, unsubscribe } from './subscribe.js'
import { knownNodes } from './tell.js'

type AskedOfRoom = Asked & { room: Room }

/** `<subscribe xmlns='urn:xmpp:mucsub:0' nick='' password=''><event node=''/></subscribe>` */
export async function askToSubscribe({ server, session, room, payload }: AskedOfRoom): Promise<Element> {
  const nick = prepareResource(payload.attributes['nick'] ?? '')
  if (nick === undefined) throw new StanzaError('jid-malformed', 'A nickname is needed')
  const owner = affiliationOf(room, session.account) === 'owner'
  const { password = '' } = payload.attributes
  if (on(room, 'password_protected') && !owner && password !== room.options.password) {
    throw new StanzaError('not-authorized', 'A password is required to enter this room')
  }
  const nodes = elements(payload).flatMap(({ attributes: { node } }) => (node === undefined ? [] : [node]))
  const outcome = await subscribe(server, room, session.account, nick, nodes)
  if (outcome === 'not_allowed') throw new StanzaError('not-allowed', 'Subscriptions are not allowed')
  if (outcome === 'nick_taken') {
    throw new StanzaError('conflict', 'That nickname is already in use by another occupant')
  }
  return element(SUBSCRIPTIONS, 'subscribe', { nick }, events(knownNodes(nodes)))
}

export async function askToUnsubscribe({ server, session, room }: AskedOfRoom): Promise<undefined> {
  await unsubscribe(server, room, session.account)
}

/** Who is subscribed; their JIDs for those who may know them. */
export function subscribersOf({ room, session }: AskedOfRoom): Element {
  const moderator = ['owner', 'admin'].includes(affiliationOf(room, session.account))
  if (!moderator && !room.subscribers.has(session.account)) {
    throw new StanzaError('forbidden', 'Moderator privileges required')
  }
  const known = moderator || !on(room, 'anonymous')
  const listed = [...room.subscribers].map(([jid, { nick, nodes }]) =>
    element(SUBSCRIPTIONS, 'subscription', { jid: known ? jid : undefined, nick }, events(nodes)),
  )
  return element(SUBSCRIPTIONS, 'subscriptions', {}, listed)
}

/** What the one who asks is subscribed to. */
export function subscriptionsOf({ registry }: Server, service: string, { account }: Session): Element {
  const found = [...registry.rooms.all.values()].flatMap(room => {
    const subscriber = room.service === service ? room.subscribers.get(account) : undefined
    if (!subscriber) return []
    return [element(SUBSCRIPTIONS, 'subscription', { jid: room.jid, nick: subscriber.nick }, events(subscriber.nodes))]
  })
  return element(SUBSCRIPTIONS, 'subscriptions', {}, found)
}

function events(nodes: readonly string[]): Element[] {
  return nodes.map(node => element(SUBSCRIPTIONS, 'event', { node }))
}
