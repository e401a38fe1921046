import type { Access, Command } from '../../life/contributions.js'
import type { Credentials, Identity } from '../../life/identity.js'
import { bareJid } from '../../names/jid.js'
import { type Asked, decodeBasic, identify, permits } from '../access.js'
import { readBody } from '../body.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import {
  type Argument,
  ArgumentError,
  decodeArguments,
  encodeResult,
  type Given,
  type ResultType,
} from './ejabberd-types.js'
import {
  commandsBy,
  type Face,
  type FaceOptions,
  failedAs,
  isObject,
  parseBody,
  percentDecode,
  run,
  send,
  sendEmpty,
} from './face.js'

export interface EjabberdCommand {
  access: Access
  name: string
  description: string
  /** As `[tag:accounts]` in permission rules names them. */
  tags: readonly string[]
  /** Changes nothing, so the audit log leaves it out. */
  reads?: true
  arguments: readonly Argument[]
  result: ResultType
}

export interface EjabberdCall {
  arguments: Record<string, unknown>
  /** 0, or the N of `vN`. */
  version: number
  /** The node's name, as configured. */
  node: string
  identity: Identity | undefined
  ctx: KernelContext
}

declare module '../../life/contributions.js' {
  interface FaceCommands {
    ejabberd: { definition: EjabberdCommand; handler: (call: EjabberdCall) => unknown }
  }
}

/** A documented refusal: an object with a code, or a bare text. */
export class EjabberdError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** undefined for the bare text. */
    readonly code?: number,
  ) {
    super(message)
  }
}

type Registry = Map<string, Command<'ejabberd'>>

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'Content-Type, Authorization, X-Admin',
}
const NOT_AUTHORIZED = () => new EjabberdError(401, 'You are not authorized to call this command.', 10)
const NO_NAME = () => new EjabberdError(400, 'Missing command name.', 40)
const BAD_TOKEN = () => new EjabberdError(401, 'Oauth Token is invalid or expired.', 10)
const BAD_JSON = () => new EjabberdError(400, '400 Bad Request')

/** ejabberd's mod_http_api (contracts/xmpp.md §3). */
export function ejabberd(options: () => FaceOptions): Face {
  return {
    name: 'ejabberd',
    build: (commands): Registry => commandsBy('ejabberd', commands, ({ name }) => name),
    async handle(ctx, view, path) {
      if (neverReachesTheModule(ctx)) return send(ctx, 400, 'text/html; charset=utf-8', '<h1>400 Bad Request</h1>')
      ctx.set(CORS)
      try {
        await dispatch(ctx, view, path, options())
      } catch (thrown) {
        if (thrown instanceof ArgumentError) refuse(ctx, new EjabberdError(400, thrown.message))
        else if (thrown instanceof EjabberdError) refuse(ctx, thrown)
        else throw thrown
      }
    },
    ask(view, command, given) {
      const found = (view.registry('ejabberd') as Registry).get(command.replace(/^\/+|\/v\d+$/g, ''))
      return found && asked(found, given)
    },
    fail(ctx, error) {
      if (error.status === 503) refuse(ctx, new EjabberdError(503, error.message, 53))
      else if (error.code === 'body_too_large') refuse(ctx, new EjabberdError(413, 'Request body is too large'))
      else if (error.code === 'body_invalid') refuse(ctx, BAD_JSON())
      else refuse(ctx, new EjabberdError(error.code === 'timeout' ? 504 : 500, 'internal_error'))
    },
  }
}

/** The original's listener refuses these itself, with a page and without the module's headers. */
function neverReachesTheModule(ctx: KernelContext): boolean {
  if (ctx.method === 'PATCH') return true
  return ctx.method === 'POST' && !(Number(ctx.get('Content-Length')) > 0)
}

