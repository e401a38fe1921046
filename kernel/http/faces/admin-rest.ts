import type { Access, Command } from '../../life/contributions.js'
import type { Credentials, Identity } from '../../life/identity.js'
import { bareJid, parseJid, prepareDomain } from '../../names/jid.js'
import { type Asked, decodeBasic, identify, permits } from '../access.js'
import { readBody } from '../body.js'
import type { LiveTable } from '../live-table.js'
import { addressOf, type KernelContext } from '../request.js'
import { commandsBy, type Face, type FaceOptions, parseBody, run, send, sendEmpty } from './face.js'

export interface AdminRestCommand {
  access: Access
  /** The first path segment after the base: `user`, `module`. */
  route: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** The resource is a JID, or a name on the caller's own host. */
  addressed?: true
}

export interface AdminRestCall {
  /** The second path segment, percent-decoded; undefined when the path has none. */
  resource: string | undefined
  attribute: string | undefined
  /** Parsed JSON, or the raw text where it is not JSON; undefined without a body. */
  body: unknown
  identity: Identity | undefined
  ctx: KernelContext
}

export interface AdminRestReply {
  status?: number
  result: unknown
}

declare module '../../life/contributions.js' {
  interface FaceCommands {
    admin_rest: {
      definition: AdminRestCommand
      handler: (call: AdminRestCall) => AdminRestReply | Promise<AdminRestReply>
    }
  }
}

interface Registry {
  commands: Map<string, Command<'admin_rest'>>
  routes: Set<string>
}

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Max-Age': '7200',
  'Access-Control-Allow-Headers': 'Content-Type',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
}

const MALFORMED_BODY = 'Body does not exist or is malformed'

/** The permission to learn which paths exist: the ladder asks it before it says 404 or 405. */
const KNOW_PATHS = 'kernel:faces.use'

/** Raised by the ladder; carries the documented text. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly result: string,
  ) {
    super(result)
  }
}

/** Prosody's mod_admin_rest, as its fork documents it (contracts/xmpp.md §2). */
export function adminRest(options: () => FaceOptions): Face {
  return {
    name: 'admin_rest',
    build(commands): Registry {
      const registry = commandsBy('admin_rest', commands, ({ method, route }) => `${method} ${route}`)
      return { commands: registry, routes: new Set([...registry.values()].map(({ definition }) => definition.route)) }
    },
    async handle(ctx, view, path) {
      if (path === '') return redirect(ctx)
      ctx.set(CORS)
      if (ctx.method === 'OPTIONS') return sendEmpty(ctx, 200)
      try {
        await dispatch(ctx, view, path, options())
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown
        answer(ctx, { status: thrown.status, result: thrown.result })
      }
    },
    ask(view, command, given) {
      const [, method = '', path = ''] = /^(?:([A-Za-z]+) )?(.*)$/s.exec(command) ?? []
      const [route, resource] = segmentsOf(`/${path.replace(/^\/+/, '')}`)
      const { commands } = view.registry('admin_rest') as Registry
      const found = commands.get(`${method.toUpperCase() || 'GET'} ${route}`)
      const jid = given['caller']
      return (
        found &&
        asked(found.definition.method, found, route, resource, jid ? { kind: 'account', name: jid, jid } : undefined)
      )
    },
    fail(ctx, error) {
      if (error.status === 503) answer(ctx, { status: 503, result: `Service unavailable: ${error.message}` })
      else if (error.code === 'body_too_large') answer(ctx, { status: 413, result: 'Request body is too large' })
      else if (error.code === 'body_invalid') answer(ctx, { status: 400, result: MALFORMED_BODY })
      else answer(ctx, { status: error.code === 'timeout' ? 504 : 500, result: 'Internal server error' })
    },
  }
}

