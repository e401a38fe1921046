import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Context } from 'koa'
import type { z } from 'zod'
import type { Authenticator, Identity } from './identity.js'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** How a route's body is read before its handler runs; without one the body stays unread. */
export type BodyKind = 'json' | 'form' | 'text' | 'multipart'

/** Who may use a route. Every route says so; there is no default. */
export type Access = ({ permission: string } | { public: true }) & {
  body?: BodyKind
  /** A response without an end, such as server-sent events: a reload ends it through `signal` instead of waiting. */
  stream?: boolean
}

/** What may be said about a route: the kernel checks calls against it before the handler runs, and /kernel/openapi.json shows it. */
export interface RouteDescription<Query = unknown, Body = unknown> {
  /** What it does, in one line. */
  summary: string
  details?: string
  /** Of the path: name to meaning. */
  parameters?: Readonly<Record<string, string>>
  /** An object schema; numbers, booleans and lists are read from the text of the query. Other parameters are refused. */
  query?: z.ZodType<Query>
  /** Of a JSON body, which is read without a `body` of its own beside it. */
  body?: z.ZodType<Body>
  /** Of the JSON it answers. */
  answer?: z.ZodType
  /** What else it may answer than JSON, or instead of it: `text/event-stream`. */
  answerType?: string
  /** A call that is accepted as it stands. */
  example?: { query?: Readonly<Record<string, unknown>>; body?: unknown }
}

/** Access to a native route, and what is known about it. */
export type RouteAccess<Query = unknown, Body = unknown> = Access & { describe?: RouteDescription<Query, Body> }

/** What a route handler receives: Koa's context, with what the kernel found out before. */
export interface RouteContext<Query = unknown, Body = unknown> extends Context {
  params: Record<string, string>
  /** The query as the route's description has it, with defaults. */
  given: Query
  /** The parsed body, when the route declares one; checked, when it describes it. */
  input: Body
  identity: Identity | undefined
  /** Aborts when the generation that handles the request is retired. */
  signal: AbortSignal
}

/** Sets `ctx.body`, or returns what becomes the body. */
export type RouteHandler<Query = unknown, Body = unknown> = (ctx: RouteContext<Query, Body>) => unknown

export interface Route {
  readonly owner: string
  readonly method: Method
  /** As @koa/router reads it: `/things/:id`. */
  readonly path: string
  /** Full permission name; undefined for a public route. */
  readonly permission: string | undefined
  readonly body: BodyKind | undefined
  readonly stream: boolean
  readonly description: RouteDescription | undefined
  readonly handler: RouteHandler
}

/**
 * The faces, each with the shape of its commands and of their handlers; each adds its own line by declaration merging.
 * Every definition has an `access`, as routes do.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by kernel/http/faces
export interface FaceCommands {}

export type FaceName = keyof FaceCommands & string

export interface Command<F extends FaceName = FaceName> {
  readonly owner: string
  readonly face: F
  readonly definition: FaceCommands[F]['definition']
  readonly permission: string | undefined
  readonly handler: FaceCommands[F]['handler']
}

/** Protocols that a connection can be upgraded to (RFC 9110 §7.8), as `request_handlers` names what speaks them. */
export type UpgradeName = 'xmpp_websocket'

/** What came in on a connection that leaves HTTP. The socket is the plugin's from now on: it must be kept as a holding. */
export interface UpgradeRequest {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What the client sent behind its request. */
  readonly head: Buffer
  /** It came over TLS, to us or to a proxy of `trusted_proxies` that says so. */
  readonly tls: boolean
  /** The caller's, by way of `trusted_proxies`; IPv4 without its IPv6 mapping. */
  readonly address: string
}

export type UpgradeHandler = (upgrade: UpgradeRequest) => void

/** All that one generation adds to the live table, as data with an owner. */
export interface Contributions {
  readonly routes: Route[]
  readonly commands: Command[]
  readonly services: Map<string, unknown>
  readonly permissions: Map<string, string>
  readonly upgrades: Map<UpgradeName, UpgradeHandler>
  authenticator: Authenticator | undefined
}

export function noContributions(): Contributions {
  return {
    routes: [],
    commands: [],
    services: new Map(),
    permissions: new Map(),
    upgrades: new Map(),
    authenticator: undefined,
  }
}
