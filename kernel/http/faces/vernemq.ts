import type { Access, Command } from '../../life/contributions.js'
import type { Identity } from '../../life/identity.js'
import { decodeBasic, identify, type NameAndPassword, permits } from '../access.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import { commandsBy, type Face, run, send } from './face.js'

export interface VernemqCommand {
  access: Access
  /** The words of `vmq-admin`: `session show`. */
  path: string
  /** `name=value` arguments. */
  params?: readonly string[]
  /** `--name` and `--name=value` arguments, with their short forms. `any` takes every flag. */
  flags?: Record<string, { short?: string; value?: boolean }> | 'any'
}

export interface VernemqCall {
  params: Map<string, string>
  /** A flag without a value maps to true. */
  flags: Map<string, string | true>
  identity: Identity | undefined
  ctx: KernelContext
}

export type Cell = string | number | boolean | null
export type VernemqOutput = { text: string } | { table: Record<string, Cell>[] } | { alert: VernemqOutput[] }

declare module '../../life/contributions.js' {
  interface FaceCommands {
    vernemq: {
      definition: VernemqCommand
      handler: (call: VernemqCall) => VernemqOutput | VernemqOutput[] | Promise<VernemqOutput | VernemqOutput[]>
    }
  }
}

type Registry = Map<string, Command<'vernemq'>>
const ALIASES: Record<string, string> = { sessions: 'session', listeners: 'listener', plugins: 'plugin' }

class BadRequest extends Error {}

export function alert(text: string): VernemqOutput {
  return { alert: [{ text }] }
}

/** VerneMQ's HTTP API v1: a wrapper over the commands of `vmq-admin` (contracts/mqtt.md §2). */
export function vernemq(): Face {
  return {
    name: 'vernemq',
    build: (commands): Registry => commandsBy('vernemq', commands, ({ path }) => path),
    async handle(ctx, view, path) {
      try {
        await dispatch(ctx, view, path)
      } catch (thrown) {
        if (!(thrown instanceof BadRequest)) throw thrown
        empty(ctx, 400)
      }
    },
    fail(ctx, error) {
      if (error.code === 'no_backend') answer(ctx, alert(`Cannot do this now: ${error.message}`))
      else empty(ctx, error.code === 'timeout' ? 504 : 500)
    },
  }
}

/** method → parse (400) → credentials (401) → run; contracts/mqtt.md §2.1. */
async function dispatch(ctx: KernelContext, view: LiveTable, path: string): Promise<void> {
  if (!path.startsWith('/api/v1')) return empty(ctx, 404)
  if (ctx.method === 'OPTIONS') return preflight(ctx)
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
    ctx.set('Allow', 'GET, OPTIONS, HEAD')
    return empty(ctx, 405)
  }
  const { command, call } = parseCall(
    view.registry('vernemq') as Registry,
    path.slice('/api/v1'.length),
    ctx.querystring,
  )
  const identity = await identify(ctx, view, 'vernemq', parseKey)
  if (!identity || !permits(ctx, view, 'vernemq', identity, command.permission)) {
    ctx.set('WWW-Authenticate', 'Basic realm="VerneMQ"')
    return empty(ctx, 401)
  }
  // HEAD never executes a command: the original's does, and a link checker should not disconnect anybody.
  if (ctx.method === 'HEAD') return void send(ctx, 200, 'application/json', '')
  answer(ctx, await run(view, command, { ...call, identity, ctx }))
}

function parseCall(
  registry: Registry,
  path: string,
  query: string,
): { command: Command<'vernemq'>; call: Pick<VernemqCall, 'params' | 'flags'> } {
  const words = path.split('/').filter(Boolean).map(decode)
  if (words[0] && ALIASES[words[0]]) words[0] = ALIASES[words[0]]!
  if (words.length === 1 && ['session', 'listener', 'plugin', 'cluster'].includes(words[0]!)) words.push('show')
  const tail: string[] = []
  while (words.length > 0 && !registry.has(words.join(' '))) tail.unshift(words.pop()!)
  const command = registry.get(words.join(' '))
  if (!command) throw new BadRequest()
  return {
    command,
    call: parseArguments(command.definition, [...tail, ...query.split('&').filter(Boolean).map(decode)]),
  }
}

/** Arguments in any order; unknown names, and params without a value, are refused. */
function parseArguments(definition: VernemqCommand, words: string[]): Pick<VernemqCall, 'params' | 'flags'> {
  const params = new Map<string, string>()
  const flags = new Map<string, string | true>()
  const known = definition.flags === 'any' ? undefined : (definition.flags ?? {})
  for (const word of words) {
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    const value = equals < 0 ? undefined : word.slice(equals + 1)
    if (name.startsWith('-')) {
      const bare = name.replace(/^--?/, '')
      const full = known && !known[bare] ? Object.keys(known).find(each => known[each]!.short === bare) : bare
      if (bare === 'format') continue
      if (full === undefined || (known && !known[full])) throw new BadRequest()
      if (known?.[full]?.value && !value) throw new BadRequest()
      flags.set(full, value ?? true)
    } else {
      if (!definition.params?.includes(name) || !value) throw new BadRequest()
      params.set(name, value)
    }
  }
  return { params, flags }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new BadRequest()
  }
}

/** The user is the API key and the password does not matter; until keys exist an operator's name and password open it. */
function parseKey(authorization: string): NameAndPassword {
  const token = /^Basic (\S+)$/i.exec(authorization)?.[1]
  if (token === undefined) return { name: '', password: '' }
  const parsed = decodeBasic(token)
  if (!parsed) throw new BadRequest()
  return parsed
}

/** Without credentials, unlike the original: a browser's preflight cannot send any. */
function preflight(ctx: KernelContext): void {
  ctx.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'HEAD, GET',
    'Access-Control-Allow-Headers': 'content-type, authorization',
    'Access-Control-Max-Age': '1728000',
  })
  empty(ctx, 200)
}

function answer(ctx: KernelContext, output: VernemqOutput | VernemqOutput[]): void {
  const text = Array.isArray(output) ? `${JSON.stringify(output.map(typed))}\n` : JSON.stringify(typed(output))
  send(ctx, 200, 'application/json', text)
}

function typed(output: VernemqOutput): object {
  if ('text' in output) return { text: output.text, type: 'text' }
  if ('table' in output) return { table: output.table, type: 'table' }
  return { alert: output.alert.map(typed), type: 'alert' }
}

function empty(ctx: KernelContext, status: number): void {
  ctx.status = status
  ctx.body = ''
  ctx.remove('Content-Type')
}
