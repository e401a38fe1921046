import test, { type ExecutionContext } from 'ava'

import { login, type RawClient } from '../client.js'
import { withXmpp, type XmppHouse } from '../house.js'

const HOST = 'localhost'
const TEAM = { id: 'team', label: 'The Team', description: '', displayed: ['team'] }
const ROSTER = "<query xmlns='jabber:iq:roster'/>"

const names = (...locals: string[]) => locals.map(local => `${local}@${HOST}`)
const [ALICE, BOB, CAROL, GHOST] = names('alice', 'bob', 'carol', 'ghost') as [string, string, string, string]

async function rosterOf({ backend }: XmppHouse, jid: string): Promise<unknown[]> {
  return (await backend.rosters.get(jid)).map(({ jid: contact, nick, subscription, groups }) => [
    contact,
    subscription,
    nick,
    groups,
  ])
}

async function withTeam(
  act: (house: XmppHouse, client: (jid: string) => Promise<RawClient>) => Promise<void>,
): Promise<void> {
  await withXmpp(async house => {
    await house.register(ALICE, BOB, CAROL)
    await house.backend.groups.create(HOST, TEAM)
    const clients: RawClient[] = []
    await act(house, async jid => {
      const client = await login(house.port, jid)
      clients.push(client)
      await client.ask('get', ROSTER)
      client.send('<presence/>')
      await client.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
      return client
    })
    for (const client of clients) client.socket.destroy()
  })
}

const pushed = (client: RawClient, contact: string, subscription: string) =>
  client.next(({ name, attributes, children }) => {
    const [query] = children
    if (name !== 'iq' || attributes['type'] !== 'set' || typeof query !== 'object') return false
    const [item] = query.children
    if (typeof item !== 'object') return false
    return item.attributes['jid'] === contact && item.attributes['subscription'] === subscription
  })
const seen = (client: RawClient, from: string, type?: string) =>
  client.next(
    ({ name, attributes }) => name === 'presence' && attributes['from'] === from && attributes['type'] === type,
  )

test('members have each other with the label of the group, also those who are no accounts', async t => {
  await withTeam(async house => {
    const { groups } = house.backend
    for (const jid of [ALICE, BOB, GHOST]) t.is(await groups.addMember(HOST, 'team', jid), 'added')
    t.is(await groups.addMember(HOST, 'team', BOB), 'already')
    t.deepEqual(await groups.members(HOST, 'team'), [ALICE, BOB, GHOST])
    t.deepEqual(await rosterOf(house, ALICE), [
      [BOB, 'both', '', ['The Team']],
      [GHOST, 'both', '', ['The Team']],
    ])
    t.deepEqual(await rosterOf(house, BOB), [
      [ALICE, 'both', '', ['The Team']],
      [GHOST, 'both', '', ['The Team']],
    ])
    t.deepEqual(await rosterOf(house, CAROL), [])
  })
})

test('clients are told at once, and see each other; the end of it, too', async t => {
  await withTeam(async ({ backend: { groups } }, client) => {
    const [alice, bob] = [await client(`${ALICE}/a`), await client(`${BOB}/b`)]
    await groups.addMember(HOST, 'team', ALICE)
    await groups.addMember(HOST, 'team', BOB)
    await Promise.all([pushed(alice, BOB, 'both'), pushed(bob, ALICE, 'both')])
    await Promise.all([seen(alice, bob.jid), seen(bob, alice.jid)])
    t.is(await groups.removeMember(HOST, 'team', BOB), 'removed')
    await Promise.all([pushed(alice, BOB, 'remove'), pushed(bob, ALICE, 'remove')])
    await Promise.all([seen(alice, bob.jid, 'unavailable'), seen(bob, alice.jid, 'unavailable')])
    t.is(await groups.removeMember(HOST, 'team', BOB), 'no_member')
  })
})

