import test from 'ava'
import { child, type Element, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import {
  change,
  codes,
  enter,
  from,
  isError,
  isSubject,
  MUC,
  ROOM,
  refusal,
  say,
  saying,
  USER,
  withParty,
} from './party.js'

test('a message goes to everybody with its id, and to nobody from outside', async t => {
  await withParty(async ({ guest, client }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    bob.send(`<message to='${ROOM}' type='groupchat' id='m1'><body>hi</body></message>`)
    for (const each of [alice, bob]) {
      const heard = await each.next(saying('hi'))
      t.like(heard.attributes, { from: `${ROOM}/bob`, to: each.jid, id: 'm1', type: 'groupchat' })
    }
    const carol = await client('carol')
    say(carol, 'let me in')
    t.is(refusal(await carol.next(isError)), 'not-acceptable')
    carol.send("<message to='nowhere@conference.localhost' type='groupchat'><body>?</body></message>")
    t.is(refusal(await carol.next(isError)), 'item-not-found')
    bob.send(`<message to='${ROOM}'><body>of no type</body></message>`)
    t.is(refusal(await bob.next(isError)), 'bad-request')
    t.true(await alice.nothing('message'))
  })
})

test('what only the room can say is taken out of what a client says', async t => {
  await withParty(async ({ guest }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const forged = `<x xmlns='${USER}'><status code='104'/></x><delay xmlns='urn:xmpp:delay' stamp='2001-01-01T00:00:00Z'/>`
    bob.send(
      `<message to='${ROOM}' type='groupchat' from='${alice.jid}'><body>trust me</body>${forged}<mood xmlns='m'/></message>`,
    )
    const heard = await alice.next(saying('trust me'))
    t.is(heard.attributes['from'], `${ROOM}/bob`)
    t.deepEqual(
      elements(heard).map(({ name }) => name),
      ['body', 'mood'],
    )
    bob.send(
      `<presence to='${ROOM}/bob'><x xmlns='${USER}'><item affiliation='owner' role='moderator'/></x></presence>`,
    )
    const shown = await alice.next(from('bob'))
    t.is(elements(shown).filter(({ xmlns }) => xmlns === USER).length, 1)
    t.is(child(child(shown, 'x', USER)!, 'item')?.attributes['affiliation'], 'none')
  })
})

test('the subject is for those who may, is told with its author, and ends the history of who comes', async t => {
  await withParty(async ({ guest, client, backend: { rooms } }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    bob.send(`<message to='${ROOM}' type='groupchat'><subject>ours</subject></message>`)
    t.is(textOf(child(await alice.next(isSubject), 'subject')), 'ours')
    await rooms.setOption(ROOM, { name: 'allow_change_subj', value: 'false' })
    bob.send(`<message to='${ROOM}' type='groupchat'><subject>mine</subject></message>`)
    t.is(refusal(await bob.next(isError)), 'forbidden')
    alice.send(`<message to='${ROOM}' type='groupchat'><subject>${'x'.repeat(9000)}</subject></message>`)
    t.is(refusal(await alice.next(isError)), 'policy-violation')
    const carol = await client('carol')
    carol.send(`<presence to='${ROOM}/carol'><x xmlns='${MUC}'/></presence>`)
    const subject = await carol.next(isSubject)
    t.is(subject.attributes['from'], `${ROOM}/bob`)
    t.is(textOf(child(subject, 'subject')), 'ours')
    alice.send(`<message to='${ROOM}' type='groupchat'><subject/></message>`)
    const emptied = await carol.next(isSubject)
    t.is(textOf(child(emptied, 'subject')), '')
  })
})

test('a message keeps its language; of who is typing nobody hears later', async t => {
  await withParty(async ({ guest, client }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const spoken = (each: Element) => each.attributes['xml:lang']
    bob.send(`<message to='${ROOM}' type='groupchat' xml:lang='de'><body>hallo</body></message>`)
    t.is(spoken(await alice.next(saying('hallo'))), 'de')
    bob.send(`<message to='${ROOM}/alice' type='chat' xml:lang='fr'><body>salut</body></message>`)
    t.is(spoken(await alice.next(saying('salut'))), 'fr')
    bob.send(`<message to='${ROOM}' type='groupchat' xml:lang='nl'><subject>groeten</subject></message>`)
    t.is(spoken(await alice.next(isSubject)), 'nl')
    const typing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>"
    for (const inside of [typing, "<body>secret</body><no-store xmlns='urn:xmpp:hints'/>"]) {
      bob.send(`<message to='${ROOM}' type='groupchat'>${inside}</message>`)
    }
    await alice.next(each => child(each, 'composing', 'http://jabber.org/protocol/chatstates') !== undefined)
    await alice.next(saying('secret'))
    const carol = await client('carol')
    await enter(carol, 'carol')
    t.deepEqual(
      carol.heard.filter(({ name }) => name === 'message').map(each => [textOf(child(each, 'body')), spoken(each)]),
      [['hallo', 'de']],
    )
  })
})

test('visitors of a moderated room ask for voice, and get it from a moderator', async t => {
  await withParty(async ({ guest, backend: { rooms } }) => {
    const alice = await guest('alice')
    await rooms.setOption(ROOM, { name: 'members_by_default', value: 'false' })
    const bob = await guest('bob')
    say(bob, 'me!')
    t.is(refusal(await bob.next(isError)), 'forbidden')
    const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`
    const request = field('FORM_TYPE', 'http://jabber.org/protocol/muc#request')
    const ask = `<message to='${ROOM}'><x xmlns='jabber:x:data' type='submit'>${request}${field('muc#role', 'participant')}</x></message>`
    bob.send(ask)
    const form = await alice.next(each => child(each, 'x', 'jabber:x:data') !== undefined)
    t.true(JSON.stringify(form).includes(bob.jid))
    bob.send(ask)
    t.is(refusal(await bob.next(isError)), 'resource-constraint')
    const answer = `${request}${field('muc#roomnick', 'bob')}${field('muc#request_allow', 'true')}`
    alice.send(`<message to='${ROOM}'><x xmlns='jabber:x:data' type='submit'>${answer}</x></message>`)
    await bob.next(each => from('bob')(each) && JSON.stringify(each).includes('participant'))
    say(bob, 'now')
    await alice.next(saying('now'))
    await rooms.setOption(ROOM, { name: 'allow_visitor_status', value: 'false' })
    await rooms.setOption(ROOM, { name: 'allow_visitor_nickchange', value: 'false' })
    t.is(await change(alice, "<item nick='bob' role='visitor'/>"), undefined)
    bob.send(`<presence to='${ROOM}/rob'/>`)
    t.is(refusal(await bob.next(isError)), 'not-allowed')
  })
})

test('a private message reaches one, where the room allows it', async t => {
  await withParty(async ({ guest, client, backend: { rooms } }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const carol = await guest('carol')
    bob.send(`<message to='${ROOM}/carol' type='chat'><body>psst</body></message>`)
    const heard = await carol.next(saying('psst'))
    t.like(heard.attributes, { from: `${ROOM}/bob`, type: 'chat' })
    t.truthy(child(heard, 'x', USER))
    t.true(await alice.nothing(saying('psst')))
    bob.send(`<message to='${ROOM}/nobody' type='chat'><body>?</body></message>`)
    t.is(refusal(await bob.next(isError)), 'item-not-found')
    bob.send(`<message to='${ROOM}/carol' type='groupchat'><body>?</body></message>`)
    t.is(refusal(await bob.next(isError)), 'bad-request')
    await rooms.setOption(ROOM, { name: 'allow_private_messages', value: 'false' })
    bob.send(`<message to='${ROOM}/carol' type='chat'><body>?</body></message>`)
    t.is(refusal(await bob.next(isError)), 'not-allowed')
    alice.send(`<message to='${ROOM}/carol' type='chat'><body>I may</body></message>`)
    await carol.next(saying('I may'))
    const dave = await client('dave')
    dave.send(`<message to='${ROOM}/carol' type='chat'><body>from outside</body></message>`)
    t.is(refusal(await dave.next(isError)), 'not-acceptable')
  })
})

test('one occupant asks another through the room, which hides who they are; a ping to oneself is answered', async t => {
  await withParty(async ({ guest, backend: { rooms } }) => {
    await guest('alice')
    const bob = await guest('bob')
    const carol = await guest('carol')
    const asking = bob.ask('get', "<query xmlns='jabber:iq:version'/>", `${ROOM}/carol`)
    const asked = await carol.next('iq')
    t.is(asked.attributes['from'], `${ROOM}/bob`)
    t.false(JSON.stringify(asked).includes('bob@localhost'))
    carol.send(
      `<iq type='result' id='${asked.attributes['id']}' to='${ROOM}/bob'><query xmlns='jabber:iq:version'><name>c</name></query></iq>`,
    )
    const answer = await asking
    t.is(answer.attributes['from'], `${ROOM}/carol`)
    t.false(JSON.stringify(answer).includes('carol@localhost'))
    const ping = await bob.ask('get', "<ping xmlns='urn:xmpp:ping'/>", `${ROOM}/bob`)
    t.is(ping.attributes['type'], 'result')
    t.is(refusal(await bob.ask('get', "<query xmlns='jabber:iq:version'/>", `${ROOM}/nobody`)), 'item-not-found')
    await carol.ask('set', "<vCard xmlns='vcard-temp'><FN>Carol</FN></vCard>")
    const vcard = await bob.ask('get', "<vCard xmlns='vcard-temp'/>", `${ROOM}/carol`)
    t.true(JSON.stringify(vcard).includes('Carol') && !JSON.stringify(vcard).includes('carol@localhost'))
    await rooms.setOption(ROOM, { name: 'allow_query_users', value: 'false' })
    t.is(refusal(await bob.ask('get', "<query xmlns='jabber:iq:version'/>", `${ROOM}/carol`)), 'not-allowed')
  })
})

test('invitations are passed on for those who may invite, and a refusal comes back', async t => {
  await withParty(async ({ guest, client, backend: { rooms } }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const carol = await client('carol')
    const invite = (to: string) =>
      `<message to='${ROOM}'><x xmlns='${USER}'><invite to='${to}'><reason>come</reason></invite></x></message>`
    bob.send(invite('carol@localhost'))
    t.is(refusal(await bob.next(isError)), 'not-allowed')
    await rooms.setOption(ROOM, { name: 'members_only', value: 'true' })
    alice.send(invite('carol@localhost'))
    const invitation = await carol.next('message')
    t.is(invitation.attributes['from'], ROOM)
    t.is(child(child(invitation, 'x', USER)!, 'invite')?.attributes['from'], alice.jid)
    t.is(child(invitation, 'x', 'jabber:x:conference')?.attributes['jid'], ROOM)
    await alice.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
    t.is(await rooms.affiliation(ROOM, 'carol@localhost'), 'member', 'so that the invitation is worth something')
    alice.send(invite('nobody@localhost'))
    t.is(refusal(await alice.next(isError)), 'item-not-found')
    carol.send(
      `<message to='${ROOM}'><x xmlns='${USER}'><decline to='alice@localhost'><reason>no</reason></decline></x></message>`,
    )
    const declined = await alice.next(each => JSON.stringify(each).includes('decline'))
    t.true(JSON.stringify(declined).includes('carol@localhost'))
    t.is(await rooms.invite(ROOM, ['carol@localhost'], { reason: 'please', password: 'pw' }), 'invited')
    t.deepEqual(child(await carol.next('message'), 'x', 'jabber:x:conference')?.attributes, {
      jid: ROOM,
      reason: 'please',
      password: 'pw',
    })
  })
})

test('a subscriber is told of messages and the subject without being in the room', async t => {
  await withParty(async ({ guest, client, backend: { rooms } }) => {
    const alice = await guest('alice')
    const bob = await client('bob')
    const nodes = ['messages', 'subject'].map(node => `<event node='urn:xmpp:mucsub:nodes:${node}'/>`).join('')
    const subscribe = `<subscribe xmlns='urn:xmpp:mucsub:0' nick='Bob'>${nodes}</subscribe>`
    t.is(refusal(await bob.ask('set', subscribe, ROOM)), 'not-allowed')
    await rooms.setOption(ROOM, { name: 'allow_subscription', value: 'true' })
    t.is(elements(elements(await bob.ask('set', subscribe, ROOM))[0]!).length, 2)
    say(alice, 'news')
    const event = await bob.next(each => child(each, 'event', 'http://jabber.org/protocol/pubsub#event') !== undefined)
    t.is(event.attributes['from'], ROOM)
    t.true(JSON.stringify(event).includes('news'))
    t.is(refusal(await enter(alice, 'Bob')), 'conflict', "a subscriber's nick is kept for it")
    await bob.close()
    say(alice, 'later')
    await alice.next(saying('later'))
    const back = await client('bob')
    t.true(JSON.stringify(await back.next('message')).includes('later'), 'what was said meanwhile has waited')
    await enter(back, 'Bob')
    say(alice, 'direct')
    await back.next(saying('direct'))
    t.true(await back.nothing(each => child(each, 'event', 'http://jabber.org/protocol/pubsub#event') !== undefined))
    const mine = await back.ask('get', "<subscriptions xmlns='urn:xmpp:mucsub:0'/>", 'conference.localhost')
    t.is(elements(elements(mine)[0]!)[0]?.attributes['jid'], ROOM)
    t.is((await back.ask('set', "<unsubscribe xmlns='urn:xmpp:mucsub:0'/>", ROOM)).attributes['type'], 'result')
    t.deepEqual(await rooms.subscriptions.list(ROOM), [])
  })
})

test('presence of roles that are not broadcast is for oneself and for those who see all', async t => {
  await withParty(async ({ guest, backend: { rooms } }) => {
    const alice = await guest('alice')
    await rooms.setOption(ROOM, { name: 'presence_broadcast', value: '[moderator]' })
    const bob = await guest('bob')
    const carol = await guest('carol')
    await alice.next(from('carol'))
    t.true(await bob.nothing(from('carol')))
    t.true(await carol.nothing(from('bob')))
    await carol.next(from('alice'))
    say(bob, 'unseen')
    await carol.next(saying('unseen'))
  })
})

test('a client that enters where it is hears everything again', async t => {
  await withParty(async ({ guest, port }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    say(alice, 'once')
    await bob.next(saying('once'))
    await bob.next(from('alice'))
    t.deepEqual(codes(await enter(bob, 'bob')), [110])
    await bob.next(from('alice'))
    await bob.next(saying('once'))
    const other = await login(port, 'bob@localhost/r')
    await bob.closed
    await alice.next(from('bob', 'unavailable'))
    t.is(refusal(await enter(other, 'bob')), undefined, 'a client that takes the place of another enters anew')
    await other.close()
  })
})
