import { child, type Element, elements } from '../../../../plugins/xmpp-server/xml/element.js'
import { login, type RawClient } from '../client.js'

export const ROSTER = 'jabber:iq:roster'

/** Logs in, asks for the roster, and is available with a priority. */
export async function online(port: number, jid: string, priority = 0): Promise<RawClient> {
  const client = await login(port, jid)
  await client.ask('get', `<query xmlns='${ROSTER}'/>`)
  client.send(`<presence><priority>${priority}</priority></presence>`)
  await client.next(({ name, attributes }) => name === 'presence' && attributes['from'] === client.jid)
  return client
}

/** A presence of this type; undefined is an available one. */
export function ofType(type: string | undefined): (stanza: Element) => boolean {
  return stanza => stanza.name === 'presence' && stanza.attributes['type'] === type
}

/** The item of the next push. */
export async function pushed(client: RawClient): Promise<Element> {
  const push = await client.next(({ name, attributes }) => name === 'iq' && attributes['type'] === 'set')
  return elements(child(push, 'query', ROSTER)!)[0]!
}

/** The condition of a stanza error; undefined where it is none. */
export function conditionOf(stanza: Element): string | undefined {
  const error = child(stanza, 'error')
  return error && elements(error).find(({ xmlns }) => xmlns === 'urn:ietf:params:xml:ns:xmpp-stanzas')?.name
}

/** What was sent before is dealt with. */
export async function settled(...clients: RawClient[]): Promise<void> {
  for (const client of clients) await client.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
}
