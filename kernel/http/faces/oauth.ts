import { KernelError } from '../../errors.js'
import type { Access, Command } from '../../life/contributions.js'
import type { Identity } from '../../life/identity.js'
import { type Asked, type BasicCredentials, decodeBasic, identify, permits } from '../access.js'
import { readBody } from '../body.js'
import type { LiveTable } from '../live-table.js'
import { addressOf, type KernelContext } from '../request.js'
import { commandsBy, type Face, type FaceOptions, run, send, sendEmpty } from './face.js'
import { type OauthPage, pageHeaders, renderPage } from './oauth-page.js'

export interface OauthCommand {
  access: Access
  method: 'GET' | 'POST'
  /** One segment: `/token`. */
  path: string
  /** Its parameters come from a form; without it from the query. */
  body?: 'form'
}

export interface OauthCall {
  /** None is there twice (RFC 6749 §3.1, §3.2). */
  parameters: ReadonlyMap<string, string>
  /** Credentials of a client by HTTP Basic (RFC 6749 §2.3.1), as they stand there. */
  client: BasicCredentials | undefined
  /** The caller's IP address. */
  address: string
  ctx: KernelContext
}

/** Credentials that were wrong, or somebody who may not have a token; for the audit log. */
export interface OauthRefusal {
  readonly as: string
  readonly why: 'credentials' | 'permission'
  /** Of somebody who has proven it. */
  readonly identity?: Identity
}

export type OauthReply = ({ json: object } | { redirect: string } | { page: OauthPage }) & {
  /** What was changed and for whom; for the audit log. */
  issued?: { identity: Identity; arguments: object }
  refusal?: OauthRefusal | undefined
}

/** A refusal by RFC 6749 §5.2. */
export class OauthError extends Error {
  constructor(
    readonly error: string,
    description: string,
    readonly status = 400,
    readonly refusal?: OauthRefusal,
  ) {
    super(description)
  }
}

declare module '../../life/contributions.js' {
  interface FaceCommands {
    oauth: { definition: OauthCommand; handler: (call: OauthCall) => OauthReply | Promise<OauthReply> }
  }
}

type Registry = Map<string, Command<'oauth'>>

/** A form holds a name, a password and a list of scopes. */
const LARGEST_FORM = 65_536
const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' }
const NOT_FOUND: OauthPage = { status: 404, title: '404 Not Found', content: '<p>There is nothing here.</p>' }
/** Those of RFC 6749 §5.2 and §4.1.2.1. */
const FAILURES: Record<number, string> = { 503: 'temporarily_unavailable', 504: 'temporarily_unavailable' }

/** OAuth as ejabberd speaks it (contracts/xmpp.md §3.5): forms in, JSON by RFC 6749 or a page for people out. */
export function oauth(options: () => FaceOptions): Face {
  return {
    name: 'oauth',
    build: (commands): Registry => commandsBy('oauth', commands, keyOf),
    async handle(ctx, view, path) {
      const registry = view.registry('oauth') as Registry
      const command = registry.get(`${ctx.method} /${path.split('/').filter(Boolean).join('/')}`)
      if (!command) {
        if (registry.size > 0) return page(ctx, NOT_FOUND)
        throw new KernelError('no_authenticator', 'no running plugin issues tokens')
      }
      try {
        await answer(ctx, view, command, options())
      } catch (thrown) {
        if (!(thrown instanceof OauthError)) throw thrown
        blame(ctx, thrown.refusal)
        refuse(ctx, thrown)
      }
    },
    ask(view, command) {
      const [, method = 'POST', path] = /^(?:(GET|POST) )?\/?(?:oauth\/)?(.*)$/i.exec(command) ?? []
      const found = (view.registry('oauth') as Registry).get(`${method.toUpperCase()} /${path}`)
      return found && asked(found)
    },
    fail(ctx, error) {
      const { status, code, message } = error
      if (status === 503 || status === 504) refuse(ctx, new OauthError(FAILURES[status]!, message, 503))
      else if (status < 500) refuse(ctx, new OauthError('invalid_request', message, status))
      else refuse(ctx, new OauthError('server_error', code === 'internal' ? message : 'the log says more', 500))
    },
  }
}

