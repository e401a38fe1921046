import { checkText } from './checks.js'
import { type BackendCommand, knownJid, knownSession } from './command.js'
import { binary, HOST, integer, RESCODE, RESTUPLE, USER } from './shapes.js'

const ACCESS = { permission: 'sessions.write' }
const TAGS = ['session']

/** Ending sessions (contracts/xmpp.md §3.6), with the stream errors that ejabberd 23.01 ends them with. */
export const KICK_COMMANDS: readonly BackendCommand[] = [
  {
    access: ACCESS,
    name: 'kick_session',
    description: 'End a session; says the same when there is none',
    tags: TAGS,
    arguments: [USER, HOST, binary('resource'), binary('reason')],
    result: RESCODE,
    async run(backend, given) {
      const text = checkText('reason', given['reason']!)
      const session = await knownSession(backend, given)
      if (session !== undefined) await backend.sessions.end(session, { condition: 'conflict', ...(text && { text }) })
      return true
    },
  },
  {
    access: ACCESS,
    name: 'kick_user',
    description: 'End all sessions of an account',
    tags: TAGS,
    arguments: [USER, HOST],
    result: [
      [0, integer('num_resources')],
      [2, RESTUPLE],
    ],
    async run(backend, { user, host }, { version }) {
      const jid = await knownJid(backend, user!, host!)
      const why = { condition: 'policy-violation', text: 'has been kicked' }
      const kicked = jid === undefined ? 0 : await backend.sessions.end(jid, why)
      return version < 2 ? kicked : `Kicked sessions: ${kicked}`
    },
  },
]
