import test from 'ava'
import { elements } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import { withXmpp } from '../house.js'
import { conditionOf, ofType, online, settled } from './talk.js'

const PING = "<ping xmlns='urn:xmpp:ping'/>"

const REQUESTS: [attributes: string, payload: string, condition: string | undefined][] = [
  ["type='get' id='1'", PING, undefined],
  ["type='get' id='1' to='localhost'", PING, undefined],
  ["type='get' id='1' to='localhost/any'", PING, undefined],
  ["type='get' id='1' to='bob@localhost'", "<query xmlns='jabber:iq:roster'/>", 'forbidden'],
  ["type='get' id='1' to='bob@localhost/b'", PING, 'service-unavailable'],
  ["type='get' id='1' to='bob@localhost/gone'", PING, 'service-unavailable'],
  ["type='get' id='1' to='ghost@localhost'", PING, 'service-unavailable'],
  ["type='get' id='1' to='a@elsewhere.example'", PING, 'remote-server-not-found'],
  ["type='get' id='1'", "<what xmlns='urn:unknown'/>", 'service-unavailable'],
  ["type='set' id='1' to='localhost'", "<what xmlns='urn:unknown'/>", 'service-unavailable'],
  ["type='get' id='1'", '', 'bad-request'],
  ["type='get' id='1'", PING + PING, 'bad-request'],
  ["type='get'", PING, 'bad-request'],
  ["type='wrong' id='1'", PING, 'bad-request'],
  ["id='1'", PING, 'bad-request'],
  ["type='get' id='1' to='@localhost'", PING, 'jid-malformed'],
]

test('every request is answered, once, from where it was sent to', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('alice@localhost', 'bob@localhost')
    const alice = await login(port, 'alice@localhost/a')
    const bob = await login(port, 'bob@localhost/b')
    for (const [attributes, payload, condition] of REQUESTS) {
      alice.send(`<iq ${attributes} from='bob@localhost/b'>${payload}</iq>`)
      const answer = await alice.next('iq')
      t.is(conditionOf(answer), condition, `${attributes} ${payload}`)
      t.is(answer.attributes['type'], condition ? 'error' : 'result')
      t.is(answer.attributes['from'], /to='([^']*)'/.exec(attributes)?.[1])
      t.is(answer.attributes['id'], /id='([^']*)'/.exec(attributes)?.[1])
    }
    for (const type of ['result', 'error']) {
      alice.send(`<iq type='${type}' id='x' to='localhost'/><iq type='${type}' id='x' to='ghost@localhost/g'/>`)
      alice.send(`<iq type='${type}' id='x' to='bob@localhost/b'/>`)
      const answer = await bob.next(({ attributes }) => attributes['type'] === type)
      t.is(answer.attributes['from'], 'alice@localhost/a')
    }
    await settled(alice, bob)
    t.deepEqual([...alice.heard, ...bob.heard], [])
  })
})

test('a request reaches a session that shows itself, and nobody learns of one that does not', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('alice@localhost', 'bob@localhost')
    const alice = await login(port, 'alice@localhost/a')
    const bob = await login(port, 'bob@localhost/b')
    t.is(conditionOf(await alice.ask('get', PING, bob.jid)), 'service-unavailable')
    bob.send(`<presence to='${alice.jid}'/>`)
    await settled(bob)
    await alice.next(ofType(undefined))
    alice.send(`<iq type='get' id='p' to='${bob.jid}'>${PING}</iq>`)
    t.is((await bob.next('iq')).attributes['from'], alice.jid)
    bob.send(`<iq type='result' id='p' to='${alice.jid}'/>`)
    t.is((await alice.next('iq')).attributes['from'], bob.jid)
    await bob.close()
    t.is((await alice.next(ofType('unavailable'))).attributes['from'], bob.jid)
  })
})

test('presence is seen by nobody but subscribers, whatever others ask or claim', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost', 'eve@localhost')
    await backend.rosters.subscribeBoth('alice@localhost', 'bob@localhost')
    // What eve's own roster says is no permission.
    const claim = { jid: 'alice@localhost', nick: '', subscription: 'both', groups: [] }
    await backend.rosters.set('eve@localhost', claim)
    const eve = await online(port, 'eve@localhost/e')
    const bob = await online(port, 'bob@localhost/b')
    const alice = await online(port, 'alice@localhost/a')
    t.is((await bob.next(ofType(undefined))).attributes['from'], alice.jid)
    t.is((await alice.next(ofType(undefined))).attributes['from'], bob.jid)
    eve.heard.length = 0
    eve.send("<presence to='alice@localhost' type='probe'/>")
    t.is((await eve.next('presence')).attributes['type'], 'unsubscribed')
    eve.send("<presence to='bob@localhost' type='subscribed'/><presence to='ghost@localhost' type='probe'/>")
    await settled(eve, bob)
    t.false(bob.heard.some(({ attributes }) => attributes['from']?.startsWith('eve')))
    alice.send('<presence><show>away</show></presence>')
    await bob.next(({ children }) => children.length > 0)
    await alice.close()
    await bob.next(ofType('unavailable'))
    await settled(eve)
    t.false(eve.heard.some(({ attributes }) => attributes['from']?.startsWith('alice')))
    bob.send("<presence to='alice@localhost' type='probe'/><presence type='wrong'/>")
    t.is(conditionOf(await bob.next(ofType('error'))), 'bad-request')
  })
})

