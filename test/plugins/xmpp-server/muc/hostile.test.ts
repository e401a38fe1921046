import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import fc from 'fast-check'
import { broadcastMessage } from '../../../../plugins/xmpp-server/muc/broadcast.js'
import { usualOptions } from '../../../../plugins/xmpp-server/muc/options.js'
import { newRoom, type Occupant } from '../../../../plugins/xmpp-server/muc/room.js'
import type { Session } from '../../../../plugins/xmpp-server/session/session.js'
import { newCounters } from '../../../../plugins/xmpp-server/stream/counters.js'
import { CLIENT, element } from '../../../../plugins/xmpp-server/xml/element.js'
import type { RawClient } from '../client.js'
import { change, codes, enter, from, isError, MUC, OWNER, ROOM, refusal, say, saying, withParty } from './party.js'

test('while two thousand are told, everybody else has turns', async t => {
  const room = newRoom('hall', 'conference.localhost', usualOptions())
  let written = 0
  const socket = { writable: true, writableLength: 0, write: () => ++written > 0 }
  const registry = { counters: newCounters(), engine: { mostUnread: 1 } }
  for (let n = 0; n < 2000; n++) {
    const jid = `u${n}@localhost/r`
    const session = { jid, account: `u${n}@localhost`, stream: { registry, socket, state: 'bound', transport: 'tcp' } }
    const occupant: Occupant = {
      nick: `u${n}`,
      account: `u${n}@localhost`,
      role: 'participant',
      presence: [],
      session: session as unknown as Session,
    }
    room.sessions.set(session as unknown as Session, occupant)
  }
  let turns = 0
  let done = false
  const telling = broadcastMessage(room, element(CLIENT, 'message', {}, [element(CLIENT, 'body', {}, ['x'])])).then(
    () => {
      done = true
    },
  )
  while (!done) {
    await setImmediate()
    turns++
  }
  await telling
  t.is(written, 2000)
  t.true(turns >= 15, `${turns} turns`)
})

test('three hundred who enter at once all hear every message once, in one order', async t => {
  await withParty(async ({ guest, client, backend: { rooms } }) => {
    const alice = await guest('alice')
    await rooms.setOption(ROOM, { name: 'presence_broadcast', value: '[moderator]' })
    await rooms.setOption(ROOM, { name: 'max_users', value: '1000' })
    const crowd: RawClient[] = []
    for (let n = 0; n < 60; n++) {
      const few = await Promise.all([0, 1, 2, 3, 4].map(m => client(`u${n}`, `r${m}`)))
      crowd.push(...few)
    }
    await Promise.all(crowd.map((each, n) => enter(each, `nick${n}`)))
    t.is((await rooms.occupants(ROOM))?.length, 301)
    for (let n = 0; n < 5; n++) say(crowd[n]!, `from ${n}`)
    const heard = await Promise.all(
      [alice, ...crowd].map(async each => {
        for (let n = 0; n < 5; n++) await each.next(saying(`from ${n}`))
        return [...each.text.matchAll(/<body>(from \d)<\/body>/g)].map(([, body]) => body).join()
      }),
    )
    t.is(new Set(heard).size, 1)
    t.is(heard[0]!.split(',').length, 5)
  })
})

test('nobody fills the service with rooms, a room with presence, or a stanza with changes', async t => {
  await withParty(async ({ client, guest, backend: { rooms } }) => {
    const bob = await client('bob')
    for (let n = 0; n < 100; n++) await enter(bob, 'bob', `r${n}@conference.localhost`)
    t.is(refusal(await enter(bob, 'bob', 'r100@conference.localhost')), 'resource-constraint')
    t.is((await rooms.list()).length, 100)
    const alice = await guest('alice')
    alice.send(`<presence to='${ROOM}/alice'><status>${'x'.repeat(20_000)}</status></presence>`)
    t.is(refusal(await alice.next(isError)), 'policy-violation')
    t.is(await change(alice, "<item jid='u@localhost' affiliation='member'/>".repeat(101)), 'policy-violation')
    t.is(await change(alice, ''), 'bad-request')
    alice.send(`<presence to='${ROOM}/${'x'.repeat(1100)}'/>`)
    t.is(refusal(await alice.next(isError)), 'jid-malformed')
    await bob.close()
    while ((await rooms.list()).length > 1) await setImmediate()
    const carol = await client('carol')
    const keep = `<field var='muc#roomconfig_persistentroom'><value>1</value></field>`
    const persist = `<query xmlns='${OWNER}'><x xmlns='jabber:x:data' type='submit'>${keep}</x></query>`
    for (let n = 0; n < 200; n++) {
      const room = `c${n}@conference.localhost`
      await enter(carol, 'carol', room)
      await carol.ask('set', persist, room)
      carol.send(`<presence type='unavailable' to='${room}/carol'/>`)
      await carol.next(from('carol', 'unavailable', room))
    }
    t.is(refusal(await enter(carol, 'carol', 'c200@conference.localhost')), 'resource-constraint')
    t.is((await rooms.list()).length, 201)
  })
})

