import { parseJid } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { StanzaError } from '../stanza/error.js'
import { child, type Element, element, textOf } from '../xml/element.js'
import { configure } from './configure.js'
import { destroyRoom } from './destroy.js'
import { filledIn, form } from './form.js'
import { FORM, MUC_CONFIG, MUC_OWNER } from './names.js'
import { affiliationOf, type Room } from './room.js'
import { FIELDS, optionsOf } from './room-form.js'

/** The form with which an owner configures a room (XEP-0045 §10.2). */
export function configurationForm(room: Room, session: Session): Element {
  assertOwner(room, session)
  const fields = FIELDS.map(({ show, option, ...field }) => ({ ...field, values: show(room.options[option]) }))
  return element(MUC_OWNER, 'query', {}, [form('form', MUC_CONFIG, fields, `Configuration of ${room.jid}`)])
}

/** A form filled in or cancelled, or the end of the room (XEP-0045 §10.1.2, §10.2, §10.9). */
export async function manage(server: Server, room: Room, session: Session, query: Element): Promise<void> {
  assertOwner(room, session)
  const destroy = child(query, 'destroy')
  if (destroy) return destroyRoom(server, room, destructionOf(destroy))
  const x = child(query, 'x', FORM)
  if (x?.attributes['type'] === 'cancel') {
    // Whoever wants no configuration wants no new room.
    return room.locked ? destroyRoom(server, room) : undefined
  }
  if (x?.attributes['type'] !== 'submit') throw new StanzaError('bad-request')
  const changes = optionsOf(filledIn(x))
  if (changes === undefined) throw new StanzaError('not-acceptable', 'The room cannot be configured so')
  await configure(server, room, changes)
  room.locked = false
}

function assertOwner(room: Room, session: Session): void {
  if (affiliationOf(room, session.account) !== 'owner') throw new StanzaError('forbidden', 'Owner privileges required')
}

function destructionOf(destroy: Element) {
  const venue = parseJid(destroy.attributes['jid'] ?? '') ? destroy.attributes['jid'] : undefined
  const reason = textOf(child(destroy, 'reason'))
  const password = textOf(child(destroy, 'password'))
  return { reason, password, ...(venue === undefined ? {} : { venue }) }
}
