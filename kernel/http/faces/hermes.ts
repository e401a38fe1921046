import { KernelError } from '../../errors.js'
import type { Access, Command } from '../../life/contributions.js'
import type { AccessLevel, Identity } from '../../life/identity.js'
import { type Asked, permits, verify } from '../access.js'
import { readInput } from '../body.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import { commandsBy, type Face, type FaceOptions, failedAs, isObject, run, send } from './face.js'

/** contracts/hermes.md §1.3; `none` is for the two nodes that need no session. */
const LEVELS = { none: 0, limited_read: 1, full_read: 2, read_write: 3 } as const satisfies Record<
  string,
  AccessLevel | 0
>

export type HermesLevel = keyof typeof LEVELS

export interface HermesCommand {
  access: Access
  /** `user/gen_pw` */
  node: string
  /** The least access level. A node without one does not load. */
  level: HermesLevel
  /** Parameters without which the node is not run, checked after the level. */
  required?: readonly string[]
  /** Changes nothing although it takes read_write or no session, so the audit log leaves it out. */
  reads?: true
}

export interface HermesCall {
  parameters: Readonly<Record<string, string>>
  /** The session's, with its level; undefined at a node of level `none`. */
  identity: Identity | undefined
  /** The path at which the face is mounted, for cookies: `/api` or `/hermes/api`. */
  mount: string
  ctx: KernelContext
}

/** `response` is `ok` unless said; a text is answered as text/plain. */
export type HermesReply = { response?: string; [field: string]: unknown } | string

declare module '../../life/contributions.js' {
  interface FaceCommands {
    hermes: { definition: HermesCommand; handler: (call: HermesCall) => HermesReply | Promise<HermesReply> }
  }
}

type Registry = Map<string, Command<'hermes'>>

/** One text for every reason, so that nobody learns which part was wrong. */
const UNAUTHORIZED = {
  response: 'failed',
  cause: 'unauthorized',
  detail: 'a valid session, its cookie and its auth_key are needed',
}

/** Hermes' SIP provisioning API (contracts/hermes.md §1). Every in-protocol answer is HTTP 200. */
export function hermes(options: () => FaceOptions): Face {
  return {
    name: 'hermes',
    build: (commands): Registry => commandsBy('hermes', commands, nodeOf),
    async handle(ctx, view, path) {
      const command = (view.registry('hermes') as Registry).get(path.slice(1))
      if (!command) return reply(ctx, { response: 'invalid', cause: 'node', detail: 'there is no such node' }, 404)
      if (ctx.method !== 'POST') {
        ctx.set('Allow', 'POST')
        return reply(ctx, { response: 'invalid', cause: 'method', detail: 'use POST' }, 405)
      }
      const parameters = await readParameters(ctx, options())
      reply(ctx, await answer(ctx, view, command, parameters, ctx.path.slice(0, ctx.path.lastIndexOf(path))))
    },
    ask(view, command) {
      const found = (view.registry('hermes') as Registry).get(command.replace(/^(\/?hermes)?\/?(api\/)?/, ''))
      return found && asked(found, {})
    },
    fail(ctx, error) {
      if (error.status === 503) reply(ctx, { response: 'failed', cause: 'dbfail', detail: error.message })
      else if (error.code === 'body_too_large')
        reply(ctx, { response: 'invalid', cause: 'parameters', detail: error.message }, 413)
      else if (error.code === 'body_invalid')
        reply(ctx, { response: 'invalid', cause: 'parameters', detail: error.message })
      else reply(ctx, { response: 'error', cause: 'error', detail: 'the log says more' })
    },
  }
}

/** session and auth_key → level → required parameters → run; contracts/hermes.md §1.2. */
async function answer(
  ctx: KernelContext,
  view: LiveTable,
  command: Command<'hermes'>,
  parameters: Readonly<Record<string, string>>,
  mount: string,
): Promise<HermesReply> {
  const { definition } = command
  let identity: Identity | undefined
  if (definition.level !== 'none') {
    identity = await identifySession(ctx, view, parameters)
    if (!identity || !permits(ctx, view, identity, asked(command, parameters))) return UNAUTHORIZED
  }
  const missing = definition.required?.find(name => !parameters[name])
  if (missing) return { response: 'invalid', cause: 'parameters', detail: `the parameter "${missing}" is missing` }
  const changes = !definition.reads && (definition.level === 'read_write' || definition.level === 'none')
  const change = changes ? { command: definition.node, arguments: parameters } : undefined
  return run(view, command, { parameters, identity, mount, ctx }, change)
}

/** A call is bound by three things: the parameter `session`, the cookie of that name, and the newest `auth_key`. */
function identifySession(
  ctx: KernelContext,
  view: LiveTable,
  { session = '', auth_key: authKey = '' }: Record<string, string>,
) {
  const cookie = session === '' ? undefined : cookieOf(ctx, session)
  if (!ctx.carrier.local && (cookie === undefined || authKey === '')) return undefined
  return verify(ctx, view, 'hermes', { scheme: 'session', session, cookie: cookie ?? '', authKey })
}

function cookieOf(ctx: KernelContext, name: string): string | undefined {
  for (const pair of (ctx.req.headers.cookie ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}

function asked({ permission, definition }: Command<'hermes'>, parameters: Readonly<Record<string, string>>): Asked {
  return {
    face: 'hermes',
    permission,
    command: definition.node,
    level: LEVELS[definition.level],
    hosts: () => {
      const { user = '', domain = '' } = parameters
      return [domain, user.slice(user.indexOf('@') + 1 || user.length)].filter(Boolean)
    },
  }
}

function nodeOf({ node, level, access }: HermesCommand): string {
  if (level === 'none' && !('public' in access)) {
    throw new KernelError(
      'undeclared_permission',
      `the hermes node "${node}" needs no session, so its access must be public`,
    )
  }
  if (Object.hasOwn(LEVELS, level ?? '')) return node
  throw new KernelError('undeclared_permission', `the hermes node "${node}" declares no access level`, {
    hint: `give it one of ${Object.keys(LEVELS).join(', ')}`,
  })
}

/** A form, a flat JSON object, or the text fields of a multipart body. */
async function readParameters(ctx: KernelContext, { bodyBytes }: FaceOptions): Promise<Record<string, string>> {
  const kind = ctx.is('json') ? 'json' : ctx.is('multipart') ? 'multipart' : 'form'
  const read = (await readInput(ctx, kind, bodyBytes)) ?? {}
  const body = kind === 'multipart' ? (read as { fields?: unknown }).fields : read
  if (!isObject(body)) throw new KernelError('body_invalid', 'the body is not a JSON object')
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, scalar([value].flat()[0])]))
}

function scalar(value: unknown): string {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : ''
}

function reply(ctx: KernelContext, answer: HermesReply, status = 200): void {
  ctx.set('Cache-Control', 'no-store')
  if (typeof answer === 'string') {
    send(ctx, status, 'text/plain', answer)
    return
  }
  const { response = 'ok', cause } = answer
  if (response !== 'ok' && response !== 'pong') failedAs(ctx, [response, cause].filter(Boolean).join(': '))
  send(ctx, status, 'application/json; charset=utf-8', JSON.stringify({ response, ...answer }))
}