async function answer(
  ctx: KernelContext,
  view: LiveTable,
  command: Command<'oauth'>,
  options: FaceOptions,
): Promise<void> {
  const { authorization = '' } = ctx.req.headers
  if (command.permission !== undefined) {
    const identity = await identify(ctx, view, 'oauth', basic)
    if (!permits(ctx, view, identity, asked(command))) throw new OauthError('access_denied', 'Access denied', 403)
  }
  const parameters = await readParameters(ctx, command.definition, options)
  const call = { parameters, client: basic(authorization), address: addressOf(ctx), ctx }
  // Only a token that was issued is a change: whoever tries passwords would fill the log otherwise.
  const reply = await run(view, command, call, undefined)
  blame(ctx, reply.refusal)
  if (reply.issued) {
    ctx.identity = reply.issued.identity
    ctx.change = { command: nameOf(command.definition), arguments: reply.issued.arguments }
  }
  if ('json' in reply) json(ctx, 200, reply.json)
  else if ('page' in reply) page(ctx, reply.page)
  else redirect(ctx, reply.redirect)
}

/** Content of any other type than a form is no form: the original finds no parameters in it either. */
async function readParameters(
  ctx: KernelContext,
  { body }: OauthCommand,
  { bodyBytes }: FaceOptions,
): Promise<Map<string, string>> {
  const limit = Math.min(bodyBytes, LARGEST_FORM)
  const sent = body ? (await readBody(ctx.req, limit)).toString('utf8') : ctx.querystring
  const parameters = new Map<string, string>()
  if (body && !/^(application\/x-www-form-urlencoded\b|$)/i.test(ctx.get('Content-Type'))) return parameters
  for (const [name, value] of new URLSearchParams(sent)) {
    if (parameters.has(name)) throw new OauthError('invalid_request', 'Duplicate parameter')
    parameters.set(name, value)
  }
  return parameters
}

function basic(authorization: string): BasicCredentials | undefined {
  const token = /^Basic +(\S+)$/i.exec(authorization)?.[1]
  return token === undefined ? undefined : decodeBasic(token)
}

function asked({ permission, definition }: Command<'oauth'>): Asked {
  return { face: 'oauth', permission, command: nameOf(definition) }
}

function keyOf({ method, path }: OauthCommand): string {
  return `${method} ${path}`
}

function nameOf({ path }: OauthCommand): string {
  return `oauth${path}`
}

function blame(ctx: KernelContext, refusal: OauthRefusal | undefined): void {
  if (!refusal) return
  ctx.refusal = refusal
  ctx.identity = refusal.identity
}

function refuse(ctx: KernelContext, { status, error, message }: OauthError): void {
  json(ctx, status, { error, error_description: message })
}

/** RFC 6749 §5.1 */
function json(ctx: KernelContext, status: number, value: object): void {
  ctx.set(NO_STORE)
  send(ctx, status, 'application/json;charset=UTF-8', JSON.stringify(value))
}

function page(ctx: KernelContext, shown: OauthPage): void {
  ctx.set(pageHeaders(shown))
  // All but this one may show what only one person should see.
  if (shown !== NOT_FOUND) ctx.set(NO_STORE)
  // An answer to wrong credentials has to name a scheme (RFC 9110 §15.5.2).
  if (shown.status === 401) ctx.set('WWW-Authenticate', 'Basic realm="oauth", charset="UTF-8"')
  send(ctx, shown.status, 'text/html; charset=utf-8', renderPage(shown))
}

function redirect(ctx: KernelContext, location: string): void {
  ctx.set({ ...NO_STORE, 'Referrer-Policy': 'no-referrer', Location: location })
  sendEmpty(ctx, 302)
}
