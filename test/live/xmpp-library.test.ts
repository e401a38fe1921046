import { type Client, type Element, client as newClient, xml } from '@xmpp/client'
import test from 'ava'
import { withXmppHouse, type XmppHouse } from './xmpp-house.js'
import type { Login } from './xmpp-programs.js'
import { until } from './xmpp-programs.js'

// @xmpp/client is an ordinary development dependency: these tests run everywhere.

interface Online {
  client: Client
  heard: Element[]
  jid: string
}

/** The certificate is the server's own work; @xmpp/client has no option of its own for it. */
process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'

async function goOnline({ port, user, password }: Login, resource: string): Promise<Online> {
  const client = newClient({
    service: `xmpp://127.0.0.1:${port}`,
    domain: 'localhost',
    resource,
    username: user,
    password,
  })
  const heard: Element[] = []
  client.on('error', () => undefined)
  client.on('stanza', stanza => void heard.push(stanza))
  const jid = await client.start()
  client.reconnect.stop()
  await client.send(xml('presence'))
  return { client, heard, jid: jid.toString() }
}

async function body({ heard }: Online, text: string): Promise<Element> {
  const find = () => heard.find(stanza => stanza.is('message') && stanza.getChildText('body') === text)
  await until(find, () => `no message "${text}", but ${heard.join('\n')}`)
  return find()!
}

async function pair({ account }: XmppHouse): Promise<[Online, Online]> {
  const [alice, bob] = [await account('alice'), await account('bob')]
  return [await goOnline(alice, 'lab'), await goOnline(bob, 'desk')]
}

test.serial('two @xmpp/client write to each other over STARTTLS', async t => {
  await withXmppHouse(t, async house => {
    const [alice, bob] = await pair(house)
    t.is(alice.jid, 'alice@localhost/lab')
    await alice.client.send(xml('message', { to: 'bob@localhost', type: 'chat' }, xml('body', {}, 'hi')))
    t.is((await body(bob, 'hi')).attrs.from, 'alice@localhost/lab')
    await bob.client.send(xml('message', { to: alice.jid, type: 'chat' }, xml('body', {}, 'hi yourself')))
    t.is((await body(alice, 'hi yourself')).attrs.from, 'bob@localhost/desk')
    await Promise.all([alice.client.stop(), bob.client.stop()])
  })
})

test.serial('@xmpp/client keeps its stream while both plugins are reloaded, and is told why it is kicked', async t => {
  await withXmppHouse(t, async house => {
    const [alice, bob] = await pair(house)
    for (const name of ['xmpp-admin', 'xmpp-server', 'xmpp-admin', 'xmpp-server']) {
      t.is((await house.rest('PUT', `module/${name}`)).status, 200)
      await alice.client.send(xml('message', { to: bob.jid, type: 'chat' }, xml('body', {}, `after ${name}`)))
      await body(bob, `after ${name}`)
    }
    let told: string | undefined
    bob.client.on('error', error => {
      told = (error as { condition?: string }).condition
    })
    const kick = { user: 'bob', host: 'localhost', resource: 'desk', reason: 'enough' }
    t.is(await house.command('kick_session', kick), 0)
    await until(
      () => told !== undefined,
      () => 'the end of the stream came without a reason',
    )
    t.is(told, 'conflict')
    await Promise.all([alice.client.stop(), bob.client.stop()])
  })
})
