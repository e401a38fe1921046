import test from 'ava'
import { plugin } from 'patchbay'
import type { Accounts } from '../../../../plugins/auth/accounts.js'
import { login, RawClient } from '../client.js'
import { withXmpp, type XmppHouse } from '../house.js'
import { plain, scram, step } from './sasl-client.js'

async function attempt({ port }: XmppHouse, name: string, password = name): Promise<string[]> {
  const words: string[] = []
  for (const way of ['sha1', 'sha256', 'plain'] as const) {
    const client = new RawClient(port)
    await client.open()
    const { word } =
      way === 'plain' ? await step(client, plain(name, password)) : await scram(client, way, name, password)
    words.push(word)
    client.socket.destroy()
  }
  return words
}

const all = (word: string) => [word, word, word]

for (const [what, condition, act] of [
  ['a ban', 'policy-violation', ({ backend }: XmppHouse) => backend.accounts.ban('alice@localhost', 'spam', 'admin')],
  [
    'a new password',
    'not-authorized',
    ({ backend }: XmppHouse) => backend.accounts.setPassword('alice@localhost', 'x'),
  ],
  [
    'the end of the account',
    'not-authorized',
    ({ backend }: XmppHouse) => backend.accounts.unregister('alice@localhost'),
  ],
] as const) {
  test(`${what} ends all streams of the account, also those without a resource, and nobody else's`, async t => {
    await withXmpp(async house => {
      await house.register('alice@localhost', 'alice@b.example', 'bob@localhost')
      const bound = await login(house.port, 'alice@localhost/1', { presence: '<presence/>' })
      const silent = await login(house.port, 'alice@localhost/2')
      const unbound = new RawClient(house.port)
      await unbound.open()
      await scram(unbound, 'sha1', 'alice', 'alice')
      const others = [await login(house.port, 'alice@b.example'), await login(house.port, 'bob@localhost')]
      await act(house)
      t.is(await house.backend.sessions.count({ jid: 'alice@localhost' }), 0)
      for (const client of [bound, silent, unbound]) {
        await client.closed
        t.regex(
          client.text,
          new RegExp(`<stream:error><${condition} [^>]*/><text [^>]*>[^<]+</text></stream:error></stream:stream>$`),
        )
      }
      for (const other of others) t.true(await other.nothing('error'))
      t.is(await house.backend.sessions.count(), 2)
    })
  })
}

test('an account that is banned lets nobody in, tells only its owner why, and is as before when the ban ends', async t => {
  let accounts: () => Accounts = () => t.fail() as never
  const probe = plugin({
    name: 'asks',
    version: '1.0.0',
    start(ctx) {
      accounts = ctx.service('accounts')
    },
  })
  await withXmpp(
    async house => {
      const { accounts: store } = house.backend
      await house.register('alice@localhost')
      const revision = accounts().revision('alice@localhost')
      t.is(await store.ban('nobody@localhost', 'x', 'admin'), 'unknown_account')
      t.is(await store.banOf('alice@localhost'), undefined)
      t.is(await store.unban('alice@localhost'), 'not_banned')
      t.is(await store.ban('alice@localhost', 'spam', 'admin@localhost'), 'banned')
      t.is(await store.ban('alice@localhost', 'more spam', 'admin@localhost'), 'banned')
      t.like(await store.banOf('alice@localhost'), { reason: 'more spam', by: 'admin@localhost' })
      t.not(accounts().revision('alice@localhost'), revision)
      t.deepEqual(await attempt(house, 'alice'), all('account-disabled'))
      t.deepEqual(await attempt(house, 'alice', 'wrong'), all('not-authorized'))
      t.is(await accounts().verify('alice@localhost', 'alice'), undefined)
      t.false(await store.checkPassword('alice@localhost', 'alice'))
      // A new password is no way around it.
      t.is(await store.setPassword('alice@localhost', 'new'), 'changed')
      t.is(await store.setRole('alice@localhost', 'prosody:member'), 'changed')
      t.deepEqual(await attempt(house, 'alice', 'new'), all('account-disabled'))
      t.is(await store.unban('alice@localhost'), 'unbanned')
      t.is(await store.unban('nobody@localhost'), 'unknown_account')
      t.is(await store.banOf('alice@localhost'), undefined)
      t.deepEqual(await attempt(house, 'alice', 'new'), all('success'))
      t.is(await store.role('alice@localhost'), 'prosody:member')
    },
    {},
    { with: [probe] },
  )
})

test('a role is one of those that are known, and its change is noticed by who remembers the account', async t => {
  let accounts: () => Accounts = () => t.fail() as never
  const probe = plugin({
    name: 'asks',
    version: '1.0.0',
    start(ctx) {
      accounts = ctx.service('accounts')
    },
  })
  await withXmpp(
    async ({ port, register, backend: { accounts: store } }) => {
      await register('alice@localhost')
      const alice = await login(port, 'alice@localhost')
      const revision = accounts().revision('alice@localhost')
      t.is(await store.setRole('alice@localhost', 'prosody:admin'), 'changed')
      t.not(accounts().revision('alice@localhost'), revision)
      t.is((await accounts().verify('alice@localhost', 'alice'))?.role, 'prosody:admin')
      for (const role of ['admin', '', 'prosody:', 'prosody:Admin', '__proto__']) {
        t.is(await store.setRole('alice@localhost', role), 'unknown_role')
      }
      t.is(await store.setRole('nobody@localhost', 'prosody:member'), 'unknown_account')
      t.is(await store.role('alice@localhost'), 'prosody:admin')
      t.true(await alice.nothing('error'))
    },
    {},
    { with: [probe] },
  )
})

test('who saw an account online is told when it is removed, banned, or its resource is taken', async t => {
  await withXmpp(async house => {
    const { accounts, rosters } = house.backend
    for (const act of [
      () => accounts.unregister('alice@localhost'),
      () => accounts.ban('alice@localhost', 'spam', 'admin'),
      () => login(house.port, 'alice@localhost/lab'),
    ]) {
      await accounts.unregister('alice@localhost')
      await house.register('alice@localhost', 'bob@localhost')
      await rosters.subscribeBoth('alice@localhost', 'bob@localhost')
      const bob = await login(house.port, 'bob@localhost', { presence: '<presence/>' })
      await login(house.port, 'alice@localhost/lab', { presence: '<presence/>' })
      const said = (type: string | undefined) =>
        bob.next(({ name, attributes }) => {
          return name === 'presence' && attributes['from'] === 'alice@localhost/lab' && attributes['type'] === type
        })
      await said(undefined)
      await act()
      await said('unavailable')
      t.is(await house.backend.sessions.count({ jid: 'bob@localhost' }), 1)
      await bob.close()
      await accounts.unregister('bob@localhost')
    }
  })
})
