import test from 'ava'
import { child, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import { withXmpp } from '../house.js'

test('messages wait for who is offline, and come once, in order, with the time when they were sent', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost')
    const bob = await login(port, 'bob@localhost/b', { presence: '<presence/>' })
    for (let n = 0; n < 120; n++) {
      bob.send(`<message to='alice@localhost' type='chat'><body>${n}</body></message>`)
    }
    await bob.ask('get', "<ping xmlns='urn:xmpp:ping'/>", 'localhost')
    t.is(await backend.messages.offline.count('alice@localhost'), 120)
    const alice = await login(port, 'alice@localhost/a', { presence: '<presence/>' })
    for (let n = 0; n < 120; n++) {
      const message = await alice.next('message')
      t.is(textOf(child(message, 'body')), String(n))
      t.is(child(message, 'delay', 'urn:xmpp:delay')?.attributes['from'], 'localhost')
    }
    while ((await backend.messages.offline.count('alice@localhost')) > 0) await new Promise(setImmediate)
    const again = await login(port, 'alice@localhost/c', { presence: '<presence/>' })
    t.true(await again.nothing('message'))
  })
})
