import { EjabberdError, formatJid, parseJid } from 'patchbay'
import { isXmlText } from '../xml-text.js'
import { checkText } from './checks.js'
import { type BackendCommand, knownSession } from './command.js'
import { binary, HOST, RESCODE, USER } from './shapes.js'
import { stanzaFault } from './stanza-fault.js'

const ACCESS = { permission: 'messages.send' }
const TAGS = ['stanza']
const FROM_TO = [binary('from'), binary('to')]
const TYPES = ['chat', 'error', 'groupchat', 'headline', 'normal']

/** Sending stanzas (contracts/xmpp.md §3.6). */
export const MESSAGE_COMMANDS: readonly BackendCommand[] = [
  {
    access: ACCESS,
    name: 'send_message',
    description: 'Send a message to an account, one of its sessions, or a room; says the same where nobody takes it',
    tags: TAGS,
    arguments: [binary('type'), ...FROM_TO, binary('subject'), binary('body')],
    result: RESCODE,
    async run(backend, { type, from: sender, to: receiver, subject, body }) {
      const from = addressOf(sender!) ?? badAttribute('from')
      const to = addressOf(receiver!) ?? badAttribute('to')
      await backend.messages.send({
        ...{ from, to },
        // As the original: what is no type is none, which means normal.
        type: TYPES.includes(type!) ? type! : 'normal',
        ...(subject !== '' && { subject: checkText('subject', subject!) }),
        body: checkText('body', body!),
      })
      return true
    },
  },
  {
    access: ACCESS,
    name: 'send_stanza',
    description: 'Send a stanza as it is written, from and to anybody',
    tags: TAGS,
    arguments: [...FROM_TO, binary('stanza')],
    result: RESCODE,
    async run(backend, { from: sender, to: receiver, stanza }) {
      const from = addressOf(sender!) ?? malformed()
      const to = addressOf(receiver!) ?? malformed()
      if (!isXmlText(stanza!) || (await backend.messages.route(from, to, stanza!)) === 'invalid_xml') {
        throw notXml(stanza!)
      }
      return true
    },
  },
  {
    access: ACCESS,
    name: 'send_stanza_c2s',
    description: 'Handle a stanza as if the client of a session had sent it',
    tags: TAGS,
    arguments: [USER, HOST, binary('resource'), binary('stanza')],
    result: RESCODE,
    async run(backend, given) {
      const stanza = given['stanza']!
      const session = await knownSession(backend, given)
      if (!isXmlText(stanza)) throw notXml(stanza)
      const outcome = session === undefined ? 'unknown_session' : await backend.sessions.receive(session, stanza)
      if (outcome === 'invalid_xml') throw notXml(stanza)
      if (outcome !== 'received') throw new EjabberdError(400, 'no_session')
      return true
    },
  },
]

/** As it is routed: a bare or a full JID, or a domain. */
function addressOf(given: string): string | undefined {
  const jid = parseJid(given)
  return jid && formatJid(jid)
}

function badAttribute(name: string): never {
  throw new EjabberdError(
    400,
    `Bad value of attribute '${name}' in tag <message/> qualified by namespace 'jabber:client'`,
  )
}

function malformed(): never {
  throw new EjabberdError(400, 'JID malformed')
}

function notXml(stanza: string): EjabberdError {
  return new EjabberdError(400, stanzaFault(stanza))
}