const OWN = [
  { what: 'a friend', entry: { jid: BOB, nick: 'Bobby', subscription: 'both', groups: ['Friends'] } },
  { what: 'one who is only seen', entry: { jid: BOB, nick: '', subscription: 'to', groups: [] } },
  { what: 'a name without a subscription', entry: { jid: BOB, nick: 'B', subscription: 'none', groups: [] } },
  {
    what: 'one in a group of the same name',
    entry: { jid: BOB, nick: '', subscription: 'from', groups: ['The Team'] },
  },
]
for (const { what, entry } of OWN) {
  test(`the owner's own entry outlives the group: ${what}`, async t => {
    await withTeam(async house => {
      const { groups, rosters } = house.backend
      await rosters.set(ALICE, entry)
      const before = await rosterOf(house, ALICE)
      await groups.addMember(HOST, 'team', ALICE)
      await groups.addMember(HOST, 'team', BOB)
      const labels = [...new Set([...entry.groups, 'The Team'])]
      t.deepEqual(await rosterOf(house, ALICE), [[BOB, 'both', entry.nick, labels]])
      t.is(await groups.delete(HOST, 'team'), 'deleted')
      t.deepEqual(await rosterOf(house, ALICE), before)
      t.deepEqual(await rosterOf(house, BOB), [])
    })
  })
}

test('what a member writes into a shared entry stays when the group goes, and the subscription does not', async t => {
  await withTeam(async (house, client) => {
    const { groups } = house.backend
    await groups.addMember(HOST, 'team', ALICE)
    await groups.addMember(HOST, 'team', BOB)
    const alice = await client(`${ALICE}/a`)
    const item = `<item jid='${BOB}' name='Bobby'><group>The Team</group><group>Chess</group></item>`
    await alice.ask('set', `<query xmlns='jabber:iq:roster'>${item}</query>`)
    await groups.delete(HOST, 'team')
    t.deepEqual(await rosterOf(house, ALICE), [[BOB, 'none', 'Bobby', ['Chess']]])
  })
})

test('of two groups, each gives and takes only its own', async t => {
  await withTeam(async house => {
    const { groups } = house.backend
    await groups.create(HOST, { id: 'club', label: 'Club', description: '', displayed: ['club'] })
    for (const id of ['team', 'club']) for (const jid of [ALICE, BOB]) await groups.addMember(HOST, id, jid)
    t.deepEqual(await rosterOf(house, ALICE), [[BOB, 'both', '', ['Club', 'The Team']]])
    await groups.delete(HOST, 'club')
    t.deepEqual(await rosterOf(house, ALICE), [[BOB, 'both', '', ['The Team']]])
  })
})

test('a group may show others than its own members: they are seen, and know by whom', async t => {
  await withTeam(async house => {
    const { groups } = house.backend
    await groups.create(HOST, { id: 'boss', label: 'Boss', description: '', displayed: ['team'] })
    await groups.addMember(HOST, 'team', ALICE)
    await groups.addMember(HOST, 'team', BOB)
    await groups.addMember(HOST, 'boss', CAROL)
    t.deepEqual(await rosterOf(house, CAROL), [
      [ALICE, 'to', '', ['The Team']],
      [BOB, 'to', '', ['The Team']],
    ])
    t.deepEqual(await rosterOf(house, ALICE), [
      [BOB, 'both', '', ['The Team']],
      [CAROL, 'from', '', []],
    ])
    t.is(await groups.change(HOST, { ...TEAM, label: 'A-Team', displayed: [] }), 'changed')
    t.deepEqual(await rosterOf(house, CAROL), [
      [ALICE, 'to', '', ['A-Team']],
      [BOB, 'to', '', ['A-Team']],
    ])
    t.deepEqual(await rosterOf(house, ALICE), [[CAROL, 'from', '', []]])
    t.is(await groups.delete(HOST, 'boss'), 'deleted')
    t.deepEqual(await rosterOf(house, ALICE), [])
  })
})

test('delayed members come with the next sync', async t => {
  await withTeam(async house => {
    const { groups } = house.backend
    await groups.addMember(HOST, 'team', ALICE)
    t.is(await groups.addMember(HOST, 'team', BOB, { delayUpdate: true }), 'added')
    t.deepEqual(await groups.members(HOST, 'team'), [ALICE, BOB])
    t.deepEqual(await rosterOf(house, ALICE), [])
    t.is(await groups.sync(HOST, 'team'), 'synced')
    t.deepEqual(await rosterOf(house, ALICE), [[BOB, 'both', '', ['The Team']]])
    t.deepEqual(await rosterOf(house, BOB), [[ALICE, 'both', '', ['The Team']]])
  })
})

