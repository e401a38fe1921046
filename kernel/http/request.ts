import type { IncomingMessage } from 'node:http'
import { KernelError } from '../errors.js'
import type { FaceName, RouteContext } from '../life/contributions.js'
import type { Patience } from './in-flight.js'
import type { LiveTable } from './live-table.js'
import type { Mounts } from './mounts.js'

/** What the kernel knows about the listener that a request came in on. */
export interface Carrier {
  /** `127.0.0.1:8080`, as log lines and permission rules name it. */
  readonly name: string
  readonly tag: string | undefined
  readonly tls: boolean
  /** The control socket: whoever can open it may do everything. */
  readonly local: boolean
  readonly mounts: Mounts
  readonly headers: Readonly<Record<string, string>> | undefined
}

export type CarriedMessage = IncomingMessage & { carrier: Carrier }

/** Koa's context with what the kernel adds to it before anything else runs. */
export interface KernelContext extends RouteContext, Patience {
  /** The live table that this request has pinned; undefined once it has let go of it. */
  view: LiveTable | undefined
  carrier: Carrier
  /** The plugin that answers, once that is known. */
  owner: string | undefined
  /** The face that answers, when the path belongs to one. */
  face: FaceName | undefined
}

/** The caller's address, IPv4 without its IPv6 mapping. */
export function addressOf(ctx: KernelContext): string {
  const address = ctx.req.socket.remoteAddress ?? ''
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

/** A handler must not begin once its request was answered with a time-out, or its client has gone. */
export function assertWaiting(ctx: KernelContext, view: LiveTable): void {
  if (ctx.view !== view) throw new KernelError('timeout', 'nobody waits for this request any more; it was not begun')
}
