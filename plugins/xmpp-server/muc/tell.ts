import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Server } from '../server.js'
import { route } from '../stanza/route.js'
import { CLIENT, type Element, element, withAttributes } from '../xml/element.js'
import { HINTS } from '../xml/namespaces.js'
import { LIMITS } from './limits.js'
import { MUC_USER } from './names.js'
import { affiliationOf, type Occupant, type Room } from './room.js'

const EVENT = 'http://jabber.org/protocol/pubsub#event'
const PREFIX = 'urn:xmpp:mucsub:nodes:'

/** What a subscriber may want to be told of. */
export const NODES = [
  'presence',
  'messages',
  'affiliations',
  'subscribers',
  'config',
  'subject',
  'participants',
] as const

type NodeName = (typeof NODES)[number]

/** Those of them that are known, in the order given. */
export function knownNodes(given: readonly string[]): string[] {
  return [...new Set(given)].filter(node => NODES.some(name => node === PREFIX + name))
}

/** Sends a stanza of the room to those who subscribed to its node and are not in the room. */
export async function tellSubscribers(server: Server, room: Room, node: NodeName, stanza: Element): Promise<void> {
  if (room.subscribers.size === 0) return
  const name = PREFIX + node
  const present = new Set([...room.occupants.values()].map(({ account }) => account))
  // What is said is worth finding later; who came and went is not.
  const lasting = node === 'messages' ? [element(HINTS, 'store')] : []
  let told = 0
  for (const [jid, { nodes }] of [...room.subscribers]) {
    if (++told % LIMITS.chunk === 0) await setImmediate()
    if (!nodes.includes(name) || present.has(jid)) continue
    const id = randomBytes(9).toString('base64url')
    const item = element(EVENT, 'item', { id }, [withAttributes(stanza, { to: jid })])
    const event = element(EVENT, 'event', {}, [element(EVENT, 'items', { node: name }, [item])])
    const message = element(CLIENT, 'message', { from: room.jid, to: jid, id }, [event, ...lasting])
    await route(server, message).catch(() => undefined)
  }
}

/** Tells subscribers that somebody has entered or left; they are not in the room, so it says nothing of JIDs. */
export async function tellPresence(
  server: Server,
  room: Room,
  occupant: Occupant,
  type?: 'unavailable',
): Promise<void> {
  const { nick, account } = occupant
  const role = type === undefined ? occupant.role : 'none'
  const item = element(MUC_USER, 'item', { affiliation: affiliationOf(room, account), role })
  const x = element(MUC_USER, 'x', {}, [item])
  const presence = element(CLIENT, 'presence', { from: `${room.jid}/${nick}`, type }, [x])
  for (const node of ['participants', 'presence'] as const) await tellSubscribers(server, room, node, presence)
}
