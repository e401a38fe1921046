import type { Jid } from 'patchbay'
import type { Server } from '../server.js'
import { reply } from '../session/reply.js'
import type { Session } from '../session/session.js'
import { StanzaError } from '../stanza/error.js'
import { assertIq } from '../stanza/iq.js'
import { CLIENT, type Element, element, elements } from '../xml/element.js'
import { DISCO_INFO, DISCO_ITEMS, PING, VCARD } from '../xml/namespaces.js'
import { parseElement } from '../xml/read.js'
import { serialize } from '../xml/serialize.js'
import { changeStandings, listStandings } from './admin.js'
import { configure } from './configure.js'
import { roomInfo, roomItems, serviceInfo, serviceItems } from './disco.js'
import { MUC_ADMIN, MUC_OWNER, REGISTER, SUBSCRIPTIONS } from './names.js'
import { askedForNick, askForNick } from './nicks.js'
import { checkOptions } from './options.js'
import { configurationForm, manage } from './owner.js'
import { affiliationOf, type Room } from './room.js'
import { askToSubscribe, askToUnsubscribe, subscribersOf, subscriptionsOf } from './subscriptions.js'

/** A request to a room or, without one, to the service. */
export interface Asked {
  readonly server: Server
  readonly session: Session
  readonly service: string
  readonly payload: Element
}

type Answer = Element | undefined | Promise<Element | undefined>
type AtService = (asked: Asked) => Answer
type AtRoom = (asked: Asked & { room: Room }) => Answer

/** By type, namespace and name of what is asked. */
const SERVICE_REQUESTS: Readonly<Record<string, AtService>> = {
  [`get ${DISCO_INFO} query`]: serviceInfo,
  [`get ${DISCO_ITEMS} query`]: ({ server, service, session }) => serviceItems(server, service, session),
  [`get ${PING} ping`]: () => undefined,
  [`get ${REGISTER} query`]: askedForNick,
  [`set ${REGISTER} query`]: askForNick,
  [`get ${SUBSCRIPTIONS} subscriptions`]: ({ server, service, session }) => subscriptionsOf(server, service, session),
}

const ROOM_REQUESTS: Readonly<Record<string, AtRoom>> = {
  [`get ${DISCO_INFO} query`]: ({ room }) => roomInfo(room),
  [`get ${DISCO_ITEMS} query`]: ({ room, session }) => roomItems(room, session),
  [`get ${PING} ping`]: () => undefined,
  [`get ${VCARD} vCard`]: ({ room }) => vcardOf(room),
  [`set ${VCARD} vCard`]: setVcard,
  [`get ${MUC_ADMIN} query`]: ({ room, session, payload }) => listStandings(room, session, payload),
  async [`set ${MUC_ADMIN} query`]({ server, room, session, payload }) {
    await changeStandings(server, room, session, payload)
    return undefined
  },
  [`get ${MUC_OWNER} query`]: ({ room, session }) => configurationForm(room, session),
  async [`set ${MUC_OWNER} query`]({ server, room, session, payload }) {
    await manage(server, room, session, payload)
    return undefined
  },
  [`set ${SUBSCRIPTIONS} subscribe`]: askToSubscribe,
  [`set ${SUBSCRIPTIONS} unsubscribe`]: askToUnsubscribe,
  [`get ${SUBSCRIPTIONS} subscriptions`]: subscribersOf,
}

/** Answers a request to the service or a room (XEP-0045 §6, §8-10). */
export async function answerAt(server: Server, session: Session, stanza: Element, to: Jid, room?: Room): Promise<void> {
  const { type, id, from, to: asked } = stanza.attributes
  if (type === 'result' || type === 'error') return
  assertIq(stanza)
  const payload = elements(stanza)[0]!
  if (to.local !== undefined && !room) throw new StanzaError('item-not-found', 'This room does not exist')
  const key = `${type} ${payload.xmlns} ${payload.name}`
  const given: Asked = { server, session, service: to.domain, payload }
  const act = room ? ROOM_REQUESTS[key] : SERVICE_REQUESTS[key]
  if (!act) throw new StanzaError('service-unavailable')
  // Nothing here has nodes, and what is said of the whole must not pass for what a node is (XEP-0030 §3.2).
  const asksForNode = payload.xmlns === DISCO_INFO || payload.xmlns === DISCO_ITEMS
  if (asksForNode && payload.attributes['node']) throw new StanzaError('item-not-found')
  const answer = await (act as AtRoom)({ ...given, room: room! })
  reply(server, session, element(CLIENT, 'iq', { type: 'result', id, from: asked, to: from }, answer ? [answer] : []))
}

function vcardOf({ options: { vcard } }: Room): Element {
  const stored = vcard === '' ? undefined : parseElement(vcard, VCARD)
  if (!stored) throw new StanzaError('item-not-found')
  return stored
}

async function setVcard({ server, session, room, payload }: Asked & { room: Room }): Promise<undefined> {
  if (affiliationOf(room, session.account) !== 'owner') throw new StanzaError('forbidden', 'Owner privileges required')
  const changes = checkOptions([{ name: 'vcard', value: serialize(payload) }], false)
  if (typeof changes === 'string') throw new StanzaError('policy-violation', 'The vCard is too large')
  await configure(server, room, changes)
}
