import { addressOf, type HermesCall, type HermesReply, type PluginContext } from 'patchbay'
import type { Operators } from '../operators/operators.js'
import type { Login } from '../proof.js'
import { type HermesKeys, ownerOf } from './keys.js'
import { failed, invalid } from './reply.js'
import type { SessionOwner, Sessions } from './sessions.js'

const OPEN = { public: true } as const
/** One text for every reason, so that nobody learns which part was wrong. */
const UNAUTHORIZED = failed('unauthorized', 'the username and password, or the API key, are not valid here')
const EXPIRED = failed('unauthorized', 'a valid session, its cookie and its auth_key are needed')

export interface LoginParts {
  readonly operators: Operators
  readonly keys: HermesKeys
  readonly sessions: Sessions
  readonly login: Login
}

type KernelContext = HermesCall['ctx']

/** `auth/login`, `auth/ping`, `auth/logout` (contracts/hermes.md §1.3, §1.4). */
export function contributeLogin(ctx: PluginContext<unknown>, { operators, keys, sessions, login }: LoginParts): void {
  const byKey = (key: string, address: string): SessionOwner | undefined => {
    const found = keys.verify(key, address)
    return found && { owner: ownerOf(found.id), name: found.id, level: found.level, keyId: found.id }
  }

  const byPassword = async (name: string, password: string, address: string): Promise<SessionOwner | undefined> => {
    const identity = await login('hermes', address, name, password)
    // As it is now: the tags may have changed while the password was being checked.
    const operator = identity?.kind === 'operator' ? operators.identity(identity.name) : undefined
    if (operator?.level === undefined) return undefined
    return { owner: `operator:${operator.name}`, name: operator.name, level: operator.level, keyId: undefined }
  }

  ctx.command(
    'hermes',
    { access: OPEN, node: 'auth/login', level: 'none', reads: true },
    async ({ parameters, mount, ctx: request }): Promise<HermesReply> => {
      const { username, password, api_key: key } = parameters
      const address = addressOf(request)
      if (!key && (!username || password === undefined))
        return invalid('username and password, or api_key, are missing')
      const by = key ? byKey(key.trim(), address) : await byPassword(username!, password!, address)
      if (!by) {
        request.refusal = { as: key ? 'an API key' : username!, why: 'credentials' }
        return UNAUTHORIZED
      }
      const { session, cookie, authKey } = sessions.open(by)
      request.identity = { kind: 'session', name: by.name, level: by.level }
      request.change = { command: 'auth/login', arguments: key ? { with: 'api key' } : { username } }
      setCookie(request, session, cookie, mount, sessions.left(session))
      return { session, auth_key: authKey }
    },
  )

  ctx.command(
    'hermes',
    { access: { permission: 'sessions.use' }, node: 'auth/ping', level: 'limited_read' },
    ({ parameters: { session = '', auth_key: authKey = '' }, mount, ctx: request }): HermesReply => {
      const cookie = cookieOf(request, session)
      // Of two that come with one auth_key, only the first gets a new one.
      const next = sessions.renew(session, cookie, authKey)
      if (next === undefined) return EXPIRED
      setCookie(request, session, cookie, mount, sessions.left(session))
      return { response: 'pong', auth_key: next }
    },
  )

  ctx.command(
    'hermes',
    { access: OPEN, node: 'auth/logout', level: 'none', required: ['session'], reads: true },
    ({ parameters: { session = '' }, mount, ctx: request }): HermesReply => {
      // Without its cookie anybody who knows the name could log others out.
      if (!sessions.close(session, cookieOf(request, session))) return failed('nonexistant', 'there is no such session')
      request.change = { command: 'auth/logout', arguments: { session } }
      setCookie(request, session, '', mount, 0)
      return {}
    },
  )
}

function setCookie(ctx: KernelContext, name: string, value: string, path: string, seconds: number): void {
  const secure = ctx.carrier.tls ? '; Secure' : ''
  ctx.append('Set-Cookie', `${name}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`)
}

/** The value of the first cookie of this name, as the face reads it. */
function cookieOf(ctx: KernelContext, name: string): string {
  for (const pair of (ctx.req.headers.cookie ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return ''
}
