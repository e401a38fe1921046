import test from 'ava'
import { Store } from '../../../../kernel/store/store.js'
import type { LastActivity } from '../../../../plugins/xmpp-admin/backend.js'
import { login } from '../client.js'
import { openXmpp, withXmpp, type XmppHouse } from '../house.js'

/** What is known of Alice once it says so; what is written at the end of a session comes a moment later. */
async function lastOf({ backend }: XmppHouse, status: string): Promise<LastActivity> {
  for (let tries = 0; tries < 1000; tries++) {
    const found = await backend.accounts.lastActivity('alice@localhost')
    if (found?.status === status) return found
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  throw new Error(`the last activity never said "${status}"`)
}

test('an account was last used when its last session ended, with the words it left', async t => {
  await withXmpp(async house => {
    const { accounts } = house.backend
    await house.register('alice@localhost', 'bob@localhost')
    t.like(await accounts.lastActivity('alice@localhost'), { state: 'never', status: '' })
    const one = await login(house.port, 'alice@localhost/1', { presence: '<presence><status>here</status></presence>' })
    const two = await login(house.port, 'alice@localhost/2')
    t.true(await one.nothing('error'))
    t.like(await accounts.lastActivity('alice@localhost'), { state: 'online', status: 'here' })
    one.send("<presence type='unavailable'><status>to bed</status></presence>")
    t.true(await one.nothing('error'))
    await one.close()
    t.is((await accounts.lastActivity('alice@localhost'))?.state, 'online')
    two.send("<presence/><presence type='unavailable'><status>Bye &amp; out</status></presence>")
    t.true(await two.nothing('error'))
    await two.close()
    const left = await lastOf(house, 'Bye & out')
    t.is(left.state, 'offline')
    t.true(Math.abs(Date.now() - left.at.getTime()) < 60_000)
    t.is(await accounts.setLastActivity('alice@localhost', new Date(1_700_000_000_000), 'GoSleeping'), 'changed')
    t.deepEqual(await accounts.lastActivity('alice@localhost'), {
      state: 'offline',
      at: new Date(1_700_000_000_000),
      status: 'GoSleeping',
    })
    const lost = await login(house.port, 'alice@localhost', { presence: '<presence><status>busy</status></presence>' })
    t.true(await lost.nothing('error'))
    lost.socket.destroy()
    while ((await house.backend.sessions.count()) > 0) await new Promise(resolve => setTimeout(resolve, 5))
    t.is((await lastOf(house, 'busy')).state, 'offline')
    t.is(await accounts.setLastActivity('nobody@localhost', new Date(), ''), 'unknown_account')
    await accounts.unregister('alice@localhost')
    await accounts.register('alice@localhost', 'x')
    t.is((await accounts.lastActivity('alice@localhost'))?.state, 'never')
  })
})

test('whoever is online when the server ends was used until then', async t => {
  const store = await Store.inMemory()
  const lasting = new Proxy(store, {
    get(target, name) {
      if (name === 'close') return async () => undefined
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const first = await openXmpp({}, { store: lasting })
  await first.register('alice@localhost')
  const alice = await login(first.port, 'alice@localhost', { presence: '<presence><status>here</status></presence>' })
  await alice.nothing('error')
  await first.close()
  const second = await openXmpp({}, { store: lasting })
  t.like(await second.backend.accounts.lastActivity('alice@localhost'), { state: 'offline', status: 'here' })
  await second.close()
  await store.close()
})

test('accounts are idle that have not been used since a time, nor made, and are not online', async t => {
  await withXmpp(async house => {
    const { accounts } = house.backend
    await house.register('old@localhost', 'new@localhost', 'fresh@localhost', 'online@localhost', 'old@b.example')
    const day = 86_400_000
    const at = (days: number) => new Date(Date.now() - days * day)
    for (const jid of ['old@localhost', 'online@localhost', 'old@b.example']) {
      await accounts.setLastActivity(jid, at(10), '')
    }
    await accounts.setLastActivity('new@localhost', at(1), '')
    await login(house.port, 'online@localhost')
    const idle = async (host: string, days: number) => {
      const found: string[] = []
      for await (const jid of accounts.idleSince(host, at(days))) found.push(jid)
      return found
    }
    t.deepEqual(await idle('localhost', 5), ['old@localhost'])
    t.deepEqual(await idle('localhost', 20), [])
    t.deepEqual(await idle('localhost', -1), ['fresh@localhost', 'new@localhost', 'old@localhost'])
    t.deepEqual(await idle('b.example', 5), ['old@b.example'])
    t.deepEqual(await idle('elsewhere', 5), [])
  })
})
