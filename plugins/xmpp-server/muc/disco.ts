import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { type Element, element } from '../xml/element.js'
import { DISCO_INFO, DISCO_ITEMS, PING, VCARD } from '../xml/namespaces.js'
import { form } from './form.js'
import { LIMITS } from './limits.js'
import { CONFERENCE, MUC, MUC_INFO, MUC_REQUEST, REGISTER, SUBSCRIPTIONS } from './names.js'
import { on, type Room } from './room.js'

export const SERVICE_NAME = 'Chatrooms'

function info(name: string, features: readonly string[], more: readonly Element[] = []): Element {
  return element(DISCO_INFO, 'query', {}, [
    element(DISCO_INFO, 'identity', { category: 'conference', type: 'text', name }),
    ...[DISCO_INFO, DISCO_ITEMS, MUC, ...features].map(feature => element(DISCO_INFO, 'feature', { var: feature })),
    ...more,
  ])
}

/** XEP-0045 §6.2. */
export function serviceInfo(): Element {
  return info(SERVICE_NAME, [PING, CONFERENCE, REGISTER, SUBSCRIPTIONS])
}

/** XEP-0045 §6.4. */
export function roomInfo(room: Room): Element {
  const features = [
    on(room, 'public') ? 'muc_public' : 'muc_hidden',
    on(room, 'persistent') ? 'muc_persistent' : 'muc_temporary',
    on(room, 'members_only') ? 'muc_membersonly' : 'muc_open',
    on(room, 'anonymous') ? 'muc_semianonymous' : 'muc_nonanonymous',
    on(room, 'moderated') ? 'muc_moderated' : 'muc_unmoderated',
    on(room, 'password_protected') ? 'muc_passwordprotected' : 'muc_unsecured',
    VCARD,
    PING,
    // A message comes back with the id that its sender gave it, and a ping to oneself is answered here (XEP-0410).
    `${MUC}#stable_id`,
    `${MUC}#self-ping-optimization`,
    ...(on(room, 'allow_voice_requests') ? [MUC_REQUEST] : []),
    ...(on(room, 'allow_subscription') ? [SUBSCRIPTIONS] : []),
  ]
  const { title, description, lang } = room.options
  const text = (name: string, value: string) => ({ var: name, type: 'text-single', values: [value] })
  const told = form('result', MUC_INFO, [
    text('muc#roominfo_description', description),
    text('muc#roominfo_subject', room.subject.text),
    text('muc#roominfo_occupants', String(room.occupants.size)),
    ...(lang === '' ? [] : [text('muc#roominfo_lang', lang)]),
  ])
  return info(title || room.name, features, [told])
}

/** The rooms that are public, and those that who asks is in (XEP-0045 §6.3). */
export function serviceItems({ registry }: Server, service: string, session: Session | undefined): Element {
  const items: Element[] = []
  const places = session && registry.rooms.places.get(session)
  for (const room of registry.rooms.all.values()) {
    if (items.length === LIMITS.listed) break
    if (room.service !== service || room.locked || !(on(room, 'public') || places?.has(room.jid))) continue
    const name = `${room.options.title || room.name} (${room.occupants.size})`
    items.push(element(DISCO_ITEMS, 'item', { jid: room.jid, name }))
  }
  return element(DISCO_ITEMS, 'query', {}, items)
}

/** Who is in the room, for those who may know (XEP-0045 §6.5). */
export function roomItems(room: Room, session: Session | undefined): Element {
  const told = on(room, 'public_list') || (session !== undefined && room.sessions.has(session))
  const nicks = told ? [...room.occupants.keys()].slice(0, LIMITS.listed) : []
  return element(
    DISCO_ITEMS,
    'query',
    {},
    nicks.map(nick => element(DISCO_ITEMS, 'item', { jid: `${room.jid}/${nick}`, name: nick })),
  )
}
