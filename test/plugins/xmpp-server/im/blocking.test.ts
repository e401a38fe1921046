import test from 'ava'
import { child, elements } from '../../../../plugins/xmpp-server/xml/element.js'
import { withXmpp } from '../house.js'
import { conditionOf, ofType, online, settled } from './talk.js'

const BLOCKING = 'urn:xmpp:blocking'

test('who is blocked is neither heard nor told anything, and comes back when unblocked', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost')
    await backend.rosters.subscribeBoth('alice@localhost', 'bob@localhost')
    const alice = await online(port, 'alice@localhost/a')
    const bob = await online(port, 'bob@localhost/b')
    await alice.ask('get', `<blocklist xmlns='${BLOCKING}'/>`)
    await settled(alice, bob)
    alice.heard.length = bob.heard.length = 0
    const block = (items: string) => alice.ask('set', `<block xmlns='${BLOCKING}'>${items}</block>`)
    t.is(conditionOf(await block('')), 'bad-request')
    t.is(conditionOf(await block("<item jid='@'/>")), 'jid-malformed')
    t.is((await block("<item jid='Bob@localhost'/>")).attributes['type'], 'result')
    const push = await alice.next(({ attributes }) => attributes['type'] === 'set')
    t.is(elements(elements(push)[0]!)[0]!.attributes['jid'], 'bob@localhost')
    t.is((await bob.next(ofType('unavailable'))).attributes['from'], 'alice@localhost/a')
    t.is((await alice.next(ofType('unavailable'))).attributes['from'], 'bob@localhost/b')
    bob.send("<message to='alice@localhost' type='chat'><body>x</body></message>")
    t.is(conditionOf(await bob.next('message')), 'service-unavailable')
    t.is(conditionOf(await bob.ask('get', "<ping xmlns='urn:xmpp:ping'/>", alice.jid)), 'service-unavailable')
    t.is(conditionOf(await bob.ask('get', "<ping xmlns='urn:xmpp:ping'/>", 'alice@localhost')), 'service-unavailable')
    bob.send("<presence><show>away</show></presence><presence to='alice@localhost' type='probe'/>")
    alice.send("<presence><show>dnd</show></presence><message to='bob@localhost/b'><body>y</body></message>")
    const refused = await alice.next('message')
    t.is(conditionOf(refused), 'not-acceptable')
    t.truthy(child(child(refused, 'error')!, 'blocked', 'urn:xmpp:blocking:errors'))
    await settled(alice, bob)
    t.false(alice.heard.some(({ attributes }) => attributes['from']?.startsWith('bob')))
    t.false(bob.heard.some(({ attributes }) => attributes['from']?.startsWith('alice')))
    t.is(await backend.messages.send({ from: 'bob@localhost', to: 'alice@localhost', body: 'x' }), 'refused')
    t.is(await backend.messages.send({ from: 'localhost', to: 'alice@localhost', body: 'x' }), 'delivered')
    bob.heard.length = 0
    await alice.ask('set', `<unblock xmlns='${BLOCKING}'/>`)
    t.is((await bob.next(ofType(undefined))).attributes['from'], 'alice@localhost/a')
    const list = await alice.ask('get', `<blocklist xmlns='${BLOCKING}'/>`)
    t.deepEqual(elements(elements(list)[0]!), [])
  })
})

test('a stranger who is blocked by domain asks in vain, and a list has an end', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'eve@b.example')
    const alice = await online(port, 'alice@localhost/a')
    await alice.ask('set', `<block xmlns='${BLOCKING}'><item jid='b.example'/></block>`)
    const eve = await online(port, 'eve@b.example/e')
    eve.send("<presence to='alice@localhost' type='subscribe'/>")
    await settled(eve, alice)
    t.false(alice.heard.some(({ name }) => name === 'presence'))
    t.is((await backend.rosters.get('eve@b.example'))[0]?.pending, 'out')
    const many = Array.from({ length: 1001 }, (_, at) => `<item jid='u${at}@c.example'/>`).join('')
    t.is(conditionOf(await alice.ask('set', `<block xmlns='${BLOCKING}'>${many}</block>`)), 'resource-constraint')
  })
})
