import { KernelError } from '../../errors.js'
import type { Credentials, Identity } from '../../life/identity.js'
import { decodeBasic, identify, permits } from '../access.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import { answerCode, answerResult, notFound, unauthorized } from './emq-answer.js'
import { type EmqCommand, EmqError, EmqMalformed, EmqNotFound } from './emq-command.js'
import { FIRST_PAGE, readPage, readParams } from './emq-params.js'
import { type EmqRegistry, findPath, indexPaths } from './emq-paths.js'
import { commandsBy, type Face, type FaceOptions, run, send } from './face.js'

const BASE = '/api/v2/'
/** The service of whoever serves MQTT: what EMQ calls `emqttd`. */
const BACKEND = 'mqtt-backend'
/** The permission to learn which paths exist: it is asked before 404 is said. */
const KNOW_PATHS = 'kernel:faces.use'

/** EMQ 2.3's REST API v2 (contracts/mqtt.md §1). */
export function emq(options: () => FaceOptions): Face {
  return {
    name: 'emq',
    build: (commands): EmqRegistry => indexPaths(commandsBy('emq', commands, nameOf)),
    async handle(ctx, view, path) {
      try {
        const result = await dispatch(ctx, view, path, options())
        if (result !== undefined) await answerResult(ctx, result)
      } catch (thrown) {
        if (thrown instanceof EmqError) answerCode(ctx, thrown)
        else if (thrown instanceof EmqNotFound) notFound(ctx)
        // What a backend refuses in a sentence is no crash.
        else if (thrown instanceof KernelError && REFUSALS.has(thrown.code)) answerCode(ctx, refused(thrown))
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
      else answerCode(ctx, new EmqError(102, 'unknown'))
    },
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['unsupported', 'conflict', 'not_found'])

function refused({ message }: KernelError): EmqError {
  return new EmqError(102, message)
}

/** credentials (401) → path and method (404) → body (109, 107, 108) → node (404, 102) → run; contracts/mqtt.md §1.1. */
async function dispatch(ctx: KernelContext, view: LiveTable, path: string, options: FaceOptions): Promise<unknown> {
  if (isOpen(ctx.method, path)) return open(ctx, view, path, options)
  // How the dashboard makes a browser forget the credentials.
  if (ctx.method === 'GET' && path === '/api/logout') return void unauthorized(ctx)
  const registry = view.registry('emq') as EmqRegistry
  const found = path.startsWith(BASE) ? findPath(registry, ctx.method, path.slice(BASE.length)) : undefined
  const permission = found ? found.command.permission : KNOW_PATHS
  const name = `${ctx.method} ${path.slice(BASE.length)}`
  let identity: Identity | undefined
  if (permission !== undefined) {
    identity = await identify(ctx, view, 'emq', parse)
    const command = found ? nameOf(found.command.definition) : name
    if (!identity || !permits(ctx, view, identity, { face: 'emq', permission, command })) {
      return void unauthorized(ctx)
    }
  }
  if (!found) throw new EmqNotFound()
  const { definition } = found.command
  const captured = found.captured()
  if (!captured) throw new EmqMalformed()
  const body = await readParams(ctx, definition, options.bodyBytes)
  const node = options.nodeNames.emq
  if (captured['node'] !== undefined && captured['node'] !== node) {
    const { unknownNode } = definition
    throw unknownNode ? new EmqError(unknownNode.code, unknownNode.message) : new EmqNotFound()
  }
  const page = definition.paged ? readPage(ctx.query) : FIRST_PAGE
  const change =
    definition.method === 'GET' || definition.reads ? undefined : { command: name, arguments: toldOf(definition, body) }
  return run(view, found.command, { node, path: captured, body, page, identity, ctx }, change)
}

/** A configuration key as the name of its value, by which the audit log knows what is secret. */
function toldOf({ params }: EmqCommand, body: Record<string, unknown>): Record<string, unknown> {
  const { key, value } = body
  return params?.['key'] && params['value'] ? { [String(key)]: value } : body
}

function nameOf({ method, path }: EmqCommand): string {
  return `${method} ${path}`
}

/** What answers without credentials. */
function isOpen(method: string, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && (path === '/' || path === '/status')
}

function open(ctx: KernelContext, view: LiveTable, path: string, options: FaceOptions): undefined {
  if (path === '/status') {
    const state = view.service(BACKEND) === undefined ? 'not_running' : 'running'
    return void send(ctx, 200, 'text/plain', `Node ${options.nodeNames.emq} is started\nemqttd is ${state}`)
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
