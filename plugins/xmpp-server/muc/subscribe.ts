import type { Server } from '../server.js'
import { CLIENT, element } from '../xml/element.js'
import { nickIsTaken } from './enter.js'
import { forgetRoom } from './leave.js'
import { LIMITS } from './limits.js'
import { SUBSCRIPTIONS } from './names.js'
import { affiliationOf, on, type Room, roleFor } from './room.js'
import { storeRoom, subscriberChange } from './rooms.js'
import { knownNodes, tellSubscribers } from './tell.js'

/** Lets an account be told of what happens in a room without being in it (ejabberd's MUC/Sub). */
export async function subscribe(
  server: Server,
  room: Room,
  jid: string,
  nick: string,
  nodes: readonly string[],
): Promise<'subscribed' | 'not_allowed' | 'nick_taken'> {
  if (!on(room, 'allow_subscription') || roleFor(room, affiliationOf(room, jid)) === 'none') return 'not_allowed'
  if (!room.subscribers.has(jid) && room.subscribers.size >= LIMITS.subscribers) return 'not_allowed'
  if (nickIsTaken(server, room, nick, jid)) return 'nick_taken'
  const isNew = !room.subscribers.has(jid)
  const subscriber = { nick, nodes: knownNodes(nodes) }
  await storeRoom(server, room, [subscriberChange(server, room, jid, subscriber)])
  room.subscribers.set(jid, subscriber)
  if (isNew) await tell(server, room, 'subscribe', nick)
  return 'subscribed'
}

/** A temporary room goes with its last subscriber when nobody is in it. */
export async function unsubscribe(server: Server, room: Room, jid: string): Promise<'unsubscribed' | 'not_subscribed'> {
  const subscriber = room.subscribers.get(jid)
  if (!subscriber) return 'not_subscribed'
  await storeRoom(server, room, [subscriberChange(server, room, jid, undefined)])
  room.subscribers.delete(jid)
  await tell(server, room, 'unsubscribe', subscriber.nick)
  if (!on(room, 'persistent') && room.sessions.size === 0 && room.subscribers.size === 0) forgetRoom(server, room)
  return 'unsubscribed'
}

function tell(server: Server, room: Room, name: 'subscribe' | 'unsubscribe', nick: string): Promise<void> {
  const told = element(CLIENT, 'message', { from: room.jid }, [element(SUBSCRIPTIONS, name, { nick })])
  return tellSubscribers(server, room, 'subscribers', told)
}
