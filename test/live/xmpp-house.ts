import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { PASSWORD, QUIET, type Running, start, stop, temporaryFolder } from '../fixtures/process.js'
import { freePort } from '../support/free-port.js'
import { type Login, until } from './xmpp-programs.js'

const HOST = 'localhost'

/** Patchbay in a process of its own, started as a user would, and asked as an administrator's scripts do. */
export interface XmppHouse {
  /** Of XMPP clients. */
  port: number
  running: Running
  /** Makes an account; who logs in with it has a home of its own. */
  account(user: string): Promise<Login>
  /** A command of the ejabberd face; resolves to its result. */
  command(name: string, given?: object): Promise<unknown>
  /** A request to admin_rest; resolves to its status and result. */
  rest(method: string, path: string, body?: object): Promise<{ status: number; result: unknown }>
  /** Until so many sessions of an account are there. */
  connected(user: string, sessions?: number): Promise<void>
}

export async function withXmppHouse(t: ExecutionContext, act: (house: XmppHouse) => Promise<void>): Promise<void> {
  // Real clients start slowly on a busy machine.
  t.timeout(120_000)
  const folder = temporaryFolder()
  const port = await freePort()
  const plugins = { ...QUIET.plugins, 'xmpp-server': { port, tls_port: 0 } }
  const running = await start(folder.path, { ...QUIET, plugins })
  const headers = { Authorization: `Basic ${Buffer.from(`admin@${HOST}:${PASSWORD}`).toString('base64')}` }
  const house: XmppHouse = {
    port,
    running,
    async account(user) {
      await house.command('register', { user, host: HOST, password: `${user}-secret` })
      return { port, user, password: `${user}-secret`, home: join(folder.path, `home-${user}`) }
    },
    async command(name, given = {}) {
      const answer = await running.fetch(`/api/${name}`, { method: 'POST', headers, body: JSON.stringify(given) })
      const result = await answer.json()
      if (!answer.ok) throw new Error(`${name}: ${answer.status} ${JSON.stringify(result)}`)
      return result
    },
    async rest(method, path, body) {
      const init = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await running.fetch(`/admin_rest/${path}`, { method, headers, ...init })
      const { result } = (await answer.json()) as { result: unknown }
      return { status: answer.status, result }
    },
    async connected(user, sessions = 1) {
      let found: unknown[] = []
      await until(
        async () => {
          found = (await house.command('user_resources', { user, host: HOST })) as unknown[]
          return found.length === sessions
        },
        () => `${user} should have ${sessions} sessions and has ${JSON.stringify(found)}`,
      )
    },
  }
  try {
    await act(house)
    const errors = running.lines.filter(({ level }) => level === 'error').map(({ message }) => message)
    t.deepEqual(errors, [])
  } finally {
    await stop(running)
    folder.remove()
  }
}
