import type { IncomingMessage, ServerResponse } from 'node:http'
import Koa from 'koa'
import { KernelError } from '../errors.js'
import type { FaceName } from '../life/contributions.js'
import type { Gate } from '../life/gate.js'
import { inScopeOf } from '../life/scope.js'
import { admitNative } from './access.js'
import { readInput } from './body.js'
import type { Face } from './faces/face.js'
import { InFlight } from './in-flight.js'
import type { LiveTable } from './live-table.js'
import type { CarriedMessage, Carrier, KernelContext } from './request.js'
import { requestId } from './request-id.js'
import type { Endpoint } from './route-index.js'

export interface AppOptions {
  gate: Gate<LiveTable>
  faces: ReadonlyMap<FaceName, Face>
  limits(): { bodyBytes: number; requestMs: number }
  /** An error that no client may see: it goes to the log, with the plugin that answers for it. */
  report(thrown: unknown, ctx: KernelContext): void
}

const CLIENT_GONE = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_WRITE_AFTER_END'])

/** Found again on the response when it closes, so that no request needs a closure of its own for that. */
const pinned = Symbol('pinned')
type PinnedResponse = ServerResponse & { [pinned]?: { app: App; ctx: KernelContext } }

/** The Koa application: pin the live table, find who answers, let them, let go. */
export class App {
  readonly inFlight: InFlight
  readonly #options: AppOptions
  readonly #handle: (request: IncomingMessage, response: ServerResponse) => unknown
  readonly #leaving = new AbortController()
  /** Requests that came in before everything was ready. */
  #held: (() => void)[] | undefined

  constructor(options: AppOptions) {
    this.#options = options
    this.inFlight = new InFlight(() => options.limits().requestMs)
    const koa = new Koa()
    // What fails while Koa writes the answer, such as a body that is not JSON; clients that go away are no failure.
    koa.on('error', (thrown: NodeJS.ErrnoException, ctx?: KernelContext) => {
      if (ctx && !CLIENT_GONE.has(thrown.code ?? '')) options.report(thrown, ctx)
    })
    koa.use(context => this.#serve(context as unknown as KernelContext))
    this.#handle = koa.callback()
  }

  /** Answers one request that came in on `carrier`'s listener. */
  handle(carrier: Carrier, request: IncomingMessage, response: ServerResponse): void {
    if (this.#held) {
      this.#held.push(() => this.handle(carrier, request, response))
      return
    }
    ;(request as CarriedMessage).carrier = carrier
    this.#handle(request, response)
  }

  /** Keeps requests waiting until `resume`: ports are bound before the plugins start, so that a taken one stops nothing half-way. */
  hold(): void {
    this.#held ??= []
  }

  resume(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const act of held) act()
  }

  /** Ends every streaming response, now and from now on: the process is leaving. */
  endStreams(): void {
    this.#leaving.abort()
  }

  /** Lets go of the live table before the response has ended: for streams, and for verbs that would wait for themselves. */
  release(ctx: KernelContext): void {
    const { view } = ctx
    if (!view) return
    ctx.view = undefined
    this.#options.gate.leave(view)
  }

  #serve(ctx: KernelContext): void | Promise<void> {
    const view = this.#options.gate.enter()
    ctx.view = view
    const response = ctx.res as PinnedResponse
    response[pinned] = { app: this, ctx }
    response.on('close', onClose)
    ctx.carrier = (ctx.req as CarriedMessage).carrier
    response.setHeader('X-Request-Id', requestId(ctx.req))
    if (ctx.carrier.headers) ctx.set(ctx.carrier.headers)
    try {
      const outcome = this.#dispatch(ctx, view)
      if (outcome instanceof Promise) {
        return this.inFlight.limit(outcome, ctx).catch(thrown => this.#fail(ctx, thrown))
      }
    } catch (thrown) {
      this.#fail(ctx, thrown)
    }
  }

