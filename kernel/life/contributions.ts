import type { Context } from 'koa'
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

/** What a route handler receives: Koa's context, with what the kernel found out before. */
export interface RouteContext extends Context {
  params: Record<string, string>
  /** The parsed body, when the route declares one. */
  input: unknown
  identity: Identity | undefined
  /** Aborts when the generation that handles the request is retired. */
  signal: AbortSignal
}

/** Sets `ctx.body`, or returns what becomes the body. */
export type RouteHandler = (ctx: RouteContext) => unknown

export interface Route {
  readonly owner: string
  readonly method: Method
  /** As @koa/router reads it: `/things/:id`. */
  readonly path: string
  /** Full permission name; undefined for a public route. */
  readonly permission: string | undefined
  readonly body: BodyKind | undefined
  readonly stream: boolean
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

/** All that one generation adds to the live table, as data with an owner. */
export interface Contributions {
  readonly routes: Route[]
  readonly commands: Command[]
  readonly services: Map<string, unknown>
  readonly permissions: Map<string, string>
  authenticator: Authenticator | undefined
}

export function noContributions(): Contributions {
  return { routes: [], commands: [], services: new Map(), permissions: new Map(), authenticator: undefined }
}
