import type { Access } from '../../life/contributions.js'
import type { Credentials, Identity } from '../../life/identity.js'
import { decodeBasic, identify, permits } from '../access.js'
import { readBody } from '../body.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import { type EmqRegistry, findPath, indexPaths } from './emq-paths.js'
import { commandsBy, type Face, type FaceOptions, failedAs, isObject, parseBody, run, send, sendEmpty } from './face.js'

export interface EmqCommand {
  access: Access
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Under `/api/v2/`: `{name}` is one segment, `{name...}` everything up to what follows it. */
  path: string
  /** Whether the path may end in a slash. */
  slash?: boolean
  /** What a change says to an unknown node; a list, without this, is 404. */
  unknownNode?: { code: number; message?: string }
  /** Required keys of the JSON body with their types; checked in this order. */
  params?: Record<string, 'string' | 'boolean'>
  /** Changes nothing although it is no GET, so the audit log leaves it out. */
  reads?: true
  /** Whether `curr_page` and `page_size` are read. */
  paged?: boolean
}

export interface EmqCall {
  /** The node's name, as configured. */
  node: string
  /** Captured parts of the path, form-decoded. */
  path: Record<string, string>
  /** The JSON object of the body; empty without one. */
  body: Record<string, unknown>
  page: EmqPage
  identity: Identity | undefined
  ctx: KernelContext
}

export interface EmqPage {
  current: number
  size: number
}

/** A documented code other than 0. All are HTTP 200; some go without a message. */
export class EmqError extends Error {
  constructor(
    readonly code: number,
    readonly text?: string,
  ) {
    super(text ?? `code ${code}`)
  }
}

/** 404 with an empty text/plain body: unknown path, unknown node, and what crashed the original. */
export class EmqNotFound extends Error {}

declare module '../../life/contributions.js' {
  interface FaceCommands {
    emq: { definition: EmqCommand; handler: (call: EmqCall) => unknown }
  }
}

const BASE = '/api/v2/'
/** The permission to learn which paths exist: it is asked before 404 is said. */
const KNOW_PATHS = 'kernel:faces.use'

/** A stable page of `all` in the face's envelope. */
export function paged<T>(page: EmqPage, total: number, objects: T[]): object {
  return {
    current_page: page.current,
    page_size: page.size,
    total_num: total,
    total_page: Math.ceil(total / page.size),
    objects,
  }
}

/** EMQ 2.3's REST API v2 (contracts/mqtt.md §1). */
export function emq(options: () => FaceOptions): Face {
  return {
    name: 'emq',
    build: (commands): EmqRegistry => indexPaths(commandsBy('emq', commands, nameOf)),
    async handle(ctx, view, path) {
      try {
        const result = await dispatch(ctx, view, path, options())
        if (result !== undefined) answer(ctx, { code: 0, result })
      } catch (thrown) {
        if (thrown instanceof EmqError) answerCode(ctx, thrown)
        else if (thrown instanceof EmqNotFound) notFound(ctx)
        else throw thrown
      }
    },
    ask(view, command) {
      const [, method = 'GET', path = ''] = /^(?:([A-Za-z]+) )?(?:\/?api\/v2\/|\/)?(.*)$/s.exec(command) ?? []
      const found = findPath(view.registry('emq') as EmqRegistry, method.toUpperCase(), path)?.command
      return found && { face: 'emq', permission: found.permission, command: nameOf(found.definition) }
    },
    fail(ctx, error) {
      if (error.status === 503) answerCode(ctx, new EmqError(101, 'badrpc'))
      else if (error.code === 'body_too_large') send(ctx, 413, 'text/plain', '')
      else notFound(ctx)
    },
  }
}

