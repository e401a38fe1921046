import { KernelError } from '../errors.js'
import type { Identity } from '../life/identity.js'
import { inScope } from '../life/scope.js'
import type { LiveTable } from './live-table.js'
import { addressOf, type KernelContext } from './request.js'

const LOCAL: Identity = { kind: 'local', name: 'control socket' }

export interface NameAndPassword {
  name: string
  password: string
}

/** The two halves of `base64(name:password)`; undefined when it is not that. Passwords may contain colons. */
export function decodeBasic(token: string): NameAndPassword | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return undefined
  const text = Buffer.from(token, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

/**
 * Who is calling on `face`. Returns without waiting when these very credentials were verified a moment ago.
 * `parse` reads the header as the face documents it; when it cannot, it throws the face's refusal or returns undefined.
 */
export function identify(
  ctx: KernelContext,
  view: LiveTable,
  face: string,
  parse: (authorization: string) => NameAndPassword | undefined,
): Identity | undefined | Promise<Identity | undefined> {
  if (ctx.carrier.local) return LOCAL
  const authorization = ctx.req.headers.authorization
  if (authorization === undefined) return undefined
  const { authenticator } = view
  const known = authenticator?.recall(face, authorization)
  if (known) return known
  const given = parse(authorization)
  if (!given || !authenticator) return undefined
  const { name, password } = given
  return inScope(view.authenticatorScope!, () => authenticator.verify(face, authorization, name, password))
}

export function permits(
  ctx: KernelContext,
  view: LiveTable,
  face: string,
  identity: Identity | undefined,
  permission: string | undefined,
): boolean {
  if (permission === undefined || identity === LOCAL) return true
  return view.authenticator?.permits(identity, { face, permission, address: addressOf(ctx) }) ?? false
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
  if (permits(ctx, view, 'native', identity, permission)) return undefined
  throw new KernelError('forbidden', `"${identity.name}" may not do this: it takes the permission ${permission}`)
}

function parseNative(authorization: string): NameAndPassword {
  const [scheme, token] = authorization.split(' ')
  const parsed = scheme?.toLowerCase() === 'basic' && token ? decodeBasic(token) : undefined
  if (!parsed) throw unauthorized()
  return parsed
}

function unauthorized(given = false): KernelError {
  const sentence = given ? 'these are not the credentials of an operator' : 'this needs the credentials of an operator'
  return new KernelError('unauthorized', sentence, { hint: 'send name and password by HTTP Basic: curl -u admin:…' })
}
