import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send } from '../session/sessions.js'
import { StanzaError } from '../stanza/error.js'
import { CLIENT, element } from '../xml/element.js'
import { form } from './form.js'
import { occupantAt } from './messages.js'
import { MUC_REQUEST } from './names.js'
import { giveRole } from './role.js'
import { type Occupant, on, type Room } from './room.js'

/** A visitor asks for voice, or a moderator gives it (XEP-0045 §7.13, §8.6). */
export async function requestVoice(
  server: Server,
  room: Room,
  session: Session,
  fields: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const sender = occupantAt(room, session)
  const allowed = fields.get('muc#request_allow')?.[0]
  if (sender.role === 'moderator' && allowed !== undefined) {
    const occupant = room.occupants.get(fields.get('muc#roomnick')?.[0] ?? '')
    const yes = allowed === 'true' || allowed === '1'
    if (yes && occupant?.role === 'visitor') await giveRole(server, room, occupant, 'participant')
    return
  }
  if (sender.role !== 'visitor') return
  if (!on(room, 'allow_voice_requests')) throw new StanzaError('forbidden', 'Voice requests are disabled in this room')
  const now = Date.now()
  const wait = Number(room.options.voice_request_min_interval) * 1000
  if (now - (room.voiceRequests.get(sender.account) ?? Number.NEGATIVE_INFINITY) < wait) {
    throw new StanzaError('resource-constraint', 'Please wait a while before you ask again')
  }
  for (const [account, at] of room.voiceRequests) if (now - at >= wait) room.voiceRequests.delete(account)
  room.voiceRequests.set(sender.account, now)
  askModerators(room, sender)
}

function askModerators(room: Room, { nick, session }: Occupant): void {
  const fields = [
    {
      var: 'muc#role',
      type: 'list-single',
      label: 'Requested role',
      values: ['participant'],
      choices: ['participant'],
    },
    { var: 'muc#jid', type: 'jid-single', label: 'JID', values: [session.jid] },
    { var: 'muc#roomnick', type: 'text-single', label: 'Nickname', values: [nick] },
    { var: 'muc#request_allow', type: 'boolean', label: 'Give voice to this person?', values: ['false'] },
  ]
  const asked = form('form', MUC_REQUEST, fields, 'Voice request')
  for (const [receiver, { role }] of room.sessions) {
    if (role !== 'moderator') continue
    send(receiver, element(CLIENT, 'message', { from: room.jid, to: receiver.jid }, [asked]))
  }
}