/** contracts/xmpp.md §2.2, in its order. */
async function dispatch(ctx: KernelContext, view: LiveTable, path: string, options: FaceOptions): Promise<void> {
  const { local, tls } = ctx.carrier
  const whitelist = options.admin_rest_whitelist
  if (!local && !whitelist.empty && !whitelist.has(addressOf(ctx))) {
    ctx.refusal = { as: '', why: 'permission' }
    return sendEmpty(ctx, 401)
  }
  if (!local && options.admin_rest_secure && !tls) return send(ctx, 404, 'text/html', '<h1>404 Not Found</h1>')
  const identity = await authenticate(ctx, view, options)
  if (identity === undefined) throw new Refusal(401, 'Authentication failure')

  const [route, resource, attribute] = segmentsOf(path)
  const { commands, routes } = view.registry('admin_rest') as Registry
  const command = commands.get(`${ctx.method} ${route}`)
  if (!permits(ctx, view, identity, asked(ctx.method, command, route, resource, identity))) {
    throw new Refusal(401, 'User must be an administrator')
  }
  if (!route || !routes.has(route)) throw new Refusal(404, 'Invalid request path')
  if (!command) throw new Refusal(405, 'Invalid request method')
  const body = decodeBody(ctx, (await readBody(ctx.req, options.bodyBytes)).toString('utf8'))
  const change =
    command.definition.method === 'GET'
      ? undefined
      : {
          command: `${ctx.method} ${path}`,
          arguments: typeof body === 'string' ? `a text of ${body.length} characters` : body,
        }
  answer(ctx, await run(view, command, { resource, attribute, body, identity, ctx }, change))
}

function asked(
  method: string,
  command: Command<'admin_rest'> | undefined,
  route = '',
  resource = '',
  identity?: Identity,
): Asked {
  return {
    face: 'admin_rest',
    permission: command ? command.permission : KNOW_PATHS,
    command: `${method} ${route}`,
    hosts: () => {
      if (!command?.definition.addressed) return []
      const domain = parseJid(resource.includes('@') ? resource : (identity?.jid ?? ''))?.domain
      return domain === undefined ? [] : [domain]
    },
  }
}

async function authenticate(ctx: KernelContext, view: LiveTable, options: FaceOptions): Promise<Identity | undefined> {
  if (!ctx.carrier.local && ctx.req.headers.authorization === undefined) {
    throw new Refusal(400, 'Missing authorization header')
  }
  return identify(ctx, view, 'admin_rest', header => parse(header, options.hosts))
}

/** The scheme word is not looked at: whatever follows the last blank is decoded. The name must be a JID of a served host. */
function parse(authorization: string, hosts: readonly string[]): Credentials | undefined {
  const parsed = decodeBasic(authorization.trim().split(/\s+/).at(-1) ?? '')
  if (!parsed) throw new Refusal(400, 'Invalid authentication details')
  const [bare = ''] = parsed.name.split('/', 1)
  const domain = prepareDomain(bare.slice(bare.indexOf('@') + 1))
  if (bare.startsWith('@') || domain === undefined || !hosts.includes(domain)) {
    throw new Refusal(404, 'Host does not exist or is malformed')
  }
  const name = bareJid(bare)
  return name === undefined ? undefined : { ...parsed, name }
}

/** Decoded before it is split: `%2F` in a name splits the path, `%40` and `@` are equal. A stray percent sign stands for itself. */
function segmentsOf(path: string): (string | undefined)[] {
  const decoded = path.replace(/(%[0-9a-f]{2})+/gi, encoded =>
    Buffer.from(encoded.replaceAll('%', ''), 'hex').toString('utf8'),
  )
  return decoded
    .split('/')
    .slice(1)
    .map(segment => segment || undefined)
}

function decodeBody(ctx: KernelContext, text: string): unknown {
  if (text === '') return undefined
  const isJson = ctx.get('Content-Type') === 'application/json' || text.includes('{')
  if (!isJson) return text
  const body = parseBody(text)
  if (typeof body !== 'object' || body === null) throw new Refusal(400, MALFORMED_BODY)
  return body
}

function answer(ctx: KernelContext, { status = 200, result }: AdminRestReply): void {
  const text = JSON.stringify({ result })
  send(ctx, status, 'application/json', text)
}

/** Answered by the web server ahead of the module, so without its headers. */
function redirect(ctx: KernelContext): void {
  ctx.set('Location', `${ctx.path.replace(/^\/+/, '/')}/`)
  sendEmpty(ctx, 301)
}
