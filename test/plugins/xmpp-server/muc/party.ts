import { Store } from '../../../../kernel/store/store.js'
import { child, type Element, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { lasting } from '../../../support/lasting.js'
import { login, type RawClient } from '../client.js'
import { type openXmpp, withXmpp, type XmppHouse } from '../house.js'

export const MUC = 'http://jabber.org/protocol/muc'
export const USER = `${MUC}#user`
export const ADMIN = `${MUC}#admin`
export const OWNER = `${MUC}#owner`
export const ROOM = 'den@conference.localhost'

export interface Party extends XmppHouse {
  /** A client with a presence, of an account that is made for it. */
  client(name: string, resource?: string): Promise<RawClient>
  /** A client that is in a room, which it has made if it is the first. */
  guest(name: string, options?: { room?: string; nick?: string; resource?: string }): Promise<RawClient>
}

export async function withParty(
  act: (party: Party) => Promise<void>,
  ...given: Parameters<typeof openXmpp>
): Promise<void> {
  await withXmpp(
    async house => {
      const clients: RawClient[] = []
      const client = async (name: string, resource = 'r') => {
        await house.register(`${name}@localhost`)
        const made = await login(house.port, `${name}@localhost/${resource}`, { presence: '<presence/>' })
        clients.push(made)
        return made
      }
      try {
        await act({
          ...house,
          client,
          async guest(name, { room = ROOM, nick = name, resource = 'r' } = {}) {
            const made = await client(name, resource)
            const self = await enter(made, nick, room)
            if (codes(self).includes(201)) await unlock(made, room)
            return made
          },
        })
      } finally {
        for (const each of clients) await each.close()
      }
    },
    ...given,
  )
}

/** Enters a room; resolves to the client's own presence, or what refuses it. */
export async function enter(client: RawClient, nick: string, room = ROOM, inside = ''): Promise<Element> {
  client.send(`<presence to='${room}/${nick}'><x xmlns='${MUC}'>${inside}</x></presence>`)
  const answer = await client.next(
    each => each.name === 'presence' && (each.attributes['type'] === 'error' || codes(each).includes(110)),
  )
  if (answer.attributes['type'] === undefined) await client.next(isSubject)
  return answer
}

export function unlock(client: RawClient, room = ROOM): Promise<Element> {
  return client.ask('set', `<query xmlns='${OWNER}'><x xmlns='jabber:x:data' type='submit'/></query>`, room)
}

export function isSubject(each: Element): boolean {
  return each.name === 'message' && child(each, 'subject') !== undefined && !child(each, 'body')
}

/** The status codes of a presence or message. */
export function codes(stanza: Element): number[] {
  const x = child(stanza, 'x', USER)
  return (x ? elements(x) : [])
    .filter(({ name }) => name === 'status')
    .map(({ attributes }) => Number(attributes['code']))
}

export function item(stanza: Element): Record<string, string> {
  const x = child(stanza, 'x', USER)
  return { ...(x && child(x, 'item')?.attributes) }
}

/** The condition of an error, or undefined when it is none. */
export function refusal(stanza: Element): string | undefined {
  const error = child(stanza, 'error')
  return error && elements(error)[0]?.name
}

export function isError({ attributes }: Element): boolean {
  return attributes['type'] === 'error'
}

/** A presence from a nick in the room. */
export function from(nick: string, type?: string, room = ROOM) {
  return ({ name, attributes }: Element) =>
    name === 'presence' && attributes['from'] === `${room}/${nick}` && attributes['type'] === type
}

/** A message with this body. */
export function saying(body: string) {
  return (each: Element) => each.name === 'message' && textOf(child(each, 'body')) === body
}

export function say(client: RawClient, body: string, room = ROOM): void {
  client.send(`<message to='${room}' type='groupchat'><body>${body}</body></message>`)
}

/** Asks for changes of roles and affiliations; resolves to the refusal, if any. */
export async function change(client: RawClient, items: string, room = ROOM): Promise<string | undefined> {
  return refusal(await client.ask('set', `<query xmlns='${ADMIN}'>${items}</query>`, room))
}

/** A store that outlives the houses that it is given to. */
export async function lastingStore(): Promise<Store> {
  return lasting(await Store.inMemory())
}
