import test from 'ava'
import { child, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import { openXmpp } from '../house.js'
import { enter, isError, lastingStore, ROOM, refusal, withParty } from './party.js'

const REGISTER = 'jabber:iq:register'
const SERVICE = 'conference.localhost'
const register = (inside: string) => `<query xmlns='${REGISTER}'>${inside}</query>`

test('a registered nick is for its account in every room, until it is given back', async t => {
  await withParty(async ({ guest, client }) => {
    const alice = await guest('alice')
    const bob = await client('bob')
    t.is((await alice.ask('set', register('<nick>Queen</nick>'), SERVICE)).attributes['type'], 'result')
    const query = elements(await alice.ask('get', register(''), SERVICE))[0]!
    t.is(textOf(child(query, 'nick')), 'Queen')
    t.truthy(child(query, 'registered'))
    t.is(refusal(await enter(bob, 'Queen')), 'conflict')
    t.is(refusal(await bob.ask('set', register('<nick>Queen</nick>'), SERVICE)), 'conflict')
    t.is(refusal(await bob.ask('set', register('<nick/>'), SERVICE)), 'not-acceptable')
    t.is(refusal(await enter(bob, 'bob')), undefined)
    bob.send(`<presence to='${ROOM}/Queen'/>`)
    t.is(refusal(await bob.next(isError)), 'conflict')
    await alice.ask('set', register('<remove/>'), SERVICE)
    t.is((await bob.ask('set', register('<nick>Queen</nick>'), SERVICE)).attributes['type'], 'result')
  })
})

test('a registered nick survives a restart and goes with its account', async t => {
  const store = await lastingStore()
  const first = await openXmpp({}, { store })
  await first.register('alice@localhost', 'bob@localhost')
  t.is(await first.backend.rooms.registerNick(SERVICE, 'alice@localhost', 'Queen'), 'registered')
  await first.close()
  const second = await openXmpp({}, { store })
  const { rooms, accounts } = second.backend
  t.is(await rooms.registerNick(SERVICE, 'bob@localhost', 'Queen'), 'nick_taken')
  t.is(await rooms.registerNick('localhost', 'bob@localhost', 'Queen'), 'unknown_service')
  const bob = await login(second.port, 'bob@localhost', { presence: '<presence/>' })
  t.is(refusal(await enter(bob, 'Queen')), 'conflict')
  await accounts.unregister('alice@localhost')
  t.is(await rooms.registerNick(SERVICE, 'bob@localhost', 'Queen'), 'registered')
  await second.close()
})
