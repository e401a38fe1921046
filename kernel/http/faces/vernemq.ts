import type { Access, Command } from '../../life/contributions.js'
import type { Identity } from '../../life/identity.js'
import { permits } from '../access.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import { commandsBy, type Face, type FaceOptions, run, send, sendEmpty } from './face.js'
import { parseCall, VernemqBadRequest, type VernemqRegistry } from './vernemq-arguments.js'
import { askedOf, keyHolder, refuseKey } from './vernemq-credentials.js'
import { alert, answer, type VernemqAnswer } from './vernemq-output.js'
import { preflight, serveBeside } from './vernemq-siblings.js'
import { WebSessions, webui } from './vernemq-webui.js'

export interface VernemqCommand {
  access: Access
  /** The words of `vmq-admin`: `session show`; or, with a leading slash, a path beside the API: `/health/ping`. */
  path: string
  /** Changes nothing, so the audit log leaves it out. */
  reads?: true
  /** `name=value` arguments; `any` for the keys of `set`. */
  params?: readonly string[] | 'any'
  /** Parameters that have to be an IP address or a port. */
  types?: Readonly<Record<string, 'address' | 'port'>>
  /** Whether it takes words, as `show` does. */
  positional?: true
  /** `--name` and `--name=value` arguments. */
  flags?: Record<string, VernemqFlag>
  /** What a key must be for; `mgmt` unless said. */
  scope?: string
  /** Of a path beside the API; GET unless said. */
  methods?: readonly string[]
}

export interface VernemqFlag {
  short?: string
  /** Whether it needs a value, and of which kind. */
  value?: boolean | 'number'
}

export interface VernemqCall {
  words: readonly string[]
  params: ReadonlyMap<string, string>
  /** A flag without a value maps to true. */
  flags: ReadonlyMap<string, string | true>
  /** The flags as they were given: one may come twice, with a value and without. */
  given: readonly (readonly [name: string, value: string | true])[]
  /** Of a path beside the API, when its method has one. */
  body: Buffer
  /** `VerneMQ@127.0.0.1` */
  node: string
  identity: Identity | undefined
  ctx: KernelContext
}

declare module '../../life/contributions.js' {
  interface FaceCommands {
    vernemq: {
      definition: VernemqCommand
      handler: (call: VernemqCall) => VernemqAnswer | Promise<VernemqAnswer>
    }
  }
}

const BASE = '/api/v1'
/** Marks a request to the API itself, whose failures are alerts. */
const API = 'vernemq api'

/** VerneMQ's HTTP API v1: a wrapper over the commands of `vmq-admin`, and what stands beside it (contracts/mqtt.md §2). */
export function vernemq(options: () => FaceOptions): Face {
  const sessions = new WebSessions()
  return {
    name: 'vernemq',
    build: (commands): VernemqRegistry => commandsBy('vernemq', commands, ({ path }) => path),
    async handle(ctx, view, path) {
      const node = options().nodeNames.vernemq
      try {
        if (path === BASE || path.startsWith(`${BASE}/`)) await callApi(ctx, view, path, node)
        else if (path.startsWith('/webuiapi/')) {
          await webui(ctx, view, path, { sessions, node, call: (inner, who) => callApi(ctx, view, inner, node, who) })
        } else await serveBeside(ctx, view, path, { node, bodyBytes: options().bodyBytes })
      } catch (thrown) {
        if (!(thrown instanceof VernemqBadRequest)) throw thrown
        sendEmpty(ctx, 400)
      }
    },
    ask(view, command) {
      const registry = view.registry('vernemq') as VernemqRegistry
      const found = registry.get(command) ?? registry.get(wordsOf(command))
      return found && askedOf(found)
    },
    fail(ctx, error) {
      if (error.code === 'internal') return sendEmpty(ctx, 500)
      if (error.code === 'timeout') return sendEmpty(ctx, 504)
      if (error.code === 'body_too_large') return send(ctx, 413, 'text/plain', 'Payload too large.')
      if (ctx.state[API])
        void answer(ctx, alert(error.status === 503 ? `Cannot do this now: ${error.message}` : error.message))
      else send(ctx, error.status, 'text/plain', error.message)
    },
  }
}

/** method → parse (400) → credentials (401) → Accept (406) → run; contracts/mqtt.md §2.1. `who` has been identified already. */
async function callApi(ctx: KernelContext, view: LiveTable, path: string, node: string, who?: Identity): Promise<void> {
  if (ctx.method === 'OPTIONS') return preflight(ctx)
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
    ctx.set('Allow', 'GET, OPTIONS, HEAD')
    return sendEmpty(ctx, 405)
  }
  ctx.state[API] = true
  const registry = view.registry('vernemq') as VernemqRegistry
  const { command, call } = parseCall(registry, path.slice(BASE.length), ctx.querystring)
  const identity = who ?? (await keyHolder(ctx, view))
  if (!identity || !permits(ctx, view, identity, askedOf(command))) return refuseKey(ctx)
  if (!acceptsJson(ctx.req.headers.accept)) return sendEmpty(ctx, 406)
  // HEAD never executes a command: the original's does, and a link checker should not disconnect anybody.
  if (ctx.method === 'HEAD') return void send(ctx, 200, 'application/json', '')
  return answer(ctx, await run(view, command, { ...call, body: NOTHING, node, identity, ctx }, changeOf(command, call)))
}

const NOTHING = Buffer.alloc(0)

function changeOf({ definition }: Command<'vernemq'>, call: Pick<VernemqCall, 'params' | 'flags'>) {
  if (definition.reads) return undefined
  return { command: definition.path, arguments: Object.fromEntries([...call.params, ...call.flags]) }
}

function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true
  return accept.split(',').some(range => /^\s*(\*\/\*|application\/(\*|json))\s*(;|$)/i.test(range))
}

function wordsOf(command: string): string {
  return command.replace(/^\/?(api\/v1\/)?/, '').replaceAll('/', ' ')
}
