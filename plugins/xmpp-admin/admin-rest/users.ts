import { randomBytes } from 'node:crypto'
import { ADMIN_REST_REFUSALS, AdminRestError, type AdminRestReply } from 'patchbay'
import type { XmppBackend, XmppSession } from '../backend.js'
import { field } from './body.js'
import { accountIn, INVALID_USER, listed, namedIn, type RestCall, type RestCommand } from './command.js'
import { connected } from './connected.js'
import { itemsOf } from './rosters.js'

const READ = { permission: 'accounts.read' }
const WRITE = { permission: 'accounts.write' }
/** Whoever administers one host cannot make an administrator of all of them. */
const USER = { route: 'user', addressed: 'account' } as const

/** `user/U` (contracts/xmpp.md §2.3). */
export const USER_COMMANDS: readonly RestCommand[] = [
  { ...USER, method: 'GET', access: READ, run: show },
  { ...USER, method: 'POST', access: WRITE, run: register },
  { ...USER, method: 'DELETE', access: WRITE, run: unregister },
  { ...USER, method: 'PATCH', access: WRITE, run: change },
]

async function show(backend: XmppBackend, call: RestCall): Promise<AdminRestReply> {
  const { jid: named } = namedIn(call)
  const sessions = named === undefined ? [] : await backend.sessions.list({ jid: named })
  // Whoever is online has an account.
  const jid = sessions.length > 0 ? named! : await accountIn(backend, call)
  if (call.attribute === 'connected') return connected(backend, jid)
  // Everybody else's clients have never seen any but an empty one.
  const wanted = call.ctx.querystring !== '' && call.ctx.query['roster'] === '1'
  const roster = wanted ? itemsOf(await backend.rosters.get(jid)) : []
  return {
    result: {
      user: { connected: sessions.length > 0, sessions: listed(sessions.map(shown)), roster: listed(roster) },
    },
  }
}

function shown({ resource, secure, id, address, port }: XmppSession): object {
  return { resource, secure, id, ip: address, port }
}

async function register(backend: XmppBackend, call: RestCall): Promise<AdminRestReply> {
  const { jid, shown: name } = namedIn(call)
  if (jid === undefined) return call.profile === 'original' ? ADMIN_REST_REFUSALS.path : INVALID_USER
  const password = passwordIn(call)
  const existing = { status: 409, result: `User already exists: ${name}` }
  switch (await backend.accounts.register(jid, password)) {
    case 'registered':
      return { status: 201, result: `User registered: ${name}` }
    case 'unknown_host':
      return ADMIN_REST_REFUSALS.host
    case 'invalid_password':
      return ADMIN_REST_REFUSALS.internal
    case 'exists':
      if (call.profile === 'original') return existing
  }
  switch (await backend.accounts.setPassword(jid, password)) {
    case 'changed':
      return { result: `User <${name}> already existed, password updated` }
    case 'unknown_account':
      // The name is an operator's.
      return existing
    case 'invalid_password':
      return ADMIN_REST_REFUSALS.internal
  }
}

async function unregister(backend: XmppBackend, call: RestCall): Promise<AdminRestReply> {
  const { jid, shown: name } = namedIn(call)
  const outcome = jid === undefined ? 'unknown_account' : await backend.accounts.unregister(jid)
  if (outcome === 'unregistered') return { result: `User deleted: ${name}` }
  return { status: call.profile === 'original' ? 404 : 200, result: `User does not exist: ${name}` }
}

async function change(backend: XmppBackend, call: RestCall): Promise<AdminRestReply> {
  const { attribute, body, profile, identity } = call
  const { shown: name } = namedIn(call)
  if (attribute === undefined) return ADMIN_REST_REFUSALS.path
  const jid = await accountIn(backend, call)
  const modified = { result: `User modified: ${name}` }
  if (attribute === 'password') {
    const outcome = await backend.accounts.setPassword(jid, passwordIn(call))
    return outcome === 'changed'
      ? modified
      : outcome === 'invalid_password'
        ? ADMIN_REST_REFUSALS.internal
        : INVALID_USER
  }
  // The original knows no roles, and says so of nothing that it does not know.
  if (profile === 'original') return modified
  if (attribute !== 'role') return ADMIN_REST_REFUSALS.path
  const role = field(body, 'role')
  if (typeof role !== 'string') return ADMIN_REST_REFUSALS.body
  if (role === 'prosody:operator' && identity?.role === 'prosody:admin') return ADMIN_REST_REFUSALS.rights
  const outcome = await backend.accounts.setRole(jid, role)
  return outcome === 'changed' ? modified : outcome === 'unknown_role' ? ADMIN_REST_REFUSALS.body : INVALID_USER
}

/** XMPP has no empty passwords (RFC 4616 §2): whoever gets one cannot log in before there is another. */
function passwordIn({ body }: RestCall): string {
  const password = field(body, 'password')
  if (password === undefined || password === false) throw new AdminRestError(ADMIN_REST_REFUSALS.body)
  if (typeof password !== 'string') throw new AdminRestError(ADMIN_REST_REFUSALS.internal)
  return password === '' ? randomBytes(32).toString('base64url') : password
}
