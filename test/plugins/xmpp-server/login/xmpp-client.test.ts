import test from 'ava'
import { withXmpp } from '../house.js'
import { xmppLibrary } from '../xmpp-client.js'

// The certificate of the house is one of its own, and the client takes no option to trust it.
process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'

test('@xmpp/client logs in over STARTTLS, is online, and two of them talk', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost')
    const { client, xml } = xmppLibrary()
    const connect = async (username: string, resource: string) => {
      const xmpp = client({
        service: `xmpp://127.0.0.1:${port}`,
        domain: 'localhost',
        username,
        password: username,
        resource,
      })
      xmpp.on('error', thrown => t.fail(thrown.message))
      const jid = await xmpp.start()
      t.is(String(jid), `${username}@localhost/${resource}`)
      await xmpp.send(xml('presence'))
      return xmpp
    }
    const [alice, bob] = [await connect('alice', 'lab'), await connect('bob', 'desk')]
    const info = await alice.iqCaller.get(xml('query', 'http://jabber.org/protocol/disco#info'), 'localhost')
    t.is(info?.getChild('identity')?.attrs['name'], 'Patchbay')
    const heard = new Promise<string>(resolve => {
      bob.on('stanza', stanza => {
        if (stanza.is('message')) resolve(`${stanza.attrs['from']}: ${stanza.getChildText('body')}`)
      })
    })
    await alice.send(xml('message', { to: 'bob@localhost', type: 'chat' }, xml('body', {}, 'h\u00e9llo <&> \u{1f511}')))
    t.is(await heard, 'alice@localhost/lab: h\u00e9llo <&> \u{1f511}')
    t.deepEqual(
      (await backend.sessions.list()).map(({ jid, secure, connection }) => [jid, secure, connection]),
      [
        ['alice@localhost/lab', true, 'c2s_tls'],
        ['bob@localhost/desk', true, 'c2s_tls'],
      ],
    )
    await Promise.all([alice.stop(), bob.stop()])
  })
})
