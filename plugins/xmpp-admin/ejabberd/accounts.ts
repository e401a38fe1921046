import { EjabberdError } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { type BackendCommand, jidOf, servedHost, servedJid, unknownHost } from './command.js'
import { register } from './register.js'
import { binary, HOST, listOf, RESCODE, RESTUPLE, USER } from './shapes.js'

const READ = { permission: 'accounts.read' }
const WRITE = { permission: 'accounts.write' }
const CHECK = { permission: 'passwords.check' }
const TAGS = ['accounts']

/** Accounts and their passwords (contracts/xmpp.md §3.6). */
export const ACCOUNT_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'register',
    description: 'Make an account with a password',
    tags: TAGS,
    policy: 'admin',
    arguments: [USER, HOST, binary('password')],
    result: RESTUPLE,
    run: (backend, { user, host, password }, { node }) => register(backend, user!, host!, password!, node),
  },
  {
    access: WRITE,
    name: 'unregister',
    description: 'Remove an account with all that belongs to it; says nothing when there is none',
    tags: TAGS,
    policy: 'admin',
    arguments: [USER, HOST],
    result: RESTUPLE,
    async run(backend, { user, host }) {
      const jid = await servedJid(backend, user!, host!)
      if (jid !== undefined) await backend.accounts.unregister(jid)
      return ''
    },
  },
  {
    access: READ,
    reads: true,
    steady: true,
    name: 'registered_users',
    description: 'List the user names of all accounts of a host',
    tags: TAGS,
    arguments: [HOST],
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
    access: CHECK,
    reads: true,
    name: 'check_password',
    description: 'Tell whether a password is that of an account',
    details: 'While the account is banned no password is.',
    tags: TAGS,
    arguments: [USER, HOST, binary('password')],
    result: RESCODE,
    run: (backend, { user, host, password }) => opens(backend, jidOf(user!, host!), password!),
  },
  {
    access: CHECK,
    reads: true,
    name: 'check_password_hash',
    description: 'Tell whether a hash is that of the password of an account',
    details: 'Passwords are kept as SCRAM keys only, from which no other hash can be told: it is refused.',
    tags: TAGS,
    arguments: [USER, HOST, binary('passwordhash'), binary('hashmethod')],
    result: RESCODE,
    async run(backend, { user, host }) {
      const jid = jidOf(user!, host!)
      if (jid === undefined || !(await backend.accounts.exists(jid))) return false
      throw new EjabberdError(400, 'passwords_scrammed_command_cannot_work')
    },
  },
  {
    access: WRITE,
    name: 'change_password',
    description: 'Give an account another password',
    tags: TAGS,
    arguments: [USER, HOST, binary('newpass')],
    result: RESCODE,
    details: 'Before version 2, which has unban_account, it also ends a ban.',
    async run(backend, { user, host, newpass }, { version }) {
      const jid = jidOf(user!, host!)
      const outcome = jid === undefined ? 'unknown_account' : await backend.accounts.setPassword(jid, newpass!)
      if (outcome === 'unknown_account') throw new EjabberdError(404, 'unknown_user')
      if (outcome === 'invalid_password') throw new EjabberdError(400, outcome)
      // There a ban was a password that nobody knew, and this was how it ended.
      if (version < 2) await backend.accounts.unban(jid!)
      return true
    },
  },
]

async function opens(backend: XmppBackend, jid: string | undefined, password: string): Promise<boolean> {
  if (jid === undefined || (await backend.accounts.banOf(jid))) return false
  return backend.accounts.checkPassword(jid, password)
}
