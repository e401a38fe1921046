import { setImmediate } from 'node:timers/promises'
import type { AdminRestReply } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { INVALID_USER, listed, namedIn, type RestCommand } from './command.js'

const ACCESS = { permission: 'sessions.read' }
/** How many entries one turn of the event loop puts into an answer. */
const BLOCK = 1000

/** Who is connected, and who could be (contracts/xmpp.md §2.3). */
export const CONNECTED_COMMANDS: readonly RestCommand[] = [
  {
    route: 'user_connected',
    method: 'GET',
    access: ACCESS,
    addressed: 'account',
    run(backend, call) {
      const { jid } = namedIn(call)
      return jid === undefined ? INVALID_USER : connected(backend, jid)
    },
  },
  {
    route: 'users',
    method: 'GET',
    access: ACCESS,
    addressed: 'host',
    async run(backend, { resource, host }) {
      if (resource === 'count') return { result: { count: await backend.sessions.countUsers(host) } }
      const sessions = await backend.sessions.list({ host })
      return counted(sessions, ({ jid, resource }) => ({ username: jid.slice(0, jid.indexOf('@')), resource }))
    },
  },
  {
    route: 'all-users',
    method: 'GET',
    access: { permission: 'accounts.read' },
    addressed: 'host',
    profile: 'fork',
    async run(backend, { host }) {
      return counted((await backend.accounts.names(host)) ?? [], username => ({ username }))
    },
  },
]

export async function connected(backend: XmppBackend, jid: string): Promise<AdminRestReply> {
  const found = (await backend.sessions.count({ jid })) > 0
  return { status: found ? 200 : 404, result: { connected: found } }
}

async function counted<T>(all: readonly T[], shown: (one: T) => object): Promise<AdminRestReply> {
  const users: object[] = []
  for (const one of all) {
    users.push(shown(one))
    if (users.length % BLOCK === 0) await setImmediate()
  }
  return { result: { count: users.length, users: listed(users) } }
}
