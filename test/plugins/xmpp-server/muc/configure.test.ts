import test from 'ava'
import { child, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import { openXmpp } from '../house.js'
import {
  codes,
  enter,
  from,
  isSubject,
  item,
  lastingStore,
  OWNER,
  ROOM,
  refusal,
  say,
  saying,
  unlock,
  withParty,
} from './party.js'

const form = (fields: Record<string, string | string[]>, type = 'submit') =>
  `<query xmlns='${OWNER}'><x xmlns='jabber:x:data' type='${type}'>${Object.entries(fields)
    .map(
      ([name, values]) =>
        `<field var='${name}'>${[values]
          .flat()
          .map(each => `<value>${each}</value>`)
          .join('')}</field>`,
    )
    .join('')}</x></query>`

test('an owner gets the form, fills it in, and everybody is told', async t => {
  await withParty(async ({ guest, backend: { rooms } }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    t.is(refusal(await bob.ask('get', `<query xmlns='${OWNER}'/>`, ROOM)), 'forbidden')
    t.is(refusal(await bob.ask('set', form({}), ROOM)), 'forbidden')
    const got = elements(await alice.ask('get', `<query xmlns='${OWNER}'/>`, ROOM))[0]!
    const fields = elements(child(got, 'x', 'jabber:x:data')!).filter(({ name }) => name === 'field')
    const shown = new Map(fields.map(field => [field.attributes['var'], textOf(child(field, 'value'))]))
    t.is(shown.get('FORM_TYPE'), 'http://jabber.org/protocol/muc#roomconfig')
    t.is(shown.get('muc#roomconfig_moderatedroom'), '1')
    t.is(shown.get('muc#roomconfig_whois'), 'moderators')
    const filled = {
      FORM_TYPE: 'http://jabber.org/protocol/muc#roomconfig',
      'muc#roomconfig_roomname': 'The den',
      'muc#roomconfig_whois': 'anyone',
      'muc#roomconfig_presencebroadcast': ['visitor', 'moderator'],
      'muc#roomconfig_allowinvites': '1',
      unknown: 'x',
    }
    t.is((await alice.ask('set', form(filled), ROOM)).attributes['type'], 'result')
    t.deepEqual(codes(await bob.next(each => each.name === 'message')), [104, 172])
    const options = new Map((await rooms.options(ROOM))?.map(({ name, value }) => [name, value]))
    t.is(options.get('title'), 'The den')
    t.is(options.get('anonymous'), 'false')
    t.is(options.get('presence_broadcast'), '[moderator,visitor]')
    t.is(options.get('allow_user_invites'), 'true')
    t.is(refusal(await alice.ask('set', form({ 'muc#roomconfig_maxusers': 'many' }), ROOM)), 'not-acceptable')
    const secret = { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': '' }
    t.is(refusal(await alice.ask('set', form(secret), ROOM)), 'not-acceptable')
    t.is(refusal(await alice.ask('set', `<query xmlns='${OWNER}'/>`, ROOM)), 'bad-request')
    t.is((await alice.ask('set', form({}, 'cancel'), ROOM)).attributes['type'], 'result')
    t.is((await rooms.list()).length, 1, 'who cancels a later configuration changes nothing')
  })
})

test('who cancels the first configuration has no room', async t => {
  await withParty(async ({ client, backend: { rooms } }) => {
    const alice = await client('alice')
    await enter(alice, 'alice')
    await alice.ask('set', form({}, 'cancel'), ROOM)
    t.is(item(await alice.next(from('alice', 'unavailable')))['role'], 'none')
    t.deepEqual(await rooms.list(), [])
  })
})

test('an owner ends a room with a reason and another place to go', async t => {
  await withParty(async ({ guest, backend: { rooms } }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const destroy = `<destroy jid='hall@conference.localhost'><reason>moved</reason></destroy>`
    const query = `<query xmlns='${OWNER}'>${destroy}</query>`
    t.is(refusal(await bob.ask('set', query, ROOM)), 'forbidden')
    await alice.ask('set', query, ROOM)
    const gone = await bob.next(from('bob', 'unavailable'))
    t.like(item(gone), { affiliation: 'none', role: 'none' })
    t.true(JSON.stringify(gone).includes('moved') && JSON.stringify(gone).includes('hall@conference.localhost'))
    t.deepEqual(await rooms.list(), [])
    say(bob, 'anybody?')
    t.is(refusal(await bob.next(each => each.attributes['type'] === 'error')), 'item-not-found')
  })
})

test('a persistent room is there after a restart with all that belongs to it, until it is temporary again', async t => {
  const store = await lastingStore()
  const first = await openXmpp({}, { store })
  await first.register('alice@localhost', 'bob@localhost')
  const { rooms } = first.backend
  const options = [
    { name: 'persistent', value: 'true' },
    { name: 'allow_subscription', value: 'true' },
    { name: 'title', value: 'T' },
  ]
  t.is(await rooms.create(ROOM, options), 'created')
  t.is(await rooms.create('brief@conference.localhost', []), 'created')
  await rooms.setAffiliation(ROOM, 'alice@localhost', 'owner', 'hers')
  await rooms.subscriptions.subscribe(ROOM, 'bob@localhost', 'Bob', ['urn:xmpp:mucsub:nodes:messages'])
  const alice = await login(first.port, 'alice@localhost/r', { presence: '<presence/>' })
  await enter(alice, 'alice')
  alice.send(`<message to='${ROOM}' type='groupchat'><subject>plans</subject></message>`)
  await alice.next(isSubject)
  say(alice, 'hello')
  await alice.next(saying('hello'))
  const before = await rooms.options(ROOM)
  await first.close()
  t.true(alice.text.includes("code='332'"), 'who is inside is told that the service ends')

  const second = await openXmpp({}, { store })
  const again = second.backend.rooms
  t.deepEqual(await again.options(ROOM), before)
  t.deepEqual(
    (await again.list()).map(({ jid }) => jid),
    [ROOM],
  )
  t.deepEqual(await again.affiliations(ROOM), [{ jid: 'alice@localhost', affiliation: 'owner', reason: 'hers' }])
  t.deepEqual(await again.subscriptions.of('bob@localhost'), [
    { room: ROOM, nick: 'Bob', nodes: ['urn:xmpp:mucsub:nodes:messages'] },
  ])
  t.deepEqual(await again.empty('conference.localhost'), [], 'something was said in it')
  const back = await login(second.port, 'alice@localhost/r', { presence: '<presence/>' })
  back.send(`<presence to='${ROOM}/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>`)
  t.is(textOf(child(await back.next(isSubject), 'subject')), 'plans')
  await again.setOption(ROOM, { name: 'persistent', value: 'false' })
  await second.close()

  const third = await openXmpp({}, { store })
  t.deepEqual(await third.backend.rooms.list(), [])
  t.deepEqual(await third.backend.rooms.create(ROOM, options), 'created')
  t.deepEqual(await third.backend.rooms.affiliations(ROOM), [], 'nothing of the old room has stayed')
  await third.close()
})

test('what belongs to an account in rooms goes with it', async t => {
  await withParty(async ({ guest, backend: { rooms, accounts } }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    for (const name of ['persistent', 'allow_subscription']) await rooms.setOption(ROOM, { name, value: 'true' })
    await rooms.setAffiliation(ROOM, 'bob@localhost', 'admin')
    await rooms.subscriptions.subscribe(ROOM, 'bob@localhost', 'bob', [])
    await accounts.unregister('bob@localhost')
    await alice.next(from('bob', 'unavailable'))
    await bob.closed
    t.is(await rooms.affiliation(ROOM, 'bob@localhost'), 'none')
    t.deepEqual(await rooms.subscriptions.of('bob@localhost'), [])
    t.is((await rooms.occupants(ROOM))?.length, 1)
    t.deepEqual(await rooms.roomsOf('bob@localhost'), [])
  })
})

test('a room that nobody unlocks goes with who has made it', async t => {
  await withParty(async ({ client, backend: { rooms } }) => {
    const alice = await client('alice')
    await enter(alice, 'alice')
    t.is((await rooms.list()).length, 1)
    alice.send(`<presence type='unavailable' to='${ROOM}/alice'/>`)
    await alice.next(from('alice', 'unavailable'))
    await alice.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
    t.deepEqual(await rooms.list(), [])
    t.is((await unlock(alice)).attributes['type'], 'error')
  })
})
