import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import Koa from 'koa'
import { KernelError } from '../errors.js'
import type { FaceName } from '../life/contributions.js'
import type { Gate } from '../life/gate.js'
import type { Face } from './faces/face.js'
import { InFlight } from './in-flight.js'
import type { LiveTable } from './live-table.js'
import { internal, noSuchPath, notAllowed, otherMethods, pathOf, refuse } from './refusals.js'
import { addressOf, type CarriedMessage, type Carrier, type KernelContext } from './request.js'
import { requestId } from './request-id.js'
import { callRoute, type RouteCall } from './route-call.js'
import { isUpgrade, notUpgraded, takerOf, takeUpgrade } from './upgrade.js'

export interface AppOptions {
  gate: Gate<LiveTable>
  faces: ReadonlyMap<FaceName, Face>
  limits(): { bodyBytes: number; requestMs: number }
  /** An error that no client may see: it goes to the log, with the plugin that answers for it. */
  report(thrown: unknown, ctx: KernelContext): void
  /** Hears of every request once its response has ended; undefined while nobody wants to. */
  access(): ((ctx: KernelContext) => void) | undefined
  /** Writes a change, or a refusal, into the audit log before the answer leaves. */
  record(ctx: KernelContext): void | Promise<void>
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
  readonly #native: RouteCall
  /** Requests that came in before everything was ready. */
  #held: (() => void)[] | undefined

  constructor(options: AppOptions) {
    this.#options = options
    // Every open stream listens to it.
    setMaxListeners(0, this.#leaving.signal)
    this.inFlight = new InFlight(() => options.limits().requestMs)
    this.#native = {
      bodyBytes: () => options.limits().bodyBytes,
      leaving: this.#leaving.signal,
      release: ctx => this.release(ctx),
    }
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

  /** Whether a plugin takes the connection of a request that asks for WebSocket; otherwise it is answered like any other. */
  upgrades(carrier: Carrier, request: IncomingMessage): boolean {
    return !this.#held && takerOf(this.#options.gate.current, carrier, request) !== undefined
  }

  /** Lets a connection leave HTTP. */
  upgrade(carrier: Carrier, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const view = this.#options.gate.current
    const taker = takerOf(view, carrier, request)
    if (taker) takeUpgrade(view, carrier, taker, { request, socket, head })
    else socket.destroy()
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
    view.requests.delete(ctx)
    this.#options.gate.leave(view)
  }

  /** The response is through, or its client has gone. */
  ended(ctx: KernelContext): void {
    this.#options.access()?.(ctx)
  }

  #serve(ctx: KernelContext): void | Promise<void> {
    const view = this.#options.gate.enter()
    ctx.view = view
    const response = ctx.res as PinnedResponse
    response[pinned] = { app: this, ctx }
    response.on('close', onClose)
    view.requests.add(ctx)
    // Neither has a 'close' of its own: a client that left while it was held, an answer that waits behind another one.
    const { socket } = ctx.req
    if (socket.destroyed) return this.release(ctx)
    if (!response.socket) {
      const gone = () => this.release(ctx)
      socket.once('close', gone)
      response.once('close', () => socket.off('close', gone))
    }
    ctx.carrier = (ctx.req as CarriedMessage).carrier
    response.setHeader('X-Request-Id', requestId(ctx.req))
    try {
      const outcome = this.#dispatch(ctx, view)
      if (outcome instanceof Promise) {
        return this.inFlight.limit(outcome, ctx).then(
          () => this.#finish(ctx),
          thrown => this.#fail(ctx, thrown),
        )
      }
      return this.#finish(ctx)
    } catch (thrown) {
      return this.#fail(ctx, thrown)
    }
  }

  #finish(ctx: KernelContext): void | Promise<void> {
    overrideHeaders(ctx)
    if (!ctx.change && !ctx.refusal) return
    const recorded = this.#options.record(ctx)
    // The change is made: an audit log that cannot be written must not turn the answer into a failure.
    return recorded?.catch(thrown => this.#options.report(thrown, ctx))
  }

  #dispatch(ctx: KernelContext, view: LiveTable): void | Promise<void> {
    const { method } = ctx.req as { method: string }
    const path = pathOf(ctx)
    const { mounts, local, allowed } = ctx.carrier
    if (!allowed.empty && !allowed.has(addressOf(ctx))) {
      ctx.refusal = { as: '', why: 'permission' }
      throw notAllowed(addressOf(ctx), ctx.carrier.name)
    }
    if (mounts.native || local) {
      const found = view.routes.static(method === 'HEAD' ? 'GET' : method, path)
      if (found) return callRoute(ctx, view, found, this.#native)
    }
    const resolved = mounts.resolve(path.startsWith('//') ? path.replace(/^\/+/, '/') : path)
    if (!resolved) throw noSuchPath(method, path)
    const { face } = resolved
    if (isUpgrade(face)) throw notUpgraded(view, face)
    if (face !== 'native') {
      ctx.face = face
      return this.#options.faces.get(face)!.handle(ctx, view, resolved.path)
    }
    const found = view.routes.find(method === 'HEAD' ? 'GET' : method, path)
    if (found) return callRoute(ctx, view, found, this.#native)
    return otherMethods(ctx, view)
  }

  #fail(ctx: KernelContext, thrown: unknown): void | Promise<void> {
    const error = thrown instanceof KernelError ? thrown : internal(ctx)
    if (error !== thrown || error.code === 'internal') this.#options.report(thrown, ctx)
    if (error.code === 'timeout' && ctx.change)
      ctx.change.failure = 'no answer in time; it may have been done all the same'
    if (ctx.headerSent || !ctx.writable) {
      ctx.res.destroy()
      // What was done counts, also when nobody waits for the answer any more.
      return this.#finish(ctx)
    }
    // What the client still sends is not read, so the connection cannot be used again.
    if (error.code === 'body_too_large') ctx.set('Connection', 'close')
    const face = ctx.face && this.#options.faces.get(ctx.face)
    if (face) face.fail(ctx, error)
    else refuse(ctx, error)
    return this.#finish(ctx)
  }
}

/** `custom_headers` of the listener win over whatever a face sets (contracts/xmpp.md §3.1). */
function overrideHeaders(ctx: KernelContext): void {
  if (ctx.carrier.headers && !ctx.headerSent) ctx.set(ctx.carrier.headers)
}

function onClose(this: PinnedResponse): void {
  const { app, ctx } = this[pinned]!
  app.release(ctx)
  app.ended(ctx)
}