test('an answer that nobody asked for reaches nobody', async t => {
  await withParty(async ({ guest }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const forged = Buffer.from(JSON.stringify(['other', 'x'])).toString('base64url')
    for (const id of ['x', forged, 'W10', '%%%']) {
      bob.send(`<iq type='result' id='${id}' to='${ROOM}/alice'/>`)
      bob.send(`<iq type='error' id='${id}' to='${ROOM}/alice'/>`)
    }
    bob.send(`<message type='error' to='${ROOM}'/>`)
    bob.send(`<message type='error' to='${ROOM}/alice'/>`)
    bob.send(`<presence type='error' to='${ROOM}/alice'/>`)
    t.true(await bob.nothing(isError))
    t.true(await alice.nothing('iq'))
    t.true(await alice.nothing('message'))
  })
})

test('whatever is said to a room, it stays as it is for the others', async t => {
  await withParty(async ({ guest, kernel }) => {
    const alice = await guest('alice')
    const mallory = await guest('mallory')
    const text = fc.constantFrom('', 'alice', 'mallory', 'x', 'moderator', 'outcast', 'owner', '1', 'urn:x', '@', 'é')
    const name = fc.constantFrom(
      'x',
      'item',
      'query',
      'invite',
      'decline',
      'destroy',
      'history',
      'subject',
      'field',
      'value',
    )
    const xmlns = fc.constantFrom('', MUC, `${MUC}#user`, `${MUC}#admin`, OWNER, 'jabber:x:data', 'urn:xmpp:mucsub:0')
    const attributes = fc.dictionary(
      fc.constantFrom('jid', 'nick', 'role', 'affiliation', 'to', 'type', 'var', 'node', 'maxchars', 'since'),
      text,
    )
    const { node } = fc.letrec<{ node: string; inside: string }>(tie => ({
      node: fc.tuple(name, xmlns, attributes, fc.oneof({ maxDepth: 2 }, text, tie('inside'))).map(
        ([tag, ns, given, inside]) =>
          `<${tag}${ns === '' ? '' : ` xmlns='${ns}'`}${Object.entries(given)
            .map(([key, value]) => ` ${key}='${value}'`)
            .join('')}>${inside}</${tag}>`,
      ),
      inside: fc.array(tie('node'), { maxLength: 2 }).map(nodes => nodes.join('')),
    }))
    const stanza = fc.tuple(
      fc.constantFrom('message', 'presence', 'iq'),
      fc.constantFrom('', '', 'get', 'set', 'groupchat', 'chat', 'subscribe', 'result', 'error', 'normal'),
      fc.constantFrom('', '/alice', '/mallory', '/new', '/'),
      fc.array(node, { maxLength: 3 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(stanza, { minLength: 1, maxLength: 20 }), async stanzas => {
        for (const [kind, type, nick, children] of stanzas) {
          mallory.send(
            `<${kind}${type === '' ? '' : ` type='${type}'`} id='f' to='${ROOM}${nick}'>${children.join('')}</${kind}>`,
          )
        }
        await mallory.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
        mallory.heard.length = 0
        const self = await alice.ask('get', "<ping xmlns='urn:xmpp:ping'/>", `${ROOM}/alice`)
        if (self.attributes['type'] !== 'result') throw new Error(JSON.stringify(self))
        alice.heard.length = 0
      }),
      { numRuns: 60 },
    )
    t.deepEqual(
      kernel.log.filter(({ level }) => level === 'error'),
      [],
    )
    t.deepEqual(codes(await enter(alice, 'alice')), [110])
  })
})
