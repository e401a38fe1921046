import test from 'ava'
import { child, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import { withXmpp } from '../house.js'
import { enter, from, say, saying, withParty } from '../muc/party.js'
import { ofType, online } from './talk.js'

const LEAVING = "<presence type='unavailable'><status>home</status></presence>"

test('who was shown a session by directed presence hears its last words', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('alice@localhost', 'bob@localhost')
    const bob = await online(port, 'bob@localhost/b')
    for (const presence of [undefined, '<presence/>']) {
      const alice = await login(port, 'alice@localhost/a', presence === undefined ? {} : { presence })
      alice.send(`<presence to='${bob.jid}'/>`)
      await bob.next(ofType(undefined))
      alice.send(LEAVING)
      const gone = await bob.next(ofType('unavailable'))
      t.is(gone.attributes['from'], alice.jid)
      t.is(textOf(child(gone, 'status')), 'home')
      await alice.close()
      t.true(await bob.nothing('presence'))
    }
  })
})

test('whoever becomes unavailable leaves its rooms with its last words, also without having been available', async t => {
  await withParty(async ({ guest, register, port }) => {
    const host = await guest('host')
    await register('alice@localhost')
    for (const presence of [undefined, '<presence/>']) {
      const question = presence === undefined ? 'who is left?' : 'and now?'
      const alice = await login(port, 'alice@localhost/a', presence === undefined ? {} : { presence })
      await enter(alice, 'alice')
      alice.send(LEAVING)
      t.is(textOf(child(await host.next(from('alice', 'unavailable')), 'status')), 'home')
      say(host, question)
      await host.next(saying(question))
      t.true(await alice.nothing(saying(question)))
      await alice.close()
    }
  })
})
