import type { Access, Command } from '../../life/contributions.js'
import type { Credentials, Identity } from '../../life/identity.js'
import { type Asked, decodeBasic, identify, permits } from '../access.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import { commandsBy, type Face, failedAs, run, send, sendEmpty } from './face.js'
import { BadRequest, parseCall, type VernemqRegistry } from './vernemq-arguments.js'

export interface VernemqCommand {
  access: Access
  /** The words of `vmq-admin`: `session show`. */
  path: string
  /** Changes nothing, so the audit log leaves it out. */
  reads?: true
  /** `name=value` arguments. */
  params?: readonly string[]
  /** `--name` and `--name=value` arguments. */
  flags?: Record<string, VernemqFlag>
}

export interface VernemqFlag {
  short?: string
  /** Whether it needs a value, and of which kind. */
  value?: boolean | 'number'
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

const BASE = '/api/v1'

export function alert(text: string): VernemqOutput {
  return { alert: [{ text }] }
}

/** VerneMQ's HTTP API v1: a wrapper over the commands of `vmq-admin` (contracts/mqtt.md §2). */
export function vernemq(): Face {
  return {
    name: 'vernemq',
    build: (commands): VernemqRegistry => commandsBy('vernemq', commands, ({ path }) => path),
    async handle(ctx, view, path) {
      try {
        await dispatch(ctx, view, path)
      } catch (thrown) {
        if (!(thrown instanceof BadRequest)) throw thrown
        sendEmpty(ctx, 400)
      }
    },
    ask(view, command) {
      const found = (view.registry('vernemq') as VernemqRegistry).get(
        command.replace(/^\/?(api\/v1\/)?/, '').replaceAll('/', ' '),
      )
      return found && asked(found)
    },
    fail(ctx, error) {
      if (error.status === 503) answer(ctx, alert(`Cannot do this now: ${error.message}`))
      else sendEmpty(ctx, error.code === 'timeout' ? 504 : 500)
    },
  }
}

/** method → parse (400) → credentials (401) → run; contracts/mqtt.md §2.1. */
async function dispatch(ctx: KernelContext, view: LiveTable, path: string): Promise<void> {
  if (path !== BASE && !path.startsWith(`${BASE}/`)) return sendEmpty(ctx, 404)
  if (ctx.method === 'OPTIONS') return preflight(ctx)
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
    ctx.set('Allow', 'GET, OPTIONS, HEAD')
    return sendEmpty(ctx, 405)
  }
  const { command, call } = parseCall(
    view.registry('vernemq') as VernemqRegistry,
    path.slice(BASE.length),
    ctx.querystring,
  )
  const identity = await identify(ctx, view, 'vernemq', parseKey, shownBy(ctx))
  if (!identity || !permits(ctx, view, identity, asked(command))) {
    ctx.set('WWW-Authenticate', 'Basic realm="VerneMQ"')
    return sendEmpty(ctx, 401)
  }
  // HEAD never executes a command: the original's does, and a link checker should not disconnect anybody.
  if (ctx.method === 'HEAD') return void send(ctx, 200, 'application/json', '')
  const { path: words, reads } = command.definition
  const change = reads ? undefined : { command: words, arguments: Object.fromEntries([...call.params, ...call.flags]) }
  answer(ctx, await run(view, command, { ...call, identity, ctx }, change))
}

/** All commands are for the scope `mgmt`. */
function asked({ permission, definition }: Command<'vernemq'>): Asked {
  return { face: 'vernemq', permission, command: definition.path, scope: 'mgmt' }
}

/** No header can begin like this, so that it is remembered apart from `Authorization`. */
const HEADER_KEY = '\nx-api-key '

/** `Authorization` counts where both are sent, as in the original. */
function shownBy({ req: { headers } }: KernelContext): string | undefined {
  const key = headers['x-api-key']
  return headers.authorization ?? (key === undefined ? undefined : `${HEADER_KEY}${[key].flat().join()}`)
}

/** The user of Basic is the API key, and the password does not matter. */
function parseKey(shown: string): Credentials | undefined {
  if (shown.startsWith(HEADER_KEY)) {
    return { scheme: 'key', key: Buffer.from(shown.slice(HEADER_KEY.length), 'latin1').toString('utf8') }
  }
  const token = /^Basic (\S+)$/i.exec(shown)?.[1]
  if (token === undefined) return undefined
  const parsed = decodeBasic(token)
  if (!parsed) throw new BadRequest()
  return { scheme: 'key', key: parsed.name }
}

/** Without credentials, unlike the original: a browser's preflight cannot send any. */
function preflight(ctx: KernelContext): void {
  ctx.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'HEAD, GET',
    'Access-Control-Allow-Headers': 'content-type, authorization',
    'Access-Control-Max-Age': '1728000',
  })
  sendEmpty(ctx, 200)
}

function answer(ctx: KernelContext, output: VernemqOutput | VernemqOutput[]): void {
  const [first] = [output].flat()
  if (first && 'alert' in first) failedAs(ctx, 'alert')
  // As commands say it since 1.13.
  if (first && 'text' in first && first.text.startsWith('{error,')) failedAs(ctx, first.text)
  const text = Array.isArray(output) ? `${JSON.stringify(output.map(typed))}\n` : JSON.stringify(typed(output))
  send(ctx, 200, 'application/json', text)
}

function typed(output: VernemqOutput): object {
  if ('text' in output) return { text: output.text, type: 'text' }
  if ('table' in output) return { table: output.table, type: 'table' }
  return { alert: output.alert.map(typed), type: 'alert' }
}
