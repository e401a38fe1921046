import test from 'ava'
import { WebSocket } from 'ws'
import { xmppPort } from '../../../support/xmpp-port.js'
import { withXmpp } from '../house.js'
import { xmppLibrary } from '../xmpp-client.js'

// The certificate of the house vouches for itself.
process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
// Not every Node has it.
Object.assign(globalThis, { WebSocket })

for (const transport of ['starttls', 'tls', 'websocket'] as const) {
  test(`@xmpp/client logs in over ${transport} and hears from another one`, async t => {
    await withXmpp(async house => {
      await house.register('alice@localhost', 'bob@localhost')
      const service = {
        starttls: `xmpp://127.0.0.1:${house.port}`,
        tls: `xmpps://127.0.0.1:${xmppPort(house.kernel, 'tls')}`,
        websocket: `${house.kernel.url.replace('http', 'ws')}/ws`,
      }[transport]
      const { client, xml } = xmppLibrary()
      const open = (name: string) => {
        const opened = client({ service, domain: 'localhost', username: name, password: name })
        opened.on('error', thrown => t.log(thrown))
        return opened
      }
      const [alice, bob] = [open('alice'), open('bob')]
      const heard = new Promise<string | null>(resolve => {
        alice.on('stanza', stanza => stanza.is('message') && resolve(stanza.getChildText('body')))
      })
      const [jid] = await Promise.all([alice.start(), bob.start()])
      await alice.send(xml('presence'))
      await bob.send(xml('message', { to: jid.toString(), type: 'chat' }, xml('body', {}, 'grüß Gott & 👍')))
      t.is(await heard, 'grüß Gott & 👍')
      const sessions = await house.backend.sessions.list()
      const secure = transport !== 'websocket'
      t.deepEqual(
        sessions.map(session => session.secure),
        [secure, secure],
      )
      await Promise.all([alice.stop(), bob.stop()])
    })
  })
}
