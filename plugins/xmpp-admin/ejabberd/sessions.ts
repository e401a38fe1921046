import type { XmppBackend, XmppSession } from '../backend.js'
import { type BackendCommand, jidOf, servedHost } from './command.js'
import { HOST, integer, listOf, tupleOf, USER } from './shapes.js'

const ACCESS = { permission: 'sessions.read' }
const TAGS = ['session']
const OF_A_SESSION = [
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
const SESSION = tupleOf('session', 'jid', ...OF_A_SESSION)

/** Sessions (contracts/xmpp.md §3.6). */
export const SESSION_COMMANDS: readonly BackendCommand[] = [
  {
    access: ACCESS,
    reads: true,
    name: 'connected_users',
    description: 'List the full JIDs of all sessions',
    tags: TAGS,
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
    result: listOf('connected_users_info', SESSION),
    run: async (backend, _given, { node }) =>
      (await backend.sessions.list()).map(session => shownSession(session, node)),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'connected_users_number',
    description: 'Count all sessions',
    tags: ['session', 'statistics'],
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
      const sessions = await backend.sessions.list({ host: await servedHost(backend, host!) })
      return sessions.map(({ jid }) => jid)
    },
  },
  {
    access: ACCESS,
    reads: true,
    name: 'user_resources',
    description: 'List the resources that an account is connected with',
    tags: TAGS,
    arguments: [USER, HOST],
    result: listOf('resources', 'resource'),
    run: async (backend, { user, host }) => (await sessionsOf(backend, user!, host!)).map(({ resource }) => resource),
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
]

async function sessionsOf(backend: XmppBackend, user: string, host: string): Promise<readonly XmppSession[]> {
  await servedHost(backend, host)
  const jid = jidOf(user, host)
  return jid === undefined ? [] : backend.sessions.list({ jid })
}

function shownSession(session: XmppSession, node: string): object {
  return {
    jid: session.jid,
    connection: session.connection,
    ip: session.address,
    port: session.port,
    priority: session.priority,
    node,
    uptime: Math.floor((Date.now() - session.connectedAt.getTime()) / 1000),
    status: session.show,
    resource: session.resource,
    statustext: session.statusText,
  }
}
