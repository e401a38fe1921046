import { KernelError, withoutStack } from '../errors.js'
import type { Attempt, Call, Credentials, Identity } from '../life/identity.js'
import { inScope } from '../life/scope.js'
import type { LiveTable } from './live-table.js'
import { addressOf, type KernelContext } from './request.js'

const LOCAL: Identity = { kind: 'local', name: 'control socket' }

/** The credentials of Basic (RFC 7617): `base64(name:password)`; undefined when it is not that. Passwords may contain colons. */
export function decodeBasic(token: string): BasicCredentials | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return undefined
  const text = Buffer.from(token, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  return { scheme: 'basic', name: text.slice(0, colon), password: text.slice(colon + 1) }
}

export type BasicCredentials = Extract<Credentials, { scheme: 'basic' }>

/**
 * Who is calling on `face`, by what it shows in `authorization`; returns without waiting when that was verified a moment
 * ago. `parse` reads it as the face documents it; when it cannot, it throws the face's refusal or returns undefined.
 */
export function identify(
  ctx: KernelContext,
  view: LiveTable,
  face: string,
  parse: (authorization: string) => Credentials | undefined,
  authorization: string | undefined = ctx.req.headers.authorization,
): Identity | undefined | Promise<Identity | undefined> {
  if (ctx.carrier.local) return itself(ctx)
  if (authorization === undefined) return undefined
  const known = view.authenticator?.recall(face, authorization, ctx.req.socket)
  if (known) {
    ctx.identity = known
    return known
  }
  const credentials = parse(authorization)
  return credentials && verify(ctx, view, face, credentials, authorization)
}

/** Has the credentials checked. A success is remembered under `authorization`, a failure goes into the audit log. */
export function verify(
  ctx: KernelContext,
  view: LiveTable,
  face: string,
  credentials: Credentials,
  authorization?: string,
): Identity | undefined | Promise<Identity | undefined> {
  const { authenticator } = view
  if (ctx.carrier.local) return itself(ctx)
  if (!authenticator) return undefined
  const attempt: Attempt = { face, address: addressOf(ctx), authorization, credentials }
  const found = inScope(view.authenticatorScope!, () => authenticator.verify(attempt))
  if (found instanceof Promise) return found.then(identity => noted(ctx, credentials, identity))
  return noted(ctx, credentials, found)
}

function noted(ctx: KernelContext, credentials: Credentials, identity: Identity | undefined): Identity | undefined {
  ctx.identity = identity
  if (!identity) ctx.refusal = { as: nameIn(credentials), why: 'credentials' }
  return identity
}

/** The control socket has proved who it is by being opened. */
function itself(ctx: KernelContext): Identity {
  ctx.identity = LOCAL
  return LOCAL
}

/** What a call asks for, as its face knows it; the rest is the request's. */
export type Asked = Omit<Call, 'address' | 'tag' | 'permission'> & { readonly permission: string | undefined }

export function permits(ctx: KernelContext, view: LiveTable, identity: Identity | undefined, asked: Asked): boolean {
  if (asked.permission === undefined || identity === LOCAL) return true
  const call = { ...asked, address: addressOf(ctx), tag: ctx.carrier.tag } as Call
  const permitted = view.authenticator?.permits(identity, call) ?? false
  if (!permitted) ctx.refusal ??= { as: identity?.name ?? '', why: 'permission' }
  return permitted
}

/** As the audit log names who tried: never a password, a token or a key. */
function nameIn(credentials: Credentials): string {
  switch (credentials.scheme) {
    case 'basic':
      return credentials.name
    case 'bearer':
      return 'a token'
    case 'key':
      return 'an API key'
    case 'session':
      return 'a session'
  }
}

/** The native face: 503 without an authenticator, 401 with a challenge, 403 without the permission. */
export function admitNative(
  ctx: KernelContext,
  view: LiveTable,
  permission: string | undefined,
): undefined | Promise<undefined> {
  if (permission === undefined) return undefined
  if (!view.authenticator && !ctx.carrier.local) {
    throw new KernelError(
      'no_authenticator',
      'no running plugin can tell who is calling, so only public routes answer',
      {
        hint: 'start one through the control socket: patchbay plugin start auth',
      },
    )
  }
  const identity = identify(ctx, view, 'native', parseNative)
  if (identity instanceof Promise) return identity.then(found => decide(ctx, view, permission, found))
  return decide(ctx, view, permission, identity)
}

function decide(ctx: KernelContext, view: LiveTable, permission: string, identity: Identity | undefined): undefined {
  if (!identity) throw unauthorized(ctx.req.headers.authorization !== undefined)
  ctx.identity = identity
  if (permits(ctx, view, identity, { face: 'native', permission })) return undefined
  throw new KernelError('forbidden', `"${identity.name}" may not do this: it takes the permission ${permission}`, {
    hint: 'an administrator can ask why: patchbay explain --help',
  })
}

function parseNative(authorization: string): Credentials {
  const [scheme, token] = authorization.split(' ')
  const kind = scheme?.toLowerCase()
  const parsed = kind === 'basic' && token ? decodeBasic(token) : undefined
  if (parsed) return parsed
  if (kind === 'bearer' && token) return { scheme: 'bearer', token }
  throw unauthorized()
}

function unauthorized(given = false): KernelError {
  const sentence = given ? 'these are not the credentials of an operator' : 'this needs the credentials of an operator'
  return withoutStack(
    () => new KernelError('unauthorized', sentence, { hint: 'send name and password by HTTP Basic: curl -u admin:…' }),
  )
}
