import { monitorEventLoopDelay } from 'node:perf_hooks'
import test from 'ava'
import { child, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login, type RawClient } from '../client.js'
import { withXmpp } from '../house.js'
import { conditionOf, ofType, online, ROSTER, settled } from './talk.js'

test('an account with 5,000 contacts logs in and leaves while others are served', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost')
    for (let n = 0; n < 5000; n += 100) {
      const some = Array.from({ length: 100 }, (_, at) => `contact-${n + at}@localhost`)
      await Promise.all(
        some.map(jid => backend.rosters.set('alice@localhost', { jid, nick: '', subscription: 'both', groups: ['g'] })),
      )
    }
    await backend.rosters.subscribeBoth('alice@localhost', 'bob@localhost')
    const bob = await online(port, 'bob@localhost/b')
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const alice = await login(port, 'alice@localhost/a')
    const roster = await alice.ask('get', `<query xmlns='${ROSTER}'/>`)
    t.is(elements(child(roster, 'query', ROSTER)!).length, 5001)
    alice.send('<presence/>')
    t.is((await alice.next(({ attributes }) => attributes['from'] === bob.jid)).name, 'presence')
    t.is((await bob.next(ofType(undefined))).attributes['from'], alice.jid)
    await alice.close()
    t.is((await bob.next(ofType('unavailable'))).attributes['from'], alice.jid)
    delay.disable()
    // Far above what is measured, so that only a loop that is blocked fails.
    t.true(delay.max < 1_000_000_000, `${delay.max} ns`)
  })
})

test('who has shown itself to a thousand addresses shows itself to no more', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('alice@localhost', 'bob@localhost')
    const bob = await login(port, 'bob@localhost/b')
    const alice = await login(port, 'alice@localhost/a')
    alice.send(`<presence to='${bob.jid}'/>`)
    for (let n = 0; n < 999; n++) alice.send(`<presence to='nobody-${n}@localhost'/>`)
    await settled(alice)
    t.deepEqual(alice.heard, [])
    alice.send("<presence to='one-more@localhost'/>")
    t.is(conditionOf(await alice.next(ofType('error'))), 'resource-constraint')
    alice.socket.destroy()
    t.is((await bob.next(ofType('unavailable'))).attributes['from'], alice.jid)
  })
})

test('whoever registers a name anew is shown nothing of what the one before was shown', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost', 'bob@localhost')
    await backend.rosters.subscribeBoth('alice@localhost', 'bob@localhost')
    await backend.messages.send({ from: 'localhost', to: 'alice@localhost', body: 'secret' })
    const bob = await online(port, 'bob@localhost/b')
    t.is(await backend.accounts.unregister('alice@localhost'), 'unregistered')
    await bob.next(ofType('unsubscribe'))
    await bob.next(ofType('unsubscribed'))
    await bob.next(ofType('unavailable'))
    await register('alice@localhost')
    t.is((await backend.rosters.get('bob@localhost'))[0]?.subscription, 'none')
    const alice = await online(port, 'alice@localhost/a')
    bob.send('<presence><show>away</show></presence>')
    await settled(bob, alice)
    t.deepEqual(
      alice.heard.filter(({ attributes }) => attributes['from'] !== alice.jid),
      [],
    )
  })
})

test('while the server is reloaded, messages come once and presence is told', async t => {
  await withXmpp(async ({ port, register, backend, kernel }) => {
    await register('alice@localhost', 'bob@localhost', 'carol@localhost')
    await backend.rosters.subscribeBoth('alice@localhost', 'bob@localhost')
    const clients: RawClient[] = [await online(port, 'alice@localhost/a'), await online(port, 'bob@localhost/b')]
    const [alice, bob] = clients as [RawClient, RawClient]
    for (let n = 0; n < 60; n++) {
      bob.send(`<message to='alice@localhost' type='chat'><body>${n}</body></message>`)
      bob.send(`<message to='carol@localhost' type='chat'><body>${n}</body></message>`)
      if (n % 20 === 10) await kernel.kernel.reload('xmpp-server')
    }
    await settled(bob)
    const carol = await login(port, 'carol@localhost/c', { presence: '<presence/>' })
    for (const client of [alice, carol]) {
      for (let n = 0; n < 60; n++) t.is(textOf(child(await client.next('message'), 'body')), String(n))
    }
    await bob.close()
    await alice.next(ofType('unavailable'))
    await settled(alice, carol)
    t.false([...alice.heard, ...carol.heard].some(({ name }) => name === 'message'))
  })
})
