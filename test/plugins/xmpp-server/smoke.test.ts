import test from 'ava'
import { child, textOf } from '../../../plugins/xmpp-server/xml/element.js'
import { login } from './client.js'
import { withXmpp } from './house.js'

test('a client logs in, is listed, and gets a message from another one', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost')
    const alice = await login(port, 'alice@localhost/lab', { presence: '<presence/>' })
    const bob = await login(port, 'bob@localhost')
    t.is((await alice.ask('get', "<nothing xmlns='urn:unknown'/>")).attributes['type'], 'error')
    bob.send("<message to='alice@localhost' type='chat'><body>hi &amp; bye</body></message>")
    const message = await alice.next('message')
    t.is(textOf(child(message, 'body')), 'hi & bye')
    t.is(message.attributes['from'], bob.jid)
    t.is(await backend.sessions.count(), 2)
    t.is(await backend.sessions.end('alice@localhost', { condition: 'policy-violation' }), 1)
    await alice.closed
    t.true(alice.text.includes('policy-violation'))
    await bob.close()
  })
})
