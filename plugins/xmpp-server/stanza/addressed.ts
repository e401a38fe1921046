import { formatJid, type Jid } from 'patchbay'
import { type Element, withAttributes } from '../xml/element.js'

/** The stanza with its `to` as clients compare it: prepared, however the sender has written it (RFC 7622 §3). */
export function addressed(stanza: Element, to: Jid): Element {
  const { to: written } = stanza.attributes
  if (written === undefined) return stanza
  const address = formatJid(to)
  return written === address ? stanza : withAttributes(stanza, { to: address })
}