/** credentials (401) → path and method (404) → body (109, 107, 108) → node (404, 102) → run; contracts/mqtt.md §1.1. */
async function dispatch(ctx: KernelContext, view: LiveTable, path: string, options: FaceOptions): Promise<unknown> {
  if (isOpen(ctx.method, path)) return open(ctx, view, path, options)
  const registry = view.registry('emq') as EmqRegistry
  const found = path.startsWith(BASE) ? findPath(registry, ctx.method, path.slice(BASE.length)) : undefined
  const permission = found ? found.command.permission : KNOW_PATHS
  const name = `${ctx.method} ${path.slice(BASE.length)}`
  let identity: Identity | undefined
  if (permission !== undefined) {
    identity = await identify(ctx, view, 'emq', parse)
    const command = found ? nameOf(found.command.definition) : name
    if (!identity || !permits(ctx, view, identity, { face: 'emq', permission, command })) return unauthorized(ctx)
  }
  if (!found) throw new EmqNotFound()
  const { definition } = found.command
  const captured = found.captured()
  if (!captured) throw new EmqNotFound()
  const body =
    definition.method === 'POST' || definition.method === 'PUT' ? await readParams(ctx, definition, options) : {}
  if (captured['node'] !== undefined && captured['node'] !== options.nodeNames.emq) {
    const { unknownNode } = definition
    throw unknownNode ? new EmqError(unknownNode.code, unknownNode.message) : new EmqNotFound()
  }
  const page = definition.paged ? readPage(ctx.query) : { current: 1, size: 20 }
  const change = definition.method === 'GET' || definition.reads ? undefined : { command: name, arguments: body }
  return run(view, found.command, { node: options.nodeNames.emq, path: captured, body, page, identity, ctx }, change)
}

function nameOf({ method, path }: EmqCommand): string {
  return `${method} ${path}`
}

async function readParams(
  ctx: KernelContext,
  definition: EmqCommand,
  options: FaceOptions,
): Promise<Record<string, unknown>> {
  const text = (await readBody(ctx.req, options.bodyBytes)).toString('utf8')
  const parsed = text === '' ? {} : parseBody(text)
  if (parsed === undefined) throw new EmqError(109, 'Body not json')
  const body = isObject(parsed) ? parsed : {}
  const wanted = Object.entries(definition.params ?? {})
  if (wanted.some(([key]) => !Object.hasOwn(body, key))) throw new EmqError(107, 'params error')
  if (wanted.some(([key, type]) => typeof body[key] !== type)) throw new EmqError(108, 'params type error')
  return body
}

/** contracts/mqtt.md §1.3: `curr_page` ≤ 0 shows the first page and echoes the number; nonsense is 404. */
function readPage(query: NodeJS.Dict<string | string[]>): EmqPage {
  const number = (name: string, otherwise: number) => {
    const text = query[name] ?? String(otherwise)
    if (typeof text !== 'string' || !/^-?\d{1,9}$/.test(text)) throw new EmqNotFound()
    return Number(text)
  }
  const page = { current: number('curr_page', 1), size: number('page_size', 20) }
  if (page.size <= 0) throw new EmqNotFound()
  return page
}

/** What answers without credentials. */
function isOpen(method: string, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && (path === '/' || path === '/status')
}

function open(ctx: KernelContext, view: LiveTable, path: string, options: FaceOptions): undefined {
  if (path === '/status') {
    return void send(ctx, 200, 'text/plain', `Node ${options.nodeNames.emq} is started\nemqttd is running`)
  }
  const registry = view.registry('emq') as EmqRegistry
  const paths = [...registry.values()].flat().map(({ command }) => BASE + command.definition.path)
  send(ctx, 200, 'application/json', JSON.stringify({ paths: [...new Set(paths)].sort() }))
}

/** Everything but a well-formed `Basic` closes the original's connection; here it is the ordinary 401. */
function parse(authorization: string): Credentials | undefined {
  const token = /^Basic (\S+)$/.exec(authorization)?.[1]
  return token === undefined ? undefined : decodeBasic(token)
}

function unauthorized(ctx: KernelContext): undefined {
  ctx.set('WWW-Authenticate', 'Basic Realm="emqx control center"')
  return void sendEmpty(ctx, 401)
}

function notFound(ctx: KernelContext): void {
  send(ctx, 404, 'text/plain', '')
  ctx.message = 'Object Not Found'
}

function answerCode(ctx: KernelContext, { code, text }: EmqError): void {
  failedAs(ctx, `code ${code}`)
  answer(ctx, { code, message: text })
}

function answer(ctx: KernelContext, envelope: object): void {
  const text = JSON.stringify(envelope).replace(
    /[\u0080-\uffff]/g,
    found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  send(ctx, 200, 'application/json', text)
}
