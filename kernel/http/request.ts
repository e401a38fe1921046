import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { KernelError } from '../errors.js'
import type { FaceName, RouteContext } from '../life/contributions.js'
import { type AddressSet, plainAddress } from '../names/address-set.js'
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
  /** `trusted_proxies` of the configuration. */
  readonly proxies: AddressSet
  /** `allow_ips` of the listener: everybody when it is empty. */
  readonly allowed: AddressSet
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
  /** Known once `addressOf` was asked. */
  callerAddress: string | undefined
  /** What the audit log will say about this call; undefined while it changes nothing. */
  change: Change | undefined
  /** Credentials that were wrong, or a permission that was missing. */
  refusal: { readonly as: string; readonly why: 'credentials' | 'permission' } | undefined
}

/** What a call asks to be changed, and how it went as far as the HTTP status does not tell. */
export interface Change {
  /** As the face names it: `DELETE users/bob`, `register`. */
  readonly command: string
  readonly arguments: unknown
  /** In the face's own words: `code 113`, `failed: nonexistant`. */
  failure?: string
}

/** The path as logs may show it: without its query, and without what callers put into it that is nobody else's business. */
export function shownPath({ req }: Pick<KernelContext, 'req'>): string {
  const [path = ''] = (req.url ?? '').split('?')
  return path
    .replace(/%3d/gi, '=')
    .replace(/=[^/]*/g, '=…')
    .replace(/(\/prov\/).+/, '$1…')
}

/** How many addresses of `X-Forwarded-For` are looked at. */
const MOST_HOPS = 32

/**
 * The caller's address, IPv4 without its IPv6 mapping. Where the connection comes from a trusted proxy it is the last
 * address of `X-Forwarded-For` that is not one.
 */
export function addressOf(ctx: KernelContext): string {
  ctx.callerAddress ??= callerOf(ctx.req, ctx.carrier)
  return ctx.callerAddress
}

/** The same of a request that has no context. */
export function callerOf(req: IncomingMessage, carrier: Carrier): string {
  const address = plainAddress(req.socket.remoteAddress ?? '')
  const { proxies } = carrier
  const forwarded = req.headers['x-forwarded-for']
  if (proxies.empty || forwarded === undefined || !proxies.has(address)) return address
  let caller = address
  for (const hop of String(forwarded).split(',').slice(-MOST_HOPS).reverse()) {
    const named = withoutPort(hop.trim())
    // Whoever it is, it is not the proxy, whom rules and lists may trust.
    if (isIP(named) === 0) return UNKNOWN
    caller = named
    if (!proxies.has(named)) break
  }
  return caller
}

/** Whether nobody could read it on its way: it came over TLS, to us or to a trusted proxy. */
export function isSecure(req: IncomingMessage, { tls, proxies }: Carrier): boolean {
  if (tls || proxies.empty) return tls
  return proxies.has(plainAddress(req.socket.remoteAddress ?? '')) && req.headers['x-forwarded-proto'] === 'https'
}

const UNKNOWN = 'unknown'

/** Some proxies add the port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  const [, six, four] = /^(?:\[([^\]]*)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(hop) ?? []
  return plainAddress(six ?? four ?? hop)
}

/** A handler must not begin once its request was answered with a time-out, or its client has gone. */
export function assertWaiting(ctx: KernelContext, view: LiveTable): void {
  if (ctx.view !== view) throw new KernelError('timeout', 'nobody waits for this request any more; it was not begun')
}
