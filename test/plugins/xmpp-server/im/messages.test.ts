import test from 'ava'
import { child, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import type { RawClient } from '../client.js'
import { login } from '../client.js'
import { withXmpp } from '../house.js'
import { conditionOf, online, settled } from './talk.js'

/**
 * Table 1 of RFC 6121 §8.5.4 with the choices of docs/xmpp-messaging.md: who of alice's sessions (priorities 5, 5, 1, -1)
 * gets a message, or what else becomes of it.
 */
const TABLE: [to: string, type: string, fate: string][] = [
  ['alice@localhost', 'normal', 'a b'],
  ['alice@localhost', 'chat', 'a b'],
  ['alice@localhost', 'nonsense', 'a b'],
  ['alice@localhost', 'headline', 'a b low'],
  ['alice@localhost', 'groupchat', 'service-unavailable'],
  ['alice@localhost', 'error', 'nothing'],
  ['alice@localhost/negative', 'normal', 'negative'],
  ['alice@localhost/low', 'error', 'low'],
  ['alice@localhost/low', 'groupchat', 'low'],
  ['alice@localhost/gone', 'chat', 'a b'],
  ['alice@localhost/gone', 'normal', 'service-unavailable'],
  ['alice@localhost/gone', 'groupchat', 'service-unavailable'],
  ['alice@localhost/gone', 'headline', 'nothing'],
  ['alice@localhost/gone', 'error', 'nothing'],
  ['carol@localhost', 'normal', 'stored'],
  ['carol@localhost', 'chat', 'stored'],
  ['carol@localhost', 'headline', 'nothing'],
  ['carol@localhost', 'groupchat', 'service-unavailable'],
  ['carol@localhost', 'error', 'nothing'],
  ['carol@localhost/gone', 'chat', 'stored'],
  ['carol@localhost/gone', 'normal', 'service-unavailable'],
  ['ghost@localhost', 'chat', 'service-unavailable'],
  ['ghost@localhost', 'error', 'nothing'],
  ['localhost', 'chat', 'service-unavailable'],
  ['alice@elsewhere.example', 'chat', 'remote-server-not-found'],
  ['elsewhere.example', 'error', 'nothing'],
  ['a@b@localhost', 'chat', 'jid-malformed'],
]

test('each type of message to each kind of address finds who table 1 of RFC 6121 says', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost', 'carol@localhost')
    const sessions: Record<string, RawClient> = {
      a: await online(port, 'alice@localhost/a', 5),
      b: await online(port, 'alice@localhost/b', 5),
      low: await online(port, 'alice@localhost/low', 1),
      negative: await online(port, 'alice@localhost/negative', -1),
      unavailable: await login(port, 'alice@localhost/unavailable'),
    }
    const bob = await login(port, 'bob@localhost/b')
    for (const [to, type, fate] of TABLE) {
      const stored = await backend.messages.offline.count('carol@localhost')
      bob.send(`<message to='${to}' type='${type}' id='m'><body>x</body></message>`)
      await settled(bob, ...Object.values(sessions))
      const got = Object.keys(sessions).filter(name => {
        const found = sessions[name]!.heard.some(({ name: stanza }) => stanza === 'message')
        sessions[name]!.heard.length = 0
        return found
      })
      const [answer] = bob.heard.splice(0)
      const more = (await backend.messages.offline.count('carol@localhost')) - stored
      const found = answer ? conditionOf(answer) : more > 0 ? 'stored' : got.length > 0 ? got.join(' ') : 'nothing'
      t.is(found, fate, `${type} to ${to}`)
    }
  })
})

test('a backend’s message reaches every session, and says what became of it', async t => {
  await withXmpp(
    async ({ port, register, backend: { messages } }) => {
      await register('alice@localhost', 'bob@localhost')
      const clients = [
        await online(port, 'alice@localhost/a', 5),
        await online(port, 'alice@localhost/b', -1),
        await login(port, 'alice@localhost/unseen'),
      ]
      const message = { from: 'localhost', body: 'hi' }
      t.is(await messages.send({ ...message, to: 'alice@localhost' }), 'delivered')
      for (const client of clients) t.is((await client.next('message')).attributes['type'], undefined)
      t.is(await messages.send({ ...message, to: 'bob@localhost' }), 'stored')
      t.is(await messages.send({ ...message, to: 'bob@localhost' }), 'stored')
      t.is(await messages.send({ ...message, to: 'bob@localhost' }), 'refused')
      t.is(await messages.send({ ...message, to: 'ghost@localhost' }), 'unknown_account')
      t.is(await messages.send({ ...message, to: 'alice@elsewhere.example' }), 'unknown_account')
      t.is(await messages.send({ ...message, to: 'alice@localhost/gone' }), 'refused')
      t.is(await messages.broadcast(message, {}), 1)
      t.is(await messages.broadcast(message, { host: 'b.example' }), 0)
      // Bob's store is full.
      t.is(await messages.broadcast(message, { all: true }), 1)
      t.is(await messages.offline.deleteOlder(new Date(Date.now() + 1000)), 2)
      t.is(await messages.broadcast(message, { all: true }), 2)
      t.is((await messages.offline.list('bob@localhost', 10)).length, 1)
      t.is(await messages.offline.count('bob@localhost'), 1)
    },
    { max_offline_messages: 2 },
  )
})

test('what has expired is neither given nor kept for ever, and chat states are not stored', async t => {
  await withXmpp(async ({ port, register, backend: { messages } }) => {
    await register('alice@localhost', 'bob@localhost')
    const bob = await login(port, 'bob@localhost/b')
    const amp = (value: string) =>
      `<amp xmlns='http://jabber.org/protocol/amp'><rule condition='expire-at' action='drop' value='${value}'/></amp>`
    for (const payload of [
      `<body>1</body>${amp('2001-01-01T00:00:00Z')}`,
      `<body>2</body>${amp('nonsense')}`,
      "<body>3</body><x xmlns='jabber:x:expire' seconds='0'/>",
      "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
      "<body>4</body><no-store xmlns='urn:xmpp:hints'/>",
      '<body>5</body>',
    ]) {
      bob.send(`<message to='alice@localhost' type='chat'>${payload}</message>`)
    }
    await settled(bob)
    t.deepEqual(bob.heard, [])
    t.is(await messages.offline.count('alice@localhost'), 4)
    const negative = await login(port, 'alice@localhost/n', {
      presence: '<presence><priority>-1</priority></presence>',
    })
    t.true(await negative.nothing('message'))
    const alice = await login(port, 'alice@localhost/a', { presence: '<presence/>' })
    t.is(textOf(child(await alice.next('message'), 'body')), '2')
    t.is(textOf(child(await alice.next('message'), 'body')), '5')
    while ((await messages.offline.count('alice@localhost')) > 0) await new Promise(setImmediate)
    await alice.close()
    await negative.close()
    bob.send(`<message to='alice@localhost'><body>6</body>${amp('2001-01-01T00:00:00Z')}</message>`)
    await settled(bob)
    t.is(await messages.offline.deleteExpired(), 1)
    t.is(await messages.offline.count('alice@localhost'), 0)
  })
})