  #dispatch(ctx: KernelContext, view: LiveTable): void | Promise<void> {
    const { method } = ctx.req as { method: string }
    const path = pathOf(ctx)
    const { mounts, local } = ctx.carrier
    if (mounts.native || local) {
      const found = view.routes.static(method === 'HEAD' ? 'GET' : method, path)
      if (found) return this.#run(ctx, view, found.endpoint, found.parameters)
    }
    const resolved = mounts.resolve(path.startsWith('//') ? path.replace(/^\/+/, '/') : path)
    if (resolved && resolved.face !== 'native') {
      ctx.face = resolved.face
      return this.#options.faces.get(resolved.face)!.handle(ctx, view, resolved.path)
    }
    if (!resolved) throw noSuchPath(method, path)
    const found = view.routes.find(method === 'HEAD' ? 'GET' : method, path)
    if (found) return this.#run(ctx, view, found.endpoint, found.parameters)
    return otherMethods(ctx, view)
  }

  #run(
    ctx: KernelContext,
    view: LiveTable,
    endpoint: Endpoint,
    parameters: Record<string, string>,
  ): void | Promise<void> {
    const { route } = endpoint
    const admitted = admitNative(ctx, view, route.permission)
    if (admitted) return admitted.then(() => this.#answer(ctx, view, endpoint, parameters))
    return this.#answer(ctx, view, endpoint, parameters)
  }

  #answer(
    ctx: KernelContext,
    view: LiveTable,
    { route }: Endpoint,
    parameters: Record<string, string>,
  ): void | Promise<void> {
    ctx.params = parameters
    const { signal } = view.generations.get(route.owner)!
    ctx.signal = route.stream ? AbortSignal.any([signal, this.#leaving.signal]) : signal
    if (route.body) {
      return readInput(ctx, route.body, this.#options.limits().bodyBytes).then(input => {
        ctx.input = input
        return this.#call(ctx, view, { route })
      })
    }
    return this.#call(ctx, view, { route })
  }

  #call(ctx: KernelContext, view: LiveTable, { route }: Pick<Endpoint, 'route'>): void | Promise<void> {
    ctx.endless = route.stream
    if (route.stream && ctx.method === 'HEAD') return answerWith(ctx, '')
    const outcome: unknown = inScopeOf(view.scopeOf(route.owner), route.handler, ctx)
    if (route.stream) this.release(ctx)
    if (outcome instanceof Promise) return outcome.then(value => answerWith(ctx, value))
    answerWith(ctx, outcome)
  }

  #fail(ctx: KernelContext, thrown: unknown): void {
    const error = thrown instanceof KernelError ? thrown : internal(ctx)
    if (error !== thrown || error.code === 'internal') this.#options.report(thrown, ctx)
    if (ctx.headerSent || !ctx.writable) {
      ctx.res.destroy()
      return
    }
    // What the client still sends is not read, so the connection cannot be used again.
    if (error.code === 'body_too_large') ctx.set('Connection', 'close')
    const face = ctx.face && this.#options.faces.get(ctx.face)
    if (face) {
      face.fail(ctx, error)
      return
    }
    ctx.status = error.status
    if (error.code === 'unauthorized') ctx.set('WWW-Authenticate', 'Basic realm="patchbay", charset="UTF-8"')
    ctx.body = { error: { ...error.toJSON(), request_id: String(ctx.res.getHeader('X-Request-Id')) } }
  }
}

function onClose(this: PinnedResponse): void {
  const { app, ctx } = this[pinned]!
  app.release(ctx)
}

function answerWith(ctx: KernelContext, value: unknown): void {
  if (value !== undefined) ctx.response.body = value
}

/** OPTIONS and 405 for a path that exists; 404 for one that does not. */
function otherMethods(ctx: KernelContext, view: LiveTable): void {
  const methods: string[] = view.routes.methods(ctx.path)
  if (methods.length === 0) throw noSuchPath(ctx.method, ctx.path)
  if (methods.includes('GET')) methods.push('HEAD')
  ctx.set('Allow', [...methods, 'OPTIONS'].join(', '))
  if (ctx.method !== 'OPTIONS') {
    throw new KernelError('method_not_allowed', `${ctx.path} does not know ${ctx.method}, only ${methods.join(', ')}`)
  }
  ctx.status = 204
}

/** Koa reads the target with Node's URL parser, which throws over some. */
function pathOf(ctx: KernelContext): string {
  try {
    return ctx.request.path ?? '/'
  } catch {
    throw new KernelError('bad_request', 'the target of the request is not a URL')
  }
}

function noSuchPath(method: string, path: string): KernelError {
  return new KernelError('not_found', `nothing answers ${method} ${path} on this port`, {
    hint: 'GET /kernel/routes on port 8080 lists the native routes; patchbay plugin list shows which plugins run',
  })
}

function internal(ctx: KernelContext): KernelError {
  const id = String(ctx.res.getHeader('X-Request-Id'))
  return new KernelError('internal', 'this request failed inside Patchbay; everything else keeps working', {
    hint: `the log has the reason under request ${id}: patchbay logs`,
  })
}
