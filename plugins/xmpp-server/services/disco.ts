import type { Feature } from '../feature.js'
import type { Server } from '../server.js'
import { StanzaError } from '../stanza/error.js'
import type { IqRequest } from '../stanza/iq.js'
import { type Element, element } from '../xml/element.js'
import { DISCO_INFO, DISCO_ITEMS } from '../xml/namespaces.js'
import { mayWatch } from './may-watch.js'

/** Service discovery (XEP-0030): what the parts of the server say they do. */
export const disco: Feature = {
  host: [DISCO_INFO, DISCO_ITEMS],
  account: [DISCO_INFO, DISCO_ITEMS],
  iq: [
    { xmlns: DISCO_INFO, name: 'query', at: ['host'], get: (server, request) => hostInfo(server, request) },
    { xmlns: DISCO_ITEMS, name: 'query', at: ['host'], get: (server, request) => hostItems(server, request) },
    { xmlns: DISCO_INFO, name: 'query', at: ['account'], get: (server, request) => accountInfo(server, request) },
    { xmlns: DISCO_ITEMS, name: 'query', at: ['account'], get: (server, request) => accountItems(server, request) },
  ],
}

function hostInfo({ features }: Server, request: IqRequest): Element {
  assertNoNode(request)
  const identity = element(DISCO_INFO, 'identity', { category: 'server', type: 'im', name: 'Patchbay' })
  return info(
    identity,
    features.flatMap(({ host = [] }) => host),
  )
}

function accountInfo(server: Server, request: IqRequest): Element {
  assertMayWatch(server, request)
  assertNoNode(request)
  const identity = element(DISCO_INFO, 'identity', { category: 'account', type: 'registered' })
  return info(
    identity,
    server.features.flatMap(({ account = [] }) => account),
  )
}

/** The services at domains below the host's own. */
function hostItems({ components }: Server, request: IqRequest): Element {
  assertNoNode(request)
  const below = [...components].filter(([domain]) => domain.endsWith(`.${request.to.domain}`))
  const items = below.map(([jid, { name }]) => element(DISCO_ITEMS, 'item', { jid, name: name.split('/')[2] }))
  return element(DISCO_ITEMS, 'query', {}, items)
}

/** Which sessions there are is for presence to tell. */
function accountItems(server: Server, request: IqRequest): Element {
  assertMayWatch(server, request)
  assertNoNode(request)
  return element(DISCO_ITEMS, 'query')
}

function info(identity: Element, namespaces: readonly string[]): Element {
  const features = [...new Set(namespaces)].map(xmlns => element(DISCO_INFO, 'feature', { var: xmlns }))
  return element(DISCO_INFO, 'query', {}, [identity, ...features])
}

/** As for an account that does not exist (RFC 6121 §8.5.1), so that nobody learns which ones do. */
function assertMayWatch(server: Server, { to, from }: IqRequest): void {
  if (!mayWatch(server, to, from)) throw new StanzaError('service-unavailable')
}

function assertNoNode({ payload }: IqRequest): void {
  if (payload.attributes['node']) throw new StanzaError('item-not-found')
}
