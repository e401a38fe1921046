import { setTimeout as pause } from 'node:timers/promises'
import { child, type Element, elements, textOf } from '../../plugins/xmpp-server/xml/element.js'
import { login, RawClient } from '../plugins/xmpp-server/client.js'

/** What each of two clients heard in each step, in words that leave out what servers may choose. */
export type Observations = Record<string, { user0: string[]; user1: string[] }>

export interface Stage {
  port: number
  /** Of both accounts. */
  password: string
}

/** Time for what a step set off to arrive. */
export const SETTLING_MS = 300
const ROSTER = "<query xmlns='jabber:iq:roster'/>"

/** Two accounts meet, talk, miss each other and part; the same for every server. */
export async function scenario({ port, password }: Stage): Promise<Observations> {
  const seen: Observations = {}
  const join = async (jid: string) => {
    const client = await login(port, jid, { password })
    await client.ask('get', ROSTER)
    return client
  }
  const user0 = await join('user0@localhost/lab')
  let user1: RawClient | undefined
  const step = async (title: string, act: () => unknown) => {
    await act()
    await pause(SETTLING_MS)
    const taken = (client: RawClient | undefined) => client?.heard.splice(0).flatMap(told) ?? []
    seen[title] = { user0: taken(user0), user1: taken(user1) }
  }
  const asked = async (title: string, type: 'get' | 'set', payload: string, to?: string) => {
    await step(title, async () => {
      const answer = await user0.ask(type, payload, to)
      user0.heard.unshift(answer)
    })
  }
  const chat = (to: string, body: string, type = 'chat') =>
    user0.send(`<message to='${to}'${type && ` type='${type}'`}><body>${body}</body></message>`)

  await step('the first presence', () => user0.send('<presence/>'))
  await step('a subscription to somebody absent', () => user0.send("<presence to='user1@localhost' type='subscribe'/>"))
  await step('the other one comes', async () => {
    user1 = await join('user1@localhost/desk')
    user1.send('<presence><priority>3</priority></presence>')
  })
  await step('the subscription is approved', () => user1!.send("<presence to='user0@localhost' type='subscribed'/>"))
  await step('the other one subscribes', () => user1!.send("<presence to='user0@localhost' type='subscribe'/>"))
  await step('and is approved', () => user0.send("<presence to='user1@localhost' type='subscribed'/>"))
  await step('approved again', () => user0.send("<presence to='user1@localhost' type='subscribed'/>"))
  await step('away', () => user0.send('<presence><show>away</show></presence>'))
  await step('directed presence', () => user0.send("<presence to='user1@localhost/desk'><show>dnd</show></presence>"))
  await step('a contact gets a name and a group', () =>
    user0.ask(
      'set',
      "<query xmlns='jabber:iq:roster'><item jid='user1@localhost' name='One'><group>friends</group></item></query>",
    ),
  )

  for (const type of ['chat', '', 'headline', 'groupchat', 'error']) {
    const kind = type || 'without a type'
    await step(`a message to the account: ${kind}`, () => chat('user1@localhost', 'hello', type))
    await step(`to the resource: ${kind}`, () => chat('user1@localhost/desk', 'hello', type))
    await step(`to a resource that is not there: ${kind}`, () => chat('user1@localhost/nowhere', 'hello', type))
    await step(`to nobody: ${kind}`, () => chat('nobody@localhost', 'hello', type))
  }
  await step('a message to itself', () => chat('user0@localhost', 'note'))
  await asked('an IQ to a contact', 'get', "<x xmlns='urn:unknown'/>", 'user1@localhost')
  await asked('to nobody', 'get', "<x xmlns='urn:unknown'/>", 'nobody@localhost')
  await asked('to a resource that is not there', 'get', "<x xmlns='urn:unknown'/>", 'user1@localhost/nowhere')
  await asked('to the server', 'get', "<x xmlns='urn:unknown'/>", 'localhost')
  await asked('to oneself', 'set', "<x xmlns='urn:unknown'/>")
  await asked('a ping', 'get', "<ping xmlns='urn:xmpp:ping'/>", 'localhost')
  await asked('a bind again', 'set', "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")

  await step('the other one leaves', () => user1!.close())
  await step('messages to somebody absent', () => {
    for (const type of ['chat', '', 'normal', 'headline', 'groupchat']) chat('user1@localhost', `late ${type}`, type)
    user0.send(
      "<message to='user1@localhost' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
    )
  })
  await step('the other one is back', async () => {
    user1 = await join('user1@localhost/desk')
    user1.send('<presence/>')
  })
  await step('a second resource of less priority', async () => {
    const phone = await join('user1@localhost/phone')
    phone.send('<presence><priority>-1</priority></presence>')
    await pause(SETTLING_MS)
    chat('user1@localhost', 'who gets it')
    await pause(SETTLING_MS)
    seen['the second resource'] = { user0: [], user1: phone.heard.splice(0).flatMap(told) }
    await phone.close()
  })
  await step('the subscription is cancelled', () => user1!.send("<presence to='user0@localhost' type='unsubscribed'/>"))
  await step('the contact is removed', () =>
    user0.ask('set', "<query xmlns='jabber:iq:roster'><item jid='user1@localhost' subscription='remove'/></query>"),
  )
  await step('presence in vain', () => user0.send('<presence/>'))
  await asked('the roster at the end', 'get', ROSTER)
  await user0.close()
  await user1!.close()
  return seen
}

const ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas'
const DELAY = 'urn:xmpp:delay'
const ROOMS = 'http://jabber.org/protocol/muc#user'

/** Without ids, versions, texts, times, and the extensions that a server adds of its own. */
export function told(stanza: Element): string[] {
  const { type = stanza.name === 'presence' ? 'available' : 'normal', from, to } = stanza.attributes
  const words = [stanza.name, type]
  if (stanza.name !== 'iq') words.push(`from ${from ?? 'the server'}`)
  if (stanza.name === 'message') words.push(`to ${to}`)
  for (const name of ['body', 'show', 'priority']) {
    // Whether an error repeats what it is about is for the server to choose.
    const found = type === 'error' ? undefined : child(stanza, name)
    if (found && textOf(found) !== '0') words.push(`${name} ${textOf(found)}`)
  }
  const delay = child(stanza, 'delay', DELAY)
  if (delay && stanza.name === 'message') words.push(`delayed by ${delay.attributes['from'] ?? 'somebody'}`)
  const error = child(stanza, 'error')
  if (error) {
    const condition = elements(error).find(({ xmlns, name }) => xmlns === ERRORS && name !== 'text')
    words.push(`error ${error.attributes['type']} ${condition?.name}`)
  }
  const roster = child(stanza, 'query', 'jabber:iq:roster')
  for (const item of roster ? elements(roster) : []) {
    const { jid, subscription, ask, name } = item.attributes
    const groups = elements(item).map(textOf)
    words.push(`item ${[jid, subscription, ask && `ask ${ask}`, name, ...groups].filter(Boolean).join(' ')}`)
  }
  const room = child(stanza, 'x', ROOMS)
  if (room) words.push(...elements(room).map(ofRoom).filter(Boolean).sort())
  const { 'xml:lang': language } = stanza.attributes
  if (language !== undefined && language !== 'en') words.push(`in ${language}`)
  return [words.join(', ')]
}

/** What a room says of somebody, of an invitation, or of itself. */
function ofRoom({ name, attributes: { affiliation, role = 'none', nick, jid, code } }: Element): string {
  if (name === 'item') return ['item', affiliation, role, nick && `nick ${nick}`, jid].filter(Boolean).join(' ')
  return name === 'status' ? `status ${code}` : name
}
