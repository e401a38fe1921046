import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { KernelError } from '../errors.js'
import type { UpgradeName } from '../life/contributions.js'
import { inScopeOf } from '../life/scope.js'
import type { LiveTable } from './live-table.js'
import type { Served } from './mounts.js'
import { addressOf, type Carrier, type KernelContext } from './request.js'

/** What is spoken there, for people. */
const PROTOCOLS: Readonly<Record<UpgradeName, string>> = { xmpp_websocket: 'XMPP over WebSocket (RFC 7395)' }

export function isUpgrade(served: Served): served is UpgradeName {
  return Object.hasOwn(PROTOCOLS, served)
}

/** Hands the connection to the plugin that speaks what is mounted at this path; false when it stays with HTTP. */
export function takeUpgrade(
  view: LiveTable,
  carrier: Carrier,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): boolean {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return false
  const served = carrier.mounts.resolve((request.url ?? '/').split('?', 1)[0]!)?.face
  const found = served && isUpgrade(served) ? view.upgrade(served) : undefined
  const address = addressOf({ req: request, carrier } as KernelContext)
  if (!found || !(carrier.allowed.empty || carrier.allowed.has(address))) return false
  inScopeOf(view.scopeOf(found.owner), found.handler, { request, socket, head, tls: carrier.tls, address })
  return true
}

/** What an ordinary request hears at a path where another protocol is spoken. */
export function notUpgraded(view: LiveTable, name: UpgradeName): KernelError {
  if (view.upgrade(name)) {
    return new KernelError('upgrade_required', `this path speaks ${PROTOCOLS[name]}`, {
      hint: 'connect with a client of that protocol',
    })
  }
  return new KernelError('no_backend', `no running plugin speaks ${PROTOCOLS[name]}`, {
    hint: 'patchbay plugin list shows what runs',
  })
}

/** For whoever offers another protocol without need, as `curl --http2` does: the connection ends with the answer. */
export function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  response.once('finish', () => socket.end())
  return response
}
