import { bareOf, type Jid, parseJid } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { sessionAt } from '../session/sessions.js'
import type { Component } from '../stanza/component.js'
import { StanzaError } from '../stanza/error.js'
import { charge } from '../stream/charge.js'
import { child, type Element } from '../xml/element.js'
import { broadcastPresence } from './broadcast.js'
import { SERVICE_NAME } from './disco.js'
import { enter, found, reenter, said } from './enter.js'
import { formIn } from './form.js'
import { mediate } from './invite.js'
import { answerAt } from './iq.js'
import { inRoomTurn, leave } from './leave.js'
import { occupantAt, sayToAll, sayToOne } from './messages.js'
import { MUC, MUC_REQUEST, MUC_USER } from './names.js'
import { relay } from './relay.js'
import { rename } from './rename.js'
import type { Room } from './room.js'
import { requestVoice } from './voice.js'

/** What one occupant counts for when all are told something. */
const BYTES_OF_OCCUPANT = 16

/** The service of rooms of a host (XEP-0045). Only sessions of the server's own accounts use it. */
export const conference: Component = {
  name: `conference/text/${SERVICE_NAME}`,
  async receive(server, stanza) {
    const to = parseJid(stanza.attributes['to'] ?? '')
    const from = parseJid(stanza.attributes['from'] ?? '')
    if (!to || !from) throw new StanzaError('jid-malformed')
    const session = sessionAt(server.registry, bareOf(from), from.resource ?? '')
    if (!session) throw new StanzaError('service-unavailable', 'Only connected users can use rooms')
    if (to.local === undefined) return atService(server, session, stanza, to)
    const jid = bareOf(to)
    return inRoomTurn(server, jid, () => {
      const room = server.registry.rooms.all.get(jid)
      if (room && stanza.name !== 'iq') charge(server, session.stream, room.sessions.size * BYTES_OF_OCCUPANT)
      if (stanza.name === 'presence') return presence(server, room, session, stanza, to)
      return stanza.name === 'message'
        ? message(server, room, session, stanza, to)
        : query(server, room, session, stanza, to)
    })
  },
}

async function atService(server: Server, session: Session, stanza: Element, to: Jid): Promise<void> {
  if (stanza.name === 'iq') return answerAt(server, session, stanza, to)
  if (stanza.attributes['type'] !== 'error') throw new StanzaError('service-unavailable')
}

async function presence(server: Server, room: Room | undefined, session: Session, stanza: Element, to: Jid) {
  const { type } = stanza.attributes
  if (type === 'unavailable') return room && leave(server, room, session, stanza)
  if (type !== undefined) return
  const { resource: nick } = to
  if (nick === undefined) throw new StanzaError('jid-malformed', 'A nickname is needed')
  const given = stanza.attributes['to']!
  const entry = { session, nick, presence: stanza, changed: given.slice(given.indexOf('/') + 1) !== nick }
  if (!room) return void (await found(server, to.local!, to.domain, entry))
  const occupant = room.sessions.get(session)
  if (!occupant) return enter(server, room, entry)
  if (occupant.nick !== nick) return rename(server, room, occupant, entry)
  occupant.presence = said(room, occupant, stanza)
  occupant.session = session
  const request = child(stanza, 'x', MUC)
  return request ? reenter(room, session, occupant, request) : broadcastPresence(room, occupant)
}

async function message(server: Server, room: Room | undefined, session: Session, stanza: Element, to: Jid) {
  const { type } = stanza.attributes
  if (type === 'error') return
  if (!room) throw new StanzaError('item-not-found', 'This room does not exist')
  if (to.resource !== undefined) return sayToOne(room, session, stanza, to)
  if (type === 'groupchat') return sayToAll(server, room, session, stanza)
  const x = child(stanza, 'x', MUC_USER)
  if (x) return mediate(server, room, session, x)
  const fields = formIn(stanza, MUC_REQUEST)
  if (fields) return requestVoice(server, room, session, fields)
  occupantAt(room, session)
  throw new StanzaError('bad-request', 'A message to all must be of the type groupchat')
}

async function query(server: Server, room: Room | undefined, session: Session, stanza: Element, to: Jid) {
  if (to.resource === undefined) return answerAt(server, session, stanza, to, room)
  if (room) return relay(server, room, session, stanza, to)
  if (!['result', 'error'].includes(stanza.attributes['type'] ?? '')) throw new StanzaError('item-not-found')
}
