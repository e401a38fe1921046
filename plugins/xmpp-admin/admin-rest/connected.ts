import { setImmediate } from 'node:timers/promises'
import type { AdminRestReply } from 'patchbay'
import type { XmppBackend, XmppSession } from '../backend.js'
import { INVALID_USER, listed, namedIn, type RestCommand } from './command.js'

const ACCESS = { permission: 'sessions.read' }
/** How many sessions one turn of the event loop puts into an answer. */
const BLOCK = 1000

/** Who is connected (contracts/xmpp.md §2.3). */
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
      const users = await shownIn(await backend.sessions.list({ host }))
      return { result: { count: users.length, users: listed(users) } }
    },
  },
]

export async function connected(backend: XmppBackend, jid: string): Promise<AdminRestReply> {
  const found = (await backend.sessions.count({ jid })) > 0
  return { status: found ? 200 : 404, result: { connected: found } }
}

async function shownIn(sessions: readonly XmppSession[]): Promise<object[]> {
  const users: object[] = []
  for (const { jid, resource } of sessions) {
    users.push({ username: jid.slice(0, jid.indexOf('@')), resource })
    if (users.length % BLOCK === 0) await setImmediate()
  }
  return users
}
