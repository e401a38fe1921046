import type { IncomingMessage } from 'node:http'
import { KernelError } from '../errors.js'
import type { UpgradeHandler, UpgradeName, UpgradeRequest } from '../life/contributions.js'
import { inScopeOf } from '../life/scope.js'
import type { LiveTable } from './live-table.js'
import type { Served } from './mounts.js'
import { type Carrier, callerOf, isSecure } from './request.js'

/** What is spoken there, for people. */
const PROTOCOLS: Readonly<Record<UpgradeName, string>> = { xmpp_websocket: 'XMPP over WebSocket (RFC 7395)' }

export function isUpgrade(served: Served): served is UpgradeName {
  return Object.hasOwn(PROTOCOLS, served)
}

/** Who takes the connection of a request that asks for WebSocket; undefined when it stays with HTTP. */
export function takerOf(view: LiveTable, carrier: Carrier, request: IncomingMessage): Taker | undefined {
  const served = carrier.mounts.resolve((request.url ?? '/').split('?', 1)[0]!)?.face
  const found = served && isUpgrade(served) ? view.upgrade(served) : undefined
  return found && (carrier.allowed.empty || carrier.allowed.has(callerOf(request, carrier))) ? found : undefined
}

export interface Taker {
  readonly owner: string
  readonly handler: UpgradeHandler
}

/** Hands the connection to the plugin that speaks what is mounted at this path. */
export function takeUpgrade(
  view: LiveTable,
  carrier: Carrier,
  { owner, handler }: Taker,
  given: Pick<UpgradeRequest, 'request' | 'socket' | 'head'>,
): void {
  const { request } = given
  const upgrade = { ...given, tls: isSecure(request, carrier), address: callerOf(request, carrier) }
  inScopeOf(view.scopeOf(owner), handler, upgrade)
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