/** command (404) → credentials (401) → arguments (400) → permission (403) → run; contracts/xmpp.md §3.3. */
async function dispatch(ctx: KernelContext, view: LiveTable, path: string, options: FaceOptions): Promise<void> {
  const call = parsePath(path)
  if (ctx.method === 'OPTIONS') return preflight(ctx, call !== undefined)
  if (!call || (ctx.method !== 'GET' && ctx.method !== 'POST')) throw NO_NAME()
  const command = (view.registry('ejabberd') as Registry).get(call.name)
  if (!command) throw new EjabberdError(404, 'Endpoint not found.', 40)
  const version = call.version ?? options.ejabberdVersion
  const { authorization } = ctx.req.headers
  const identity = await identify(ctx, view, 'ejabberd', parse)
  if (authorization !== undefined && !identity) throw isBearer(authorization) ? BAD_TOKEN() : NOT_AUTHORIZED()
  const decoded = decodeArguments(command.definition.arguments, await readArguments(ctx, options), version)
  if (!permits(ctx, view, identity, asked(command, decoded))) {
    throw new EjabberdError(403, 'AccessRules: Account does not have the right to perform the operation.', 32)
  }
  const node = options.nodeNames.ejabberd
  const change = command.definition.reads ? undefined : { command: call.name, arguments: decoded }
  const value = await run(view, command, { arguments: decoded, version, node, identity, ctx }, change)
  const { result } = command.definition
  const encoded = encodeResult(result, value, version)
  if (result.type === 'rescode' && encoded !== 0) failedAs(ctx, `result ${encoded}`)
  json(ctx, 200, encoded)
}

/** Arguments that name a domain, or a service below one. */
const HOST_ARGUMENTS: readonly string[] = ['host', 'localhost', 'grouphost', 'vhost', 'service']

function asked({ permission, definition }: Command<'ejabberd'>, given: Readonly<Record<string, unknown>>): Asked {
  return {
    face: 'ejabberd',
    permission,
    command: definition.name,
    tags: definition.tags,
    hosts: () => HOST_ARGUMENTS.flatMap(name => (Object.hasOwn(given, name) ? [String(given[name])] : [])),
  }
}

/** `/command` or `/command/vN`; repeated and trailing slashes do not matter. Anything else names no command. */
function parsePath(path: string): { name: string; version: number | undefined } | undefined {
  const [name, suffix, ...more] = path.split('/').filter(Boolean)
  const version = suffix === undefined ? undefined : /^v(\d{1,3})$/.exec(suffix)?.[1]
  if (name === undefined || more.length > 0 || (suffix !== undefined && version === undefined)) return undefined
  return { name: percentDecode(name) ?? name, version: version === undefined ? undefined : Number(version) }
}

/** A query, or the entries of an object; a list, a text or a number is "no arguments", as in 23.01. */
async function readArguments(ctx: KernelContext, options: FaceOptions): Promise<Given> {
  if (ctx.method === 'GET') return { entries: [...new URLSearchParams(ctx.querystring)], texts: true }
  const text = (await readBody(ctx.req, options.bodyBytes)).toString('utf8')
  const body = text.trim() === '' ? {} : parseBody(text)
  if (body === undefined) throw BAD_JSON()
  return { entries: isObject(body) ? Object.entries(body) : [], texts: false }
}

/** The scheme words count as they are printed: `bearer` is none of them. */
function isBearer(authorization: string): boolean {
  return authorization.startsWith('Bearer ')
}

/** A token, or Basic with a bare JID as its name. */
function parse(authorization: string): Credentials | undefined {
  if (isBearer(authorization)) return { scheme: 'bearer', token: authorization.slice('Bearer '.length).trim() }
  const token = /^Basic (\S+)$/.exec(authorization)?.[1]
  const parsed = token === undefined ? undefined : decodeBasic(token)
  const name = parsed && !parsed.name.includes('/') ? bareJid(parsed.name) : undefined
  return parsed && name !== undefined ? { ...parsed, name } : undefined
}

function preflight(ctx: KernelContext, named: boolean): void {
  ctx.set({ 'Access-Control-Allow-Methods': 'GET, POST, OPTIONS', 'Access-Control-Max-Age': '86400' })
  if (named) send(ctx, 200, 'text/plain', '')
  else sendEmpty(ctx, 400)
}

function refuse(ctx: KernelContext, { status, code, message }: EjabberdError): void {
  json(ctx, status, code === undefined ? message : { status: 'error', code, message })
}

function json(ctx: KernelContext, status: number, value: unknown): void {
  send(ctx, status, 'application/json', JSON.stringify(value))
}
