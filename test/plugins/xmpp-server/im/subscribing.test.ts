import test from 'ava'
import { child, type Element, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login, type RawClient } from '../client.js'
import { withXmpp } from '../house.js'

const ROSTER = 'jabber:iq:roster'

/** Logs in with the roster and presence. */
async function online(port: number, jid: string): Promise<RawClient> {
  const client = await login(port, jid)
  await client.ask('get', `<query xmlns='${ROSTER}'/>`)
  client.send('<presence/>')
  await client.next(({ name, attributes }) => name === 'presence' && attributes['from'] === client.jid)
  return client
}

const ofType = (type: string | undefined) => (stanza: Element) =>
  stanza.name === 'presence' && stanza.attributes['type'] === type

/** The item of the next push. */
async function pushed(client: RawClient): Promise<Element> {
  const push = await client.next(({ name, attributes }) => name === 'iq' && attributes['type'] === 'set')
  return elements(child(push, 'query', ROSTER)!)[0]!
}

test('two accounts subscribe to each other, see each other, and part', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost')
    const alice = await online(port, 'alice@localhost/a')
    const bob = await online(port, 'bob@localhost/b')
    alice.send("<presence to='bob@localhost/any' type='subscribe' id='s1'><status>hi</status></presence>")
    t.deepEqual((await pushed(alice)).attributes, { jid: 'bob@localhost', subscription: 'none', ask: 'subscribe' })
    const request = await bob.next(ofType('subscribe'))
    t.is(request.attributes['from'], 'alice@localhost')
    t.is(request.attributes['to'], 'bob@localhost')
    t.is(textOf(child(request, 'status')), 'hi')
    bob.send("<presence to='alice@localhost' type='subscribed'/>")
    t.is((await pushed(bob)).attributes['subscription'], 'from')
    t.is((await alice.next(ofType('subscribed'))).attributes['from'], 'bob@localhost')
    t.is((await pushed(alice)).attributes['subscription'], 'to')
    t.is((await alice.next(ofType(undefined))).attributes['from'], 'bob@localhost/b')
    bob.send("<presence to='alice@localhost' type='subscribe'/>")
    await pushed(bob)
    await alice.next(ofType('subscribe'))
    alice.send("<presence to='bob@localhost' type='subscribed'/>")
    t.is((await pushed(alice)).attributes['subscription'], 'both')
    t.is((await pushed(bob)).attributes['subscription'], 'both')
    t.is((await bob.next(ofType(undefined))).attributes['from'], 'alice@localhost/a')
    await alice.ask('set', `<query xmlns='${ROSTER}'><item jid='bob@localhost' subscription='remove'/></query>`)
    t.is((await pushed(alice)).attributes['subscription'], 'remove')
    await bob.next(ofType('unsubscribe'))
    await bob.next(ofType('unsubscribed'))
    await bob.next(ofType('unavailable'))
    await alice.next(ofType('unavailable'))
    t.is((await pushed(bob)).attributes['subscription'], 'none')
    t.deepEqual(await backend.rosters.get('alice@localhost'), [])
  })
})

test('an administrator connects two accounts, whose clients learn of it and see each other', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost')
    const alice = await online(port, 'alice@localhost/a')
    const bob = await online(port, 'bob@localhost/b')
    t.is(await backend.rosters.subscribeBoth('alice@localhost', 'bob@localhost'), 'subscribed')
    t.is((await pushed(alice)).attributes['subscription'], 'both')
    t.is((await pushed(bob)).attributes['subscription'], 'both')
    t.is((await alice.next(ofType(undefined))).attributes['from'], 'bob@localhost/b')
    t.is((await bob.next(ofType(undefined))).attributes['from'], 'alice@localhost/a')
    await bob.close()
    t.is((await alice.next(ofType('unavailable'))).attributes['from'], 'bob@localhost/b')
    t.is(await backend.rosters.unsubscribeBoth('alice@localhost', 'bob@localhost'), 'unsubscribed')
    t.is((await pushed(alice)).attributes['subscription'], 'remove')
    t.is((await backend.rosters.get('bob@localhost'))[0]?.subscription, 'none')
  })
})
