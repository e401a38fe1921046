import { setTimeout as pause } from 'node:timers/promises'
import type { Element } from '../../plugins/xmpp-server/xml/element.js'
import { login } from '../plugins/xmpp-server/client.js'
import { type Observations, SETTLING_MS, type Stage, told } from './xmpp-scenario.js'

const ROOM = 'den@conference.localhost'
const MUC = 'http://jabber.org/protocol/muc'
const LEAVING = "<presence type='unavailable'><status>home</status></presence>"

/** ejabberd also sends presence of rooms themselves, which is an extension. */
function isOfOccupants({ name, attributes: { from, type } }: Element): boolean {
  return name !== 'iq' && (name !== 'presence' || type === 'error' || from !== ROOM)
}

/** One account makes a room and runs it, another one is its guest; the same for every server. */
export async function roomsScenario({ port, password }: Stage): Promise<Observations> {
  const seen: Observations = {}
  const user0 = await login(port, 'user0@localhost/lab', { password, presence: '<presence/>' })
  const user1 = await login(port, 'user1@localhost/desk', { password })
  const step = async (title: string, act: () => unknown) => {
    await act()
    await pause(SETTLING_MS)
    const [owner, guest] = [user0, user1].map(client => client.heard.splice(0).filter(isOfOccupants))
    seen[`in a room: ${title}`] = { user0: owner!.flatMap(told), user1: guest!.flatMap(told) }
  }
  const enter = (client: typeof user0, nick: string, inside = '') =>
    client.send(`<presence to='${ROOM}/${nick}'><x xmlns='${MUC}'>${inside}</x></presence>`)
  const say = (client: typeof user0, inside: string, attributes = '') =>
    client.send(`<message to='${ROOM}' type='groupchat' ${attributes}>${inside}</message>`)
  const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`
  const configure = (options: Record<string, string>) => {
    const fields = Object.entries(options).map(([name, value]) => field(`muc#roomconfig_${name}`, value))
    const form = `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', `${MUC}#roomconfig`)}${fields.join('')}</x>`
    return user0.ask('set', `<query xmlns='${MUC}#owner'>${form}</query>`, ROOM)
  }
  const change = (item: string) => user0.ask('set', `<query xmlns='${MUC}#admin'>${item}</query>`, ROOM)

  await pause(SETTLING_MS)
  user0.heard.length = 0
  await step('it is made', () => enter(user0, 'owner'))
  await step('nobody enters before it is configured', () => enter(user1, 'guest'))
  await step('it gets a password', () => configure({ passwordprotectedroom: '1', roomsecret: 'open' }))
  await step('a wrong password', () => enter(user1, 'guest', '<password>shut</password>'))
  await step('a nick that is taken', () => enter(user1, 'owner', '<password>open</password>'))
  await step('the guest enters', () => enter(user1, 'guest', '<password>open</password>'))
  await step('the guest speaks', () => say(user1, '<body>guten Tag</body>', "xml:lang='de'"))
  await step('the owner sets the subject', () => say(user0, '<subject>tea</subject>'))
  await step('a private message', () =>
    user1.send(`<message to='${ROOM}/owner' type='chat'><body>psst</body></message>`),
  )
  await step('a private message to nobody', () =>
    user1.send(`<message to='${ROOM}/nobody' type='chat'><body>psst</body></message>`),
  )
  await step('another nick', () => user1.send(`<presence to='${ROOM}/visitor'/>`))
  await step('typing', () => say(user1, "<composing xmlns='http://jabber.org/protocol/chatstates'/>"))
  await step('the guest is gone, never having been available', () => user1.send(LEAVING))
  await step('the guest enters what has been said', () => enter(user1, 'guest', '<password>open</password>'))
  await step('the guest becomes an administrator', () => change("<item jid='user1@localhost' affiliation='admin'/>"))
  await step('and no longer is one', () => change("<item jid='user1@localhost' affiliation='none'/>"))
  await step('a kick', () => change("<item nick='guest' role='none'/>"))
  await step('a word from outside', () => say(user1, '<body>hey</body>'))
  await step('a ban', () => change("<item jid='user1@localhost' affiliation='outcast'/>"))
  await step('the banned enters', () => enter(user1, 'guest', '<password>open</password>'))
  await step('no ban any more', () => change("<item jid='user1@localhost' affiliation='none'/>"))
  await step('for members only', () => configure({ passwordprotectedroom: '0', roomsecret: '', membersonly: '1' }))
  await step('who is none enters', () => enter(user1, 'guest'))
  await step('a member enters', async () => {
    await change("<item jid='user1@localhost' affiliation='member'/>")
    enter(user1, 'guest')
  })
  await step('for everybody, with JIDs', () => configure({ membersonly: '0', whois: 'anyone' }))
  await step('it is destroyed', () =>
    user0.ask('set', `<query xmlns='${MUC}#owner'><destroy><reason>late</reason></destroy></query>`, ROOM),
  )
  await step('nobody is there', () => say(user1, '<body>hello?</body>'))
  await user0.close()
  await user1.close()
  return seen
}