test('a roster is changed by its owner alone, one contact at a time, within limits', async t => {
  await withXmpp(
    async ({ port, register, backend }) => {
      await register('alice@localhost', 'bob@localhost')
      const alice = await online(port, 'alice@localhost/a')
      const ROSTER = (items: string) => `<query xmlns='jabber:iq:roster'>${items}</query>`
      const bad: [string, string][] = [
        ['', 'bad-request'],
        ["<item jid='a@b.c'/><item jid='d@e.f'/>", 'bad-request'],
        ['<item/>', 'bad-request'],
        ["<item jid='@'/>", 'bad-request'],
        ["<item jid='a@b.c'><group>x</group><group>x</group></item>", 'bad-request'],
        ["<item jid='a@b.c'><group/></item>", 'not-acceptable'],
        [`<item jid='a@b.c' name='${'n'.repeat(1024)}'/>`, 'not-acceptable'],
        ["<item jid='a@b.c' subscription='remove'/>", 'item-not-found'],
      ]
      for (const [items, condition] of bad) t.is(conditionOf(await alice.ask('set', ROSTER(items))), condition, items)
      const one = ROSTER("<item jid='a@b.c'/>")
      t.is(conditionOf(await alice.ask('set', one, 'bob@localhost')), 'forbidden')
      t.is(await backend.rosters.get('alice@localhost').then(({ length }) => length), 0)
      t.is((await alice.ask('set', ROSTER("<item jid='A@b.c/x' subscription='both'/>"))).attributes['type'], 'result')
      t.is((await backend.rosters.get('alice@localhost'))[0]?.jid, 'a@b.c')
      t.is((await backend.rosters.get('alice@localhost'))[0]?.subscription, 'none')
      await alice.ask('set', ROSTER("<item jid='d@e.f'/>"))
      t.is(conditionOf(await alice.ask('set', ROSTER("<item jid='g@h.i'/>"))), 'resource-constraint')
      alice.send("<presence to='bob@localhost' type='subscribe'/>")
      t.is(conditionOf(await alice.next(ofType('error'))), 'resource-constraint')
      alice.send("<presence to='alice@localhost' type='subscribe'/>")
      t.is(conditionOf(await alice.next(ofType('error'))), 'not-allowed')
      t.is((await alice.ask('set', ROSTER("<item jid='a@b.c' name='n'/>"))).attributes['type'], 'result')
    },
    { max_contacts: 2 },
  )
})

test('a roster that has not changed is not sent again', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost')
    const alice = await login(port, 'alice@localhost/a')
    const ask = (ver: string) => alice.ask('get', `<query xmlns='jabber:iq:roster' ver='${ver}'/>`)
    const [query] = elements(await ask(''))
    const { ver = '' } = query!.attributes
    t.deepEqual(elements(await ask(ver)), [])
    await backend.rosters.set('alice@localhost', { jid: 'a@b.c', nick: '', subscription: 'bogus', groups: [] })
    const push = await alice.next(({ attributes }) => attributes['type'] === 'set')
    const [told] = elements(push)
    t.not(told!.attributes['ver'], ver)
    t.is(elements(told!)[0]!.attributes['subscription'], 'none')
    t.deepEqual(elements(await ask(told!.attributes['ver']!)), [])
    t.is(elements(elements(await ask(ver))[0]!).length, 1)
    await backend.rosters.delete('alice@localhost', 'ghost@b.c')
    t.true(await alice.nothing(({ attributes }) => attributes['type'] === 'set'))
  })
})

test('however a JID is written, its owner reads it as its own', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('alice@localhost', 'bob@localhost')
    const alice = await login(port, 'alice@localhost/a')
    const bob = await online(port, 'bob@localhost/b')
    for (const [to, read] of [
      ['BOB@LocalHost/b', 'bob@localhost/b'],
      ['Bob@LOCALHOST', 'bob@localhost'],
    ]) {
      alice.send(`<message to='${to}'><body>hi</body></message>`)
      t.is((await bob.next('message')).attributes['to'], read)
      alice.send(`<presence to='${to}'/>`)
      t.is((await bob.next('presence')).attributes['to'], read)
    }
    alice.send(`<presence to='BOB@localhost/b'/><iq to='BOB@localhost/b' type='get' id='1'>${PING}</iq>`)
    t.is((await bob.next('iq')).attributes['to'], 'bob@localhost/b')
  })
})
