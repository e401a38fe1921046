import type { XmppBackend, XmppSession } from '../backend.js'
import { internalError } from './checks.js'
import { type BackendCommand, knownHost, knownJid } from './command.js'
import { HOST, integer, listOf, text, tupleOf, USER } from './shapes.js'

const ACCESS = { permission: 'sessions.read' }
const TAGS = ['session']
const FIELDS = [
  'connection',
  'ip',
  integer('port'),
  integer('priority'),
  'node',
  integer('uptime'),
  'status',
  'resource',
  'statustext',
]

/** Sessions (contracts/xmpp.md §3.6). */
export const SESSION_COMMANDS: readonly BackendCommand[] = [
  {
    access: ACCESS,
    reads: true,
    name: 'connected_users',
    description: 'List the full JIDs of all sessions',
    tags: TAGS,
    policy: 'admin',
    arguments: [],
    result: listOf('connected_users', 'sessions'),
    run: async backend => (await backend.sessions.list()).map(({ jid }) => jid),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'connected_users_info',
    description: 'List all sessions with their connection and presence',
    tags: TAGS,
    arguments: [],
    result: listOf('connected_users_info', tupleOf('session', 'jid', ...FIELDS)),
    run: async (backend, _given, { node }) => (await backend.sessions.list()).map(each => shown(each, node)),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'connected_users_number',
    description: 'Count all sessions',
    tags: ['session', 'statistics'],
    policy: 'admin',
    arguments: [],
    result: integer('num_sessions'),
    run: backend => backend.sessions.count(),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'connected_users_vhost',
    description: 'List the full JIDs of the sessions of a host',
    tags: TAGS,
    arguments: [HOST],
    result: listOf('connected_users_vhost', 'sessions'),
    async run(backend, { host }) {
      const sessions = await sessionsOn(backend, host!)
      return sessions.map(({ jid }) => jid)
    },
  },
  {
    access: ACCESS,
    reads: true,
    name: 'user_resources',
    description: 'List the resources that an account is connected with',
    tags: TAGS,
    policy: 'admin',
    arguments: [USER, HOST],
    result: listOf('resources', 'resource'),
    run: async (backend, { user, host }) => (await sessionsOf(backend, user!, host!)).map(({ resource }) => resource),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'user_sessions_info',
    description: 'List the sessions of an account with their connection and presence',
    tags: TAGS,
    arguments: [USER, HOST],
    result: listOf('sessions_info', tupleOf('session', ...FIELDS)),
    run: async (backend, { user, host }, { node }) =>
      (await sessionsOf(backend, user!, host!)).map(each => shown(each, node)),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'num_resources',
    description: 'Count the resources that an account is connected with',
    tags: TAGS,
    arguments: [USER, HOST],
    result: integer('resources'),
    run: async (backend, { user, host }) => (await sessionsOf(backend, user!, host!)).length,
  },
  {
    access: ACCESS,
    reads: true,
    name: 'resource_num',
    description: 'Tell the resource with this number, counted from 1, that an account is connected with',
    tags: TAGS,
    arguments: [USER, HOST, integer('num')],
    result: text('resource'),
    async run(backend, { user, host, num }) {
      const session = (await sessionsOf(backend, user!, host!))[Number(num) - 1]
      if (!session) throw internalError()
      return session.resource
    },
  },
]

export async function sessionsOf(backend: XmppBackend, user: string, host: string): Promise<readonly XmppSession[]> {
  const jid = await knownJid(backend, user, host)
  return jid === undefined ? [] : backend.sessions.list({ jid })
}

export async function sessionsOn(backend: XmppBackend, given: string): Promise<readonly XmppSession[]> {
  const host = await knownHost(backend, given)
  return host === undefined ? [] : backend.sessions.list({ host })
}

/** Of a session that is not available, the original tells -1: no message goes there. */
export function priorityOf({ show, priority }: XmppSession): number {
  return show === 'unavailable' ? -1 : priority
}

function shown(session: XmppSession, node: string): object {
  return {
    jid: session.jid,
    connection: session.connection,
    ip: session.address,
    port: session.port,
    priority: priorityOf(session),
    node,
    uptime: Math.floor((Date.now() - session.connectedAt.getTime()) / 1000),
    status: session.show,
    resource: session.resource,
    statustext: session.statusText,
  }
}
