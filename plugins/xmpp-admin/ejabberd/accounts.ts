import { EjabberdError } from 'patchbay'
import type { LastActivity, XmppBackend } from '../backend.js'
import { type BackendCommand, jidOf, servedHost, unknownHost } from './command.js'
import { binary, HOST, HOST_OR_SERVER, integer, listOf, RESCODE, RESTUPLE, tupleOf, USER } from './shapes.js'

const READ = { permission: 'accounts.read' }
const WRITE = { permission: 'accounts.write' }
const TAGS = ['accounts']

/** Accounts (contracts/xmpp.md §3.6). */
export const ACCOUNT_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'register',
    description: 'Make an account with a password',
    tags: TAGS,
    arguments: [USER, HOST, binary('password')],
    result: RESTUPLE,
    run: (backend, { user, host, password }, { node }) => register(backend, user!, host!, password!, node),
  },
  {
    access: WRITE,
    name: 'unregister',
    description: 'Remove an account with all that belongs to it; says nothing when there is none',
    tags: TAGS,
    arguments: [USER, HOST],
    result: RESTUPLE,
    async run(backend, { user, host }) {
      await servedHost(backend, host!)
      const jid = jidOf(user!, host!)
      if (jid !== undefined) await backend.accounts.unregister(jid)
      return ''
    },
  },
  {
    access: READ,
    reads: true,
    name: 'registered_users',
    description: 'List the user names of all accounts of a host',
    tags: TAGS,
    arguments: [HOST],
    steady: true,
    result: listOf('users', 'username'),
    async run(backend, { host }) {
      const names = await backend.accounts.names(await servedHost(backend, host!))
      if (!names) throw unknownHost()
      return names
    },
  },
  {
    access: READ,
    reads: true,
    name: 'check_account',
    description: 'Tell whether an account exists',
    tags: TAGS,
    arguments: [USER, HOST],
    result: RESCODE,
    run(backend, { user, host }) {
      const jid = jidOf(user!, host!)
      return jid !== undefined && backend.accounts.exists(jid)
    },
  },
  {
    access: { permission: 'passwords.check' },
    reads: true,
    name: 'check_password',
    description: 'Tell whether a password is that of an account',
    tags: TAGS,
    arguments: [USER, HOST, binary('password')],
    result: RESCODE,
    run(backend, { user, host, password }) {
      const jid = jidOf(user!, host!)
      return jid !== undefined && backend.accounts.checkPassword(jid, password!)
    },
  },
  {
    access: WRITE,
    name: 'change_password',
    description: 'Give an account another password',
    tags: TAGS,
    arguments: [USER, HOST, binary('newpass')],
    result: RESCODE,
    async run(backend, { user, host, newpass }) {
      const jid = jidOf(user!, host!)
      const outcome = jid === undefined ? 'unknown_account' : await backend.accounts.setPassword(jid, newpass!)
      if (outcome === 'unknown_account') throw new EjabberdError(404, 'unknown_user')
      if (outcome === 'invalid_password') throw new EjabberdError(400, outcome)
      return true
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_last',
    description: 'Tell when an account was last used',
    tags: ['last'],
    arguments: [USER, HOST],
    result: tupleOf('last_activity', 'timestamp', 'status'),
    async run(backend, { user, host }) {
      await servedHost(backend, host!)
      const jid = jidOf(user!, host!)
      return shownActivity(jid === undefined ? undefined : await backend.accounts.lastActivity(jid))
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_offline_count',
    description: 'Count the messages that wait for an account',
    tags: ['offline'],
    arguments: [USER, HOST_OR_SERVER],
    result: integer('value'),
    async run(backend, { user, host }) {
      await servedHost(backend, host!)
      const jid = jidOf(user!, host!)
      return jid === undefined ? 0 : backend.messages.offline.count(jid)
    },
  },
]

async function register(
  backend: XmppBackend,
  user: string,
  host: string,
  password: string,
  node: string,
): Promise<string> {
  const failed = (why: string) => new EjabberdError(500, why, 10001)
  const refused = (why: string) => failed(`Can't register user ${user}@${host} at node ${node}: ${why}`)
  const badPassword = () => refused('The password contains unacceptable characters')
  await servedHost(backend, host).catch(thrown => {
    throw thrown instanceof EjabberdError ? failed(thrown.message) : thrown
  })
  if (password === '') throw badPassword()
  const jid = jidOf(user, host)
  if (jid === undefined) throw refused('Malformed username')
  const outcome = await backend.accounts.register(jid, password)
  switch (outcome) {
    case 'registered':
      return `User ${user}@${host} successfully registered`
    case 'exists':
      throw new EjabberdError(409, `User ${user}@${host} already registered`, 10090)
    case 'invalid_password':
      throw badPassword()
    case 'unknown_host':
      throw failed('Unknown virtual host')
  }
}

/** Of the moment, the original shows microseconds; of a stored time, seconds. */
function shownActivity(last: LastActivity | undefined): { timestamp: string; status: string } {
  const now = () => new Date().toISOString().replace('Z', '000Z')
  if (!last) return { timestamp: now(), status: 'NOT FOUND' }
  if (last.state === 'online') return { timestamp: now(), status: 'ONLINE' }
  const status = last.state === 'never' ? "Registered but didn't login" : last.status
  return { timestamp: last.at.toISOString().replace(/\.\d+Z$/, 'Z'), status }
}
