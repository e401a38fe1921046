import type { XmppBackend, XmppSession } from '../backend.js'
import { type BackendCommand, HOST, jidOf, LIST, servedHost, USER } from './command.js'

const ACCESS = { permission: 'sessions.read' }
const TAGS = ['session']

/** Sessions (contracts/xmpp.md §3.6). */
export const SESSION_COMMANDS: readonly BackendCommand[] = [
  {
    access: ACCESS,
    reads: true,
    name: 'connected_users',
    description: 'List the full JIDs of all sessions',
    tags: TAGS,
    arguments: [],
    result: LIST,
    run: async backend => (await backend.sessions.list()).map(({ jid }) => jid),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'connected_users_info',
    description: 'List all sessions with their connection and presence',
    tags: TAGS,
    arguments: [],
    result: LIST,
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
    result: { type: 'integer', name: 'num_sessions' },
    run: backend => backend.sessions.count(),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'connected_users_vhost',
    description: 'List the full JIDs of the sessions of a host',
    tags: TAGS,
    arguments: [HOST],
    result: LIST,
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
    result: LIST,
    run: async (backend, { user, host }) => (await sessionsOf(backend, user!, host!)).map(({ resource }) => resource),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'num_resources',
    description: 'Count the resources that an account is connected with',
    tags: TAGS,
    arguments: [USER, HOST],
    result: { type: 'integer', name: 'resources' },
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
