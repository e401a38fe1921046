import { STANZAS } from '../stanza/error.js'
import { type Element, element } from '../xml/element.js'
import type { Stream } from './stream.js'

type Refusal = (stream: Stream, asked: Element) => Element | undefined

const COMPRESSION = 'http://jabber.org/protocol/compress'

/** What some clients ask for although it is not offered, and how each specification wants it refused. */
const REFUSED: ReadonlyMap<string, Refusal> = new Map<string, Refusal>([
  // XEP-0198 §3, §5; its first version is asked for by old clients.
  ['urn:xmpp:sm:3', streamManagement],
  ['urn:xmpp:sm:2', streamManagement],
  // XEP-0138 §3.
  [COMPRESSION, () => element(COMPRESSION, 'failure', {}, [element(COMPRESSION, 'unsupported-method')])],
  // XEP-0352 has no answers: the client says what it does, and nothing follows.
])

/** The refusal of what the server does not have; undefined for everything else. */
export function refusalOf(stream: Stream, asked: Element): Element | undefined {
  return REFUSED.get(asked.xmlns)?.(stream, asked)
}

function streamManagement({ account }: Stream, { xmlns }: Element): Element {
  const condition = account === undefined ? 'unexpected-request' : 'feature-not-implemented'
  return element(xmlns, 'failed', {}, [element(STANZAS, condition)])
}
