import { isUtf8 } from 'node:buffer'
import type { Command } from '../../life/contributions.js'
import type { Credentials } from '../../life/identity.js'
import { bareJid } from '../../names/jid.js'
import { type Asked, decodeBasic, identify, permits } from '../access.js'
import { readBody } from '../body.js'
import type { LiveTable } from '../live-table.js'
import { namesIn } from '../names-in-json.js'
import type { KernelContext } from '../request.js'
import { answer, preflight } from './ejabberd-answer.js'
import { decodeArguments, type Given } from './ejabberd-arguments.js'
import { EjabberdError } from './ejabberd-command.js'
import { type FaceOptions, failedAs, isObject, parseBody, percentDecode, run } from './face.js'

export type Registry = Map<string, Command<'ejabberd'>>

export const BAD_JSON = () => new EjabberdError(400, '400 Bad Request')
const NOT_AUTHORIZED = () => new EjabberdError(401, 'You are not authorized to call this command.', 10)
const NO_NAME = () => new EjabberdError(400, 'Missing command name.', 40)
const BAD_TOKEN = () => new EjabberdError(401, 'Oauth Token is invalid or expired.', 10)

/** command (404) → credentials (401) → arguments (400) → permission (403) → run; contracts/xmpp.md §3.3. */
export async function dispatch(ctx: KernelContext, view: LiveTable, path: string, options: FaceOptions): Promise<void> {
  const call = parsePath(path)
  if (ctx.method === 'OPTIONS') return preflight(ctx, call !== undefined)
  if (!call || (ctx.method !== 'GET' && ctx.method !== 'POST')) throw NO_NAME()
  const command = (view.registry('ejabberd') as Registry).get(call.name)
  if (!command) throw new EjabberdError(404, 'Endpoint not found.', 40)
  const version = call.version ?? options.ejabberdVersion
  const { authorization } = ctx.req.headers
  const found = identify(ctx, view, 'ejabberd', parse)
  const identity = found instanceof Promise ? await found : found
  if (authorization !== undefined && !identity) throw isBearer(authorization) ? BAD_TOKEN() : NOT_AUTHORIZED()
  const given = ctx.method === 'GET' ? inQuery(ctx) : await inBody(ctx, options)
  const decoded = decodeArguments(command.definition.arguments, given, version)
  if (!permits(ctx, view, identity, asked(command, decoded))) {
    throw new EjabberdError(403, 'AccessRules: Account does not have the right to perform the operation.', 32)
  }
  const node = options.nodeNames.ejabberd
  const change = command.definition.reads ? undefined : { command: call.name, arguments: decoded }
  const running = run(view, command, { arguments: decoded, version, node, identity, ctx }, change)
  // Every promise that is not made is a turn less.
  const value = running instanceof Promise ? await running : running
  if (!answer(ctx, command.definition, value, version)) failedAs(ctx, 'result 1')
}

/** Arguments that name a domain, or a service below one. */
const HOST_ARGUMENTS: readonly string[] = ['host', 'localhost', 'grouphost', 'vhost', 'service']

export function asked(
  { permission, definition }: Command<'ejabberd'>,
  given: Readonly<Record<string, unknown>>,
): Asked {
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

const NOTHING: Given = { entries: [], texts: true }

function inQuery({ querystring }: KernelContext): Given {
  return querystring === '' ? NOTHING : { entries: [...new URLSearchParams(querystring)], texts: true }
}

/** The entries of an object; a list, a text or a number is "no arguments", as in 23.01. */
async function inBody(ctx: KernelContext, options: FaceOptions): Promise<Given> {
  const bytes = await readBody(ctx.req, options.bodyBytes)
  const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined
  const body = text?.trim() === '' ? {} : parseBody(text ?? '')
  if (body === undefined) throw BAD_JSON()
  return { entries: isObject(body) ? entriesOf(body, text!) : [], texts: false }
}

/** Also those that come again: parsed JSON has only the last of them. */
function entriesOf(body: Record<string, unknown>, text: string): [name: string, value: unknown][] {
  const entries = Object.entries(body)
  const names = namesIn(text)
  if (names.length === entries.length) return entries
  return names.map(name => [name, body[name]])
}

/** The scheme words count as they are printed: `bearer` is none of them. */
function isBearer(authorization: string): boolean {
  return authorization.startsWith('Bearer ')
}

/** A token, or Basic with a bare JID as its name. */
function parse(authorization: string): Credentials | undefined {
  if (isBearer(authorization)) return { scheme: 'bearer', token: authorization.slice('Bearer '.length).trim() }
  const token = /^Basic +(\S+)$/.exec(authorization)?.[1]
  const parsed = token === undefined ? undefined : decodeBasic(token)
  const name = parsed && !parsed.name.includes('/') ? bareJid(parsed.name) : undefined
  return parsed && name !== undefined ? { ...parsed, name } : undefined
}
