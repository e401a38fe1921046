import { CLIENT, type Element, element } from '../xml/element.js'

export const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas'

/** Conditions with the type that RFC 6120 §8.3.3 gives each. */
const TYPES = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'unexpected-request': 'wait',
} as const

export type StanzaCondition = keyof typeof TYPES

/** A stanza that is refused. */
export class StanzaError extends Error {
  constructor(
    readonly condition: StanzaCondition,
    text = '',
    readonly more: readonly Element[] = [],
  ) {
    super(text)
  }
}

/** The answer that says so, back to the sender; undefined for what must not be answered (RFC 6120 §8.3.1). */
export function errorReply(stanza: Element, { condition, message, more }: StanzaError): Element | undefined {
  const { id, from, to, type } = stanza.attributes
  if (type === 'error' || (stanza.name === 'iq' && type === 'result')) return undefined
  const text = message === '' ? [] : [element(STANZAS, 'text', { 'xml:lang': 'en' }, [message])]
  const error = element(CLIENT, 'error', { type: TYPES[condition] }, [element(STANZAS, condition), ...text, ...more])
  return element(CLIENT, stanza.name, { type: 'error', id, from: to, to: from }, [error])
}
