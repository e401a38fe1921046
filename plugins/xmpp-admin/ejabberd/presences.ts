import { invalidArgument } from 'patchbay'
import type { XmppBackend, XmppSession } from '../backend.js'
import { checkText } from './checks.js'
import { type BackendCommand, knownSession, servedHost } from './command.js'
import { priorityOf, sessionsOf, sessionsOn } from './sessions.js'
import { binary, HOST, HOST_OR_SERVER, integer, listOf, RESCODE, tupleOf, USER } from './shapes.js'

const READ = { permission: 'sessions.read' }
const TAGS = ['session']
const STATISTICS = ['session', 'statistics']
const STATUS = binary('status')
const USERS = [
  [0, listOf('users', tupleOf('userstatus', 'user', 'host', 'resource', integer('priority'), 'status'))],
  [3, listOf('users', tupleOf('userstatus', 'jid', integer('priority'), 'status'))],
] as const
const TYPES = ['available', 'unavailable', 'subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe', 'error']
const SHOWS = ['', 'available', 'away', 'chat', 'dnd', 'xa']

/** Who shows which presence (contracts/xmpp.md §3.6). */
export const PRESENCE_COMMANDS: readonly BackendCommand[] = [
  {
    access: READ,
    reads: true,
    name: 'get_presence',
    description: 'Tell the presence of the session of an account that messages go to first',
    tags: TAGS,
    arguments: [USER, HOST_OR_SERVER],
    result: tupleOf('presence', 'jid', 'show', 'status'),
    async run(backend, { user, host }) {
      const sessions = [...(await sessionsOf(backend, user!, host!))].sort((a, b) => b.priority - a.priority)
      const first = sessions.find(({ show }) => show !== 'unavailable')
      if (first) return { jid: first.jid, show: first.show, status: first.statusText }
      return { jid: user === '' ? host! : `${user}@${host}`, show: 'unavailable', status: '' }
    },
  },
  {
    access: { permission: 'sessions.write' },
    name: 'set_presence',
    description: 'Send a presence in the name of a session',
    tags: TAGS,
    arguments: [
      ...[USER, HOST, binary('resource'), binary('type'), binary('show'), STATUS],
      binary('priority', { until: 0 }),
      { ...integer('priority'), since: 1 },
    ],
    result: RESCODE,
    async run(backend, given) {
      const { type, show, status } = given
      await servedHost(backend, given['host']!)
      const session = await knownSession(backend, given)
      // As the original: no type means available.
      if (type !== '' && !TYPES.includes(type!)) throw invalidArgument('type', `one of ${TYPES.join(', ')}`)
      if (!SHOWS.includes(show!)) throw invalidArgument('show', `one of ${SHOWS.slice(1).join(', ')}`)
      const priority = numberIn(given['priority'])
      if (session === undefined) return false
      const presence = {
        type: type || 'available',
        show: show === 'available' ? '' : show!,
        status: checkText('status', status!),
      }
      return (await backend.sessions.setPresence(session, { ...presence, priority })) === 'sent'
    },
  },
  {
    access: READ,
    reads: true,
    name: 'status_list',
    description: 'List the sessions that show this status; "all" lists every one',
    tags: TAGS,
    arguments: [STATUS],
    result: USERS,
    run: async (backend, { status }) => showing(await backend.sessions.list(), status!).map(shown),
  },
  {
    access: READ,
    reads: true,
    name: 'status_list_host',
    description: 'List the sessions of a host that show this status; "all" lists every one',
    tags: TAGS,
    arguments: [HOST, STATUS],
    result: USERS,
    run: async (backend, { host, status }) => showing(await onHost(backend, host!), status!).map(shown),
  },
  {
    access: READ,
    reads: true,
    name: 'status_num',
    description: 'Count the sessions that show this status; "all" counts every one',
    tags: STATISTICS,
    policy: 'admin',
    arguments: [STATUS],
    result: integer('users'),
    run: async (backend, { status }) => showing(await backend.sessions.list(), status!).length,
  },
  {
    access: READ,
    reads: true,
    name: 'status_num_host',
    description: 'Count the sessions of a host that show this status; "all" counts every one',
    tags: STATISTICS,
    policy: 'admin',
    arguments: [HOST, STATUS],
    result: integer('users'),
    run: async (backend, { host, status }) => showing(await onHost(backend, host!), status!).length,
  },
]

/** `all` is every host, as in the original. */
function onHost(backend: XmppBackend, host: string): Promise<readonly XmppSession[]> {
  return host === 'all' ? backend.sessions.list() : sessionsOn(backend, host)
}

function showing(sessions: readonly XmppSession[], status: string): readonly XmppSession[] {
  return status === 'all' ? sessions : sessions.filter(({ show }) => show === status)
}

function shown(session: XmppSession): object {
  const { jid, resource, statusText: status } = session
  const [user = '', host = ''] = jid.slice(0, -resource.length - 1).split('@')
  return { jid, user, host, resource, priority: priorityOf(session), status }
}

/** From -128 to 127 (RFC 6121 §4.7.2.3). */
function numberIn(given: unknown): number {
  const priority = typeof given === 'string' && /^-?\d{1,3}$/.test(given) ? Number(given) : given
  if (typeof priority === 'number' && priority >= -128 && priority <= 127) return priority
  throw invalidArgument('priority', 'a whole number from -128 to 127')
}
