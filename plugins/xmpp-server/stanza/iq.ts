import type { Jid } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { CLIENT, type Element, element, elements } from '../xml/element.js'
import { StanzaError } from './error.js'

/** A request that the server itself answers. */
export interface IqHandler {
  /** Of the request's payload. */
  readonly xmlns: string
  readonly name: string
  /** Whether it is answered for the domain, for accounts (bare JIDs), or both. */
  readonly at: readonly ('host' | 'account')[]
  /** Only the account's own client may ask for the account. */
  readonly own?: true
  /** Resolve to the payload of the result; throw StanzaError to refuse. */
  get?(server: Server, request: IqRequest): IqAnswer | Promise<IqAnswer>
  set?(server: Server, request: IqRequest): IqAnswer | Promise<IqAnswer>
}

export interface IqRequest {
  /** The sender's session; undefined for who has none, such as a component. */
  session: Session | undefined
  from: Jid
  to: Jid
  stanza: Element
  payload: Element
}

export type IqAnswer = Element | undefined

/** By namespace and name of the payload. */
export type IqTable = ReadonlyMap<string, readonly IqHandler[]>

export function iqTable(handlers: readonly IqHandler[]): IqTable {
  const table = new Map<string, IqHandler[]>()
  for (const handler of handlers) {
    const key = `${handler.xmlns} ${handler.name}`
    table.set(key, [...(table.get(key) ?? []), handler])
  }
  return table
}

/** Answers an IQ to a host or an account; what nobody handles is `service-unavailable`. */
export async function answerIq(server: Server, request: Omit<IqRequest, 'payload'>): Promise<Element | undefined> {
  const { stanza, to, from } = request
  assertIq(stanza)
  const { type, id } = stanza.attributes
  // An answer to nothing that was asked is not answered (RFC 6120 §8.2.3).
  if (type !== 'get' && type !== 'set') return undefined
  const payload = elements(stanza)[0]!
  const place = to.local === undefined ? 'host' : 'account'
  const handler = server.iq.get(`${payload.xmlns} ${payload.name}`)?.find(each => each.at.includes(place))
  const own = to.local === from.local && to.domain === from.domain
  if (handler?.own && place === 'account' && !own) throw new StanzaError('forbidden')
  const act = handler?.[type]
  if (!act) throw new StanzaError(handler ? 'feature-not-implemented' : 'service-unavailable')
  const answer = await act(server, { ...request, payload })
  const { from: sender, to: asked } = stanza.attributes
  return element(CLIENT, 'iq', { type: 'result', id, from: asked, to: sender }, answer ? [answer] : [])
}

/** Throws `bad-request` for what is no IQ (RFC 6120 §8.2.3). */
export function assertIq(stanza: Element): void {
  const { type, id } = stanza.attributes
  const asks = type === 'get' || type === 'set'
  if (id === undefined || id === '' || (!asks && type !== 'result' && type !== 'error')) {
    throw new StanzaError('bad-request')
  }
  if (asks && elements(stanza).length !== 1) throw new StanzaError('bad-request')
}
