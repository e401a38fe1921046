import { CLIENT, type Element } from '../xml/element.js'
import { parseElement } from '../xml/read.js'

const STANZAS: readonly string[] = ['message', 'presence', 'iq']

/** The stanza that a text is; undefined when it is none, or more. */
export function parseStanza(text: string): Element | undefined {
  const parsed = parseElement(text, CLIENT)
  return parsed?.xmlns === CLIENT && STANZAS.includes(parsed.name) ? parsed : undefined
}