test('a member who becomes an account later has the others after logging in', async t => {
  await withTeam(async (house, client) => {
    const { groups, accounts } = house.backend
    await groups.addMember(HOST, 'team', ALICE)
    await groups.addMember(HOST, 'team', GHOST)
    await accounts.register(GHOST, 'ghost')
    const alice = await client(`${ALICE}/a`)
    const ghost = await client(`${GHOST}/g`)
    await Promise.all([pushed(ghost, ALICE, 'both'), seen(ghost, alice.jid), seen(alice, ghost.jid)])
    t.deepEqual(await rosterOf(house, GHOST), [[ALICE, 'both', '', ['The Team']]])
  })
})

test('a deleted account is in no group any more, also when it is made anew', async t => {
  await withTeam(async house => {
    const { groups, accounts } = house.backend
    await groups.addMember(HOST, 'team', ALICE)
    await groups.addMember(HOST, 'team', BOB)
    await accounts.unregister(BOB)
    t.deepEqual(await groups.members(HOST, 'team'), [ALICE])
    await accounts.register(BOB, 'bob')
    await groups.sync(HOST, 'team')
    t.deepEqual(await rosterOf(house, BOB), [])
  })
})

test('what is unknown, and what is there already', async t => {
  await withTeam(async ({ backend: { groups } }) => {
    t.is(await groups.create(HOST, TEAM), 'exists')
    t.is(await groups.create('elsewhere.example', TEAM), 'unknown_host')
    t.is(await groups.create('b.example', TEAM), 'created')
    t.deepEqual(await groups.list('b.example'), [TEAM])
    t.is(await groups.get(HOST, 'nobody'), undefined)
    t.is(await groups.members(HOST, 'nobody'), undefined)
    t.is(await groups.addMember(HOST, 'nobody', ALICE), 'unknown_group')
    t.is(await groups.removeMember(HOST, 'nobody', ALICE), 'unknown_group')
    t.is(await groups.sync(HOST, 'nobody'), 'unknown_group')
    t.is(await groups.delete(HOST, 'nobody'), 'unknown_group')
    t.is(await groups.change(HOST, { ...TEAM, id: 'nobody' }), 'unknown_group')
  })
})

for (const id of ['', '/', 'a/b', '%2F', '__proto__', '😀', '\ud800', 'x'.repeat(2000), ' ', '0']) {
  test(`any text is an id: ${JSON.stringify(id).slice(0, 20)}`, async t => {
    await withTeam(async house => {
      const { groups } = house.backend
      const group = { id, label: 'Odd', description: '', displayed: [id] }
      t.is(await groups.create(HOST, group), 'created')
      t.is(await groups.addMember(HOST, id, ALICE), 'added')
      t.is(await groups.addMember(HOST, id, BOB), 'added')
      t.deepEqual(await rosterOf(house, ALICE), [[BOB, 'both', '', ['Odd']]])
      t.deepEqual(await groups.members(HOST, 'team'), [])
      t.is(await groups.delete(HOST, id), 'deleted')
      await empty(t, house, ALICE)
    })
  })
}

async function empty(t: ExecutionContext, house: XmppHouse, jid: string): Promise<void> {
  t.deepEqual(await rosterOf(house, jid), [])
}

test('an account that is removed leaves the rosters of the members at once', async t => {
  await withTeam(async (house, client) => {
    const { groups, accounts } = house.backend
    for (const jid of [ALICE, BOB]) await groups.addMember(HOST, 'team', jid)
    const alice = await client(ALICE)
    t.is(await accounts.unregister(BOB), 'unregistered')
    await pushed(alice, BOB, 'remove')
    t.deepEqual(await rosterOf(house, ALICE), [])
    t.deepEqual(await groups.members(HOST, 'team'), [ALICE])
  })
})
