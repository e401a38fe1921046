import test from 'ava'
import { child, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import { codes, enter, from, isSubject, item, MUC, ROOM, refusal, say, saying, unlock, withParty } from './party.js'

test('the first to enter makes the room, owns it, and lets others in once it is configured', async t => {
  await withParty(async ({ client }) => {
    const alice = await client('alice')
    const bob = await client('bob')
    const self = await enter(alice, 'Al')
    t.deepEqual(codes(self), [201, 110])
    t.like(item(self), { affiliation: 'owner', role: 'moderator' })
    t.is(refusal(await enter(bob, 'Bo')), 'item-not-found')
    t.is((await unlock(alice)).attributes['type'], 'result')
    const entered = await enter(bob, 'Bo')
    t.deepEqual(codes(entered), [110])
    t.like(item(entered), { affiliation: 'none', role: 'participant', jid: bob.jid })
    t.like(item(await bob.next(from('Al'))), { affiliation: 'owner', role: 'moderator' })
    t.is(item(await alice.next(from('Bo')))['jid'], bob.jid, 'a moderator sees who it is')
  })
})

test('others of a semi-anonymous room do not learn a real JID, those of another one do and are warned', async t => {
  await withParty(async ({ client, guest, backend }) => {
    await guest('alice')
    const bob = await guest('bob')
    t.is(item(await bob.next(from('alice')))['jid'], undefined)
    await backend.rooms.setOption(ROOM, { name: 'anonymous', value: 'false' })
    t.true(codes(await bob.next(each => each.name === 'message')).includes(172))
    const carol = await client('carol')
    t.deepEqual(codes(await enter(carol, 'carol')), [100, 110])
    t.is(item(await bob.next(from('carol')))['jid'], carol.jid)
    await backend.rooms.setOption(ROOM, { name: 'anonymous', value: 'true' })
    t.true(codes(await bob.next(each => codes(each).includes(173))).includes(104))
  })
})

test('without a nick, with one that is taken, or with too many, nobody enters', async t => {
  await withParty(async ({ client, guest, backend }) => {
    await guest('alice')
    const bob = await client('bob')
    bob.send(`<presence to='${ROOM}'><x xmlns='${MUC}'/></presence>`)
    t.is(refusal(await bob.next(each => each.attributes['type'] === 'error')), 'jid-malformed')
    t.is(refusal(await enter(bob, 'alice')), 'conflict')
    await backend.rooms.setOption(ROOM, { name: 'max_users', value: '1' })
    t.is(refusal(await enter(bob, 'bob')), 'service-unavailable')
    await backend.rooms.setAffiliation(ROOM, 'bob@localhost', 'admin')
    t.is(refusal(await enter(bob, 'bob')), undefined, 'administrators get in')
  })
})

test('a password, a ban and a lack of membership keep people out', async t => {
  await withParty(async ({ client, guest, backend: { rooms } }) => {
    await guest('alice')
    const bob = await client('bob')
    await rooms.setOption(ROOM, { name: 'password', value: 'open sesame' })
    await rooms.setOption(ROOM, { name: 'password_protected', value: 'true' })
    t.is(refusal(await enter(bob, 'bob')), 'not-authorized')
    t.is(refusal(await enter(bob, 'bob', ROOM, '<password>open</password>')), 'not-authorized')
    t.is(refusal(await enter(bob, 'bob', ROOM, '<password>open sesame</password>')), undefined)
    bob.send(`<presence type='unavailable' to='${ROOM}/bob'/>`)
    await bob.next(from('bob', 'unavailable'))
    await rooms.setOption(ROOM, { name: 'password_protected', value: 'false' })
    await rooms.setOption(ROOM, { name: 'members_only', value: 'true' })
    t.is(refusal(await enter(bob, 'bob')), 'registration-required')
    await rooms.setAffiliation(ROOM, 'bob@localhost', 'member')
    t.is(refusal(await enter(bob, 'bob')), undefined)
    await rooms.setAffiliation(ROOM, 'bob@localhost', 'outcast', 'spam')
    t.deepEqual(codes(await bob.next(from('bob', 'unavailable'))), [301, 110])
    t.is(refusal(await enter(bob, 'bob')), 'forbidden')
  })
})

test('a nick changes with 303, one that the service prepares is told with 210', async t => {
  await withParty(async ({ guest }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    bob.send(`<presence to='${ROOM}/rob'/>`)
    const gone = await alice.next(from('bob', 'unavailable'))
    t.deepEqual(codes(gone), [303])
    t.is(item(gone)['nick'], 'rob')
    t.true(codes(await bob.next(from('bob', 'unavailable'))).includes(110))
    t.like(item(await alice.next(from('rob'))), { role: 'participant' })
    bob.send(`<presence to='${ROOM}/alice'/>`)
    t.is(refusal(await bob.next(each => each.attributes['type'] === 'error')), 'conflict')
    bob.send(`<presence to='${ROOM}/e\u0301'/>`)
    t.deepEqual(codes(await bob.next(from('\u00e9'))), [210, 110])
  })
})

test('an account enters from two clients under one nick, and is gone when both have left', async t => {
  await withParty(async ({ guest, port, backend }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const other = await login(port, 'bob@localhost/s', { presence: '<presence/>' })
    t.is(refusal(await enter(other, 'bob')), undefined)
    t.is((await backend.rooms.occupants(ROOM))?.length, 3)
    say(alice, 'both?')
    await bob.next(saying('both?'))
    await other.next(saying('both?'))
    await bob.close()
    say(alice, 'one?')
    await other.next(saying('one?'))
    t.true(await alice.nothing(from('bob', 'unavailable')))
    await other.close()
    await alice.next(from('bob', 'unavailable'))
  })
})

test('who enters gets as much of the history as it asks for, then the subject', async t => {
  await withParty(async ({ client, guest }) => {
    const alice = await guest('alice')
    for (let n = 1; n <= 25; n++) say(alice, `m${n}`)
    await alice.next(saying('m25'))
    const heard = async (name: string, history: string) => {
      const guest = await client(name)
      guest.send(`<presence to='${ROOM}/${name}'><x xmlns='${MUC}'>${history}</x></presence>`)
      await guest.next(isSubject)
      const told = guest.heard.filter(({ name }) => name === 'message')
      t.true(told.every(each => child(each, 'delay', 'urn:xmpp:delay')?.attributes['from'] === ROOM))
      return told.map(each => textOf(child(each, 'body')))
    }
    t.is((await heard('all', '')).length, 20)
    t.deepEqual(await heard('two', "<history maxstanzas='2'/>"), ['m24', 'm25'])
    t.deepEqual(await heard('none', "<history maxchars='0'/>"), [])
    t.is((await heard('recent', "<history seconds='60'/>")).length, 20)
    t.deepEqual(await heard('future', "<history since='2100-01-01T00:00:00Z'/>"), [])
    t.is((await heard('odd', "<history maxstanzas='many' since='when?'/>")).length, 20)
  })
})

test('a temporary room goes with its last occupant, however it leaves', async t => {
  await withParty(async ({ guest, backend }) => {
    const alice = await guest('alice')
    t.deepEqual(await backend.rooms.roomsOf('alice@localhost'), [ROOM])
    const bob = await guest('bob')
    bob.send(`<presence type='unavailable' to='${ROOM}/bob'><status>so long</status></presence>`)
    t.is(textOf(child(await alice.next(from('bob', 'unavailable')), 'status')), 'so long')
    alice.send("<presence type='unavailable'/>")
    await alice.next(from('alice', 'unavailable'))
    await alice.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
    t.deepEqual(await backend.rooms.list(), [])
    t.deepEqual(await backend.rooms.roomsOf('alice@localhost'), [])
  })
})

test('the service lists what is public, and says what a room is', async t => {
  await withParty(async ({ client, guest, backend }) => {
    const alice = await guest('alice')
    const bob = await client('bob')
    await backend.rooms.setOption(ROOM, { name: 'title', value: 'The den' })
    const ITEMS = "<query xmlns='http://jabber.org/protocol/disco#items'/>"
    const INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
    const listed = async (who: typeof bob, at: string) => elements(elements(await who.ask('get', ITEMS, at))[0]!)
    t.deepEqual(
      (await listed(bob, 'conference.localhost')).map(({ attributes }) => attributes),
      [{ jid: ROOM, name: 'The den (1)' }],
    )
    t.is((await listed(bob, ROOM))[0]?.attributes['jid'], `${ROOM}/alice`)
    const features = elements(elements(await bob.ask('get', INFO, ROOM))[0]!).map(({ attributes }) => attributes['var'])
    for (const feature of ['muc_public', 'muc_temporary', 'muc_open', 'muc_semianonymous', 'muc_unsecured'].concat(
      ['stable_id', 'self-ping-optimization', 'request'].map(name => `${MUC}#${name}`),
    )) {
      t.true(features.includes(feature), feature)
    }
    await backend.rooms.setOption(ROOM, { name: 'public', value: 'false' })
    await backend.rooms.setOption(ROOM, { name: 'public_list', value: 'false' })
    t.deepEqual(await listed(bob, 'conference.localhost'), [])
    t.deepEqual(await listed(bob, ROOM), [])
    t.is((await listed(alice, 'conference.localhost')).length, 1, 'those inside see it')
    t.is(refusal(await bob.ask('get', INFO, 'nowhere@conference.localhost')), 'item-not-found')
    for (const place of [ROOM, 'conference.localhost']) {
      for (const query of [INFO, ITEMS]) {
        t.is(refusal(await bob.ask('get', query.replace('/>', " node='x'/>"), place)), 'item-not-found')
      }
    }
    const service = JSON.stringify(await bob.ask('get', INFO, 'conference.localhost'))
    t.is(refusal(await bob.ask('get', "<vCard xmlns='vcard-temp'/>", 'conference.localhost')), 'service-unavailable')
    t.false(service.includes('vcard-temp'), 'what is not answered is not advertised')
  })
})
