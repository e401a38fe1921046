import type { Route } from '../life/contributions.js'
import { inScopeOf } from '../life/scope.js'
import { admitNative } from './access.js'
import { readInput } from './body.js'
import { checkedBody } from './checked-body.js'
import type { LiveTable } from './live-table.js'
import { assertWaiting, type KernelContext } from './request.js'
import type { Endpoint } from './route-index.js'
import type { Found } from './route-tree.js'

export interface RouteCall {
  bodyBytes(): number
  /** Aborts when the process is leaving. */
  readonly leaving: AbortSignal
  release(ctx: KernelContext): void
}

/** A native route: permission, body, handler. Returns without a promise when nothing has to be waited for. */
export function callRoute(ctx: KernelContext, view: LiveTable, found: Found, call: RouteCall): void | Promise<void> {
  const { endpoint } = found
  ctx.params = found.parameters
  const admitted = admitNative(ctx, view, endpoint.route.permission)
  return admitted
    ? admitted.then(() => readThenHandle(ctx, view, endpoint, call))
    : readThenHandle(ctx, view, endpoint, call)
}

function readThenHandle(
  ctx: KernelContext,
  view: LiveTable,
  endpoint: Endpoint,
  call: RouteCall,
): void | Promise<void> {
  const { route, query } = endpoint
  assertWaiting(ctx, view)
  ctx.owner = route.owner
  const { signal } = view.generations.get(route.owner)!
  ctx.signal = route.stream ? streamSignal(ctx, [signal, call.leaving]) : signal
  if (query) ctx.given = query(ctx.query)
  if (!route.body) return handle(ctx, view, route, call)
  return readInput(ctx, route.body, call.bodyBytes()).then(input => {
    assertWaiting(ctx, view)
    ctx.input = checkedBody(route, input)
    return handle(ctx, view, route, call)
  })
}

function handle(ctx: KernelContext, view: LiveTable, route: Route, call: RouteCall): void | Promise<void> {
  ctx.endless = route.stream
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
    ctx.change = { command: `${ctx.method} ${ctx.path}`, arguments: ctx.input ?? queryOf(ctx) }
  }
  if (route.stream && ctx.method === 'HEAD') return answerWith(ctx, '')
  const outcome: unknown = inScopeOf(view.scopeOf(route.owner), route.handler, ctx)
  if (route.stream) call.release(ctx)
  if (outcome instanceof Promise) return outcome.then(value => answerWith(ctx, value))
  answerWith(ctx, outcome)
}

/** What a change without a body is told in its query. */
function queryOf(ctx: KernelContext): unknown {
  return ctx.querystring === '' ? undefined : { ...ctx.query }
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** Plain objects and lists become text here: Koa would look their type up, and write the length, in more steps. */
function answerWith(ctx: KernelContext, value: unknown): void {
  if (value === undefined) return
  if (!isPlain(value)) {
    ctx.response.body = value
    return
  }
  if (!ctx.res.hasHeader('Content-Type')) ctx.res.setHeader('Content-Type', JSON_TYPE)
  ctx.response.body = JSON.stringify(value)
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || Array.isArray(value)
}

/** `AbortSignal.any` would stay reachable from its sources until they abort; this one goes with the response. */
function streamSignal(ctx: KernelContext, sources: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController()
  const abort = () => controller.abort()
  for (const source of sources) {
    if (source.aborted) abort()
    source.addEventListener('abort', abort)
  }
  ctx.res.once('close', () => {
    for (const source of sources) source.removeEventListener('abort', abort)
  })
  return controller.signal
}
