import { isUtf8 } from 'node:buffer'
import type { Command } from '../../life/contributions.js'
import type { Credentials, Identity } from '../../life/identity.js'
import { parseJid } from '../../names/jid.js'
import { type Asked, decodeBasic, identify, permits } from '../access.js'
import { readBody } from '../body.js'
import type { LiveTable } from '../live-table.js'
import { addressOf, isSecure, type KernelContext } from '../request.js'
import { answer } from './admin-rest-answer.js'
import type { AdminRestProfile } from './admin-rest-command.js'
import { segmentsOf } from './admin-rest-path.js'
import { ADMIN_REST_REFUSALS, AdminRestError } from './admin-rest-refusals.js'
import { type FaceOptions, parseBody, run, send, sendEmpty } from './face.js'

export interface Registry {
  /** By method and route. */
  commands: Map<string, Command<'admin_rest'>>
  /** The routes that each profile knows. */
  routes: Readonly<Record<AdminRestProfile, ReadonlySet<string>>>
}

/** The permission to learn which paths exist: the ladder asks it before it says 404 or 405. */
const KNOW_PATHS = 'kernel:faces.use'

/** contracts/xmpp.md §2.2, in its order. */
export async function climb(ctx: KernelContext, view: LiveTable, path: string, options: FaceOptions): Promise<void> {
  const { local } = ctx.carrier
  const { admin_rest_whitelist: whitelist, admin_rest_profile: profile } = options
  if (!local && !whitelist.empty && !whitelist.has(addressOf(ctx))) {
    ctx.refusal = { as: '', why: 'permission' }
    return sendEmpty(ctx, 401)
  }
  if (!local && options.admin_rest_secure && !isSecure(ctx.req, ctx.carrier))
    return send(ctx, 404, 'text/html', '<h1>404 Not Found</h1>')
  const found = authenticate(ctx, view, options)
  // Whoever is known already is not waited for.
  const identity = found instanceof Promise ? await found : found
  if (identity === undefined) throw new AdminRestError({ status: 401, result: 'Authentication failure' })

  const [route = '', resource, attribute, detail] = segmentsOf(path)
  const host = hostOf(identity, options)
  const { commands, routes } = view.registry('admin_rest') as Registry
  const known = routes[profile].has(route)
  const command = known ? commands.get(`${ctx.method} ${route}`) : undefined
  if (!permits(ctx, view, identity, asked(ctx.method, command, route, resource, host))) {
    throw new AdminRestError(ADMIN_REST_REFUSALS.rights)
  }
  if (!known) throw new AdminRestError(ADMIN_REST_REFUSALS.path)
  if (!command) throw new AdminRestError({ status: 405, result: 'Invalid request method' })
  const text = await textOf(ctx, options)
  const body = text === '' ? undefined : command.definition.text ? text : decodeBody(ctx, text, profile)
  const change =
    command.definition.method === 'GET'
      ? undefined
      : {
          command: `${ctx.method} ${path}`,
          arguments: typeof body === 'string' ? `a text of ${body.length} characters` : body,
        }
  const call = { resource, attribute, detail, body, profile, host, identity, ctx }
  answer(ctx, await run(view, command, call, change))
}

export function asked(
  method: string,
  command: Command<'admin_rest'> | undefined,
  route = '',
  resource = '',
  host?: string,
): Asked {
  return {
    face: 'admin_rest',
    permission: command ? command.permission : KNOW_PATHS,
    command: `${method} ${route}`,
    hosts: () => {
      const about = command?.definition.addressed
      const named = about === 'account' && resource.includes('@') ? parseJid(resource)?.domain : host
      return about === undefined || named === undefined ? [] : [named]
    },
  }
}

function hostOf(identity: Identity, { hosts }: FaceOptions): string {
  const own = identity.jid?.slice(identity.jid.indexOf('@') + 1)
  return own !== undefined && hosts.includes(own) ? own : hosts[0]!
}

function authenticate(
  ctx: KernelContext,
  view: LiveTable,
  options: FaceOptions,
): Identity | undefined | Promise<Identity | undefined> {
  if (!ctx.carrier.local && ctx.req.headers.authorization === undefined) {
    throw new AdminRestError({ status: 400, result: 'Missing authorization header' })
  }
  return identify(ctx, view, 'admin_rest', header => parse(header, options.hosts))
}

/** The scheme word is not looked at: whatever follows the last blank is decoded. The name must be a JID of a served host. */
function parse(authorization: string, hosts: readonly string[]): Credentials | undefined {
  const parsed = decodeBasic(authorization.trim().split(/\s+/).at(-1) ?? '')
  const jid = parsed && parseJid(parsed.name)
  if (!jid) throw new AdminRestError({ status: 400, result: 'Invalid authentication details' })
  if (!hosts.includes(jid.domain)) throw new AdminRestError(ADMIN_REST_REFUSALS.host)
  return jid.local === undefined ? undefined : { ...parsed, name: `${jid.local}@${jid.domain}` }
}

/** A request that announces no body has none, and need not be waited for. */
function textOf({ req }: KernelContext, { bodyBytes }: FaceOptions): string | Promise<string> {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers
  if (encoding === undefined && (length === undefined || length === '0')) return ''
  return readBody(req, bodyBytes).then(bytes => {
    // What cannot be read would be stored as something else.
    if (!isUtf8(bytes)) throw new AdminRestError(ADMIN_REST_REFUSALS.body)
    return bytes.toString('utf8')
  })
}

/** Every body of the original is JSON. */
function decodeBody(ctx: KernelContext, text: string, profile: AdminRestProfile): unknown {
  const isJson = profile === 'original' || ctx.get('Content-Type') === 'application/json' || text.includes('{')
  if (!isJson) return text
  const body = parseBody(text)
  if (typeof body !== 'object' || body === null) throw new AdminRestError(ADMIN_REST_REFUSALS.body)
  return body
}
