import test from 'ava'
import { mayChangeAffiliation, mayChangeRole } from '../../../../plugins/xmpp-server/muc/privileges.js'
import { type Element, elements } from '../../../../plugins/xmpp-server/xml/element.js'
import { ADMIN, change, codes, enter, from, item, ROOM, refusal, withParty } from './party.js'

const AFFILIATIONS = ['outcast', 'none', 'member', 'admin', 'owner'] as const
const ROLES = ['none', 'visitor', 'participant', 'moderator'] as const

/** By what the actor is: which affiliations may become which (XEP-0045 §5.2.2). */
const LOW = ['outcast', 'none', 'member']
const CHANGES: Record<string, (from: string, to: string) => boolean> = {
  outcast: () => false,
  none: () => false,
  member: () => false,
  admin: (from, to) => LOW.includes(from) && LOW.includes(to),
  owner: () => true,
}

for (const actor of AFFILIATIONS) {
  test(`${actor}: who becomes what in a room`, t => {
    for (const from of AFFILIATIONS) {
      for (const to of AFFILIATIONS)
        t.is(mayChangeAffiliation(actor, from, to), CHANGES[actor]!(from, to), `${from} → ${to}`)
    }
  })
}

test('only moderators change roles, and never those of who stands above them', t => {
  for (const actor of AFFILIATIONS) {
    for (const role of ROLES) {
      for (const target of AFFILIATIONS) {
        for (const was of ROLES) {
          for (const to of ROLES) {
            const may = mayChangeRole({ affiliation: actor, role }, { affiliation: target, role: was }, to)
            const what = `${actor}/${role} makes ${target}/${was} ${to}`
            if (was === to) t.is(may, role === 'moderator', what)
            else if (role !== 'moderator') t.false(may, what)
            else if (AFFILIATIONS.indexOf(target) > AFFILIATIONS.indexOf(actor)) t.false(may, what)
            else if (was === 'none') t.false(may, what)
            else if (was === 'moderator' || to === 'moderator') {
              const privileged = actor === 'admin' || actor === 'owner'
              const equal =
                was === 'moderator' && (to === 'none' ? target === actor : ['admin', 'owner'].includes(target))
              t.is(may, privileged && !equal, what)
            } else t.true(may, what)
          }
        }
      }
    }
  }
})

test('a moderator kicks, takes and gives voice; others see it with its code, its reason and its actor', async t => {
  await withParty(async ({ guest, client }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const carol = await guest('carol')
    t.is(await change(bob, "<item nick='carol' role='none'/>"), 'forbidden')
    t.is(await change(alice, "<item nick='nobody' role='none'/>"), 'item-not-found')
    t.is(await change(alice, "<item nick='carol' role='king'/>"), 'bad-request')
    t.is(await change(alice, "<item nick='carol' role='visitor'/>"), undefined)
    t.is(item(await bob.next(each => from('carol')(each) && item(each)['role'] === 'visitor'))['role'], 'visitor')
    t.is(await change(alice, "<item nick='carol' role='participant'/>"), undefined)
    t.is(await change(alice, "<item nick='bob' role='moderator'/>"), undefined)
    t.is(await change(bob, "<item nick='alice' role='none'/>"), 'not-allowed')
    t.is(await change(bob, "<item nick='carol' role='none'><reason>tired</reason></item>"), undefined)
    const kicked = await carol.next(from('carol', 'unavailable'))
    t.deepEqual(codes(kicked), [307, 110])
    t.like(item(kicked), { role: 'none', affiliation: 'none' })
    t.true(JSON.stringify(kicked).includes('tired') && JSON.stringify(kicked).includes('"nick":"bob"'))
    t.deepEqual(codes(await alice.next(from('carol', 'unavailable'))), [307])
    const dave = await client('dave')
    t.is(refusal(await enter(dave, 'carol')), undefined, 'who is kicked leaves the nick free')
  })
})

test('an administrator bans, makes members and lists them; an owner makes administrators and owners', async t => {
  await withParty(async ({ guest, client, backend: { rooms } }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const carol = await guest('carol')
    t.is(await change(bob, "<item jid='carol@localhost' affiliation='outcast'/>"), 'forbidden')
    t.is(await change(alice, "<item jid='bob@localhost' affiliation='admin'/>"), undefined)
    t.is(item(await bob.next(each => item(each)['affiliation'] === 'admin' && from('bob')(each)))['role'], 'moderator')
    t.is(await change(bob, "<item jid='carol@localhost' affiliation='admin'/>"), 'not-allowed')
    t.is(await change(bob, "<item jid='alice@localhost' affiliation='outcast'/>"), 'not-allowed')
    t.is(await change(bob, "<item jid='bob@localhost' affiliation='outcast'/>"), 'conflict')
    t.is(await change(bob, "<item jid='@@' affiliation='member'/>"), 'jid-malformed')
    t.is(await change(bob, "<item affiliation='member'/>"), 'bad-request')
    t.is(await change(bob, "<item nick='carol' affiliation='outcast'><reason>rude</reason></item>"), undefined)
    t.deepEqual(codes(await carol.next(from('carol', 'unavailable'))), [301, 110])
    t.is(refusal(await enter(carol, 'carol')), 'forbidden')
    const query = "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast'/></query>"
    const banned = elements(elements(await bob.ask('get', query, ROOM))[0]!)
    t.deepEqual(
      banned.map(({ attributes }) => attributes),
      [{ jid: 'carol@localhost', affiliation: 'outcast' }],
    )
    t.is(refusal(await carol.ask('get', query, ROOM)), 'forbidden')
    t.is(await change(alice, "<item jid='alice@localhost' affiliation='admin'/>"), 'conflict', 'the last owner stays')
    t.is(
      await change(
        alice,
        "<item jid='dave@localhost' affiliation='owner'/><item jid='alice@localhost' affiliation='none'/>",
      ),
      undefined,
    )
    t.deepEqual(
      (await rooms.affiliations(ROOM))?.map(({ jid, affiliation }) => [jid, affiliation]),
      [
        ['bob@localhost', 'admin'],
        ['carol@localhost', 'outcast'],
        ['dave@localhost', 'owner'],
      ],
    )
    const moderators = elements(
      elements(await bob.ask('get', `<query xmlns='${ADMIN}'><item role='moderator'/></query>`, ROOM))[0]!,
    )
    t.deepEqual(
      moderators.map(({ attributes }) => attributes['nick']),
      ['bob'],
    )
    await client('dave')
  })
})

test('a ban of a whole domain holds for all its accounts', async t => {
  await withParty(async ({ guest, client }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    t.is(await change(alice, "<item jid='localhost' affiliation='outcast'/>"), undefined)
    t.deepEqual(codes(await bob.next(from('bob', 'unavailable'))), [301, 110])
    t.is(refusal(await enter(await client('carol'), 'carol')), 'forbidden')
    t.is(refusal(await enter(alice, 'alice')), undefined, 'an affiliation of its own comes first')
  })
})

test('without membership nobody stays in a room that has become members-only: 322, then 321', async t => {
  await withParty(async ({ guest, backend: { rooms } }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const carol = await guest('carol')
    await rooms.setAffiliation(ROOM, 'bob@localhost', 'member')
    await rooms.setOption(ROOM, { name: 'members_only', value: 'true' })
    t.deepEqual(codes(await carol.next(from('carol', 'unavailable'))), [322, 110])
    t.is(await change(alice, "<item jid='bob@localhost' affiliation='none'/>"), undefined)
    t.deepEqual(codes(await bob.next(from('bob', 'unavailable'))), [321, 110])
  })
})

test('what somebody who is not there becomes is told to those who may see JIDs', async t => {
  await withParty(async ({ guest, backend: { rooms } }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    const news = (each: Element) => each.name === 'message' && item(each)['jid'] === 'dave@localhost'
    t.is(await change(alice, "<item jid='dave@localhost' affiliation='member'/>"), undefined)
    t.is(item(await alice.next(news))['affiliation'], 'member')
    t.true(await bob.nothing(news))
    await rooms.setOption(ROOM, { name: 'anonymous', value: 'false' })
    t.is(await change(alice, "<item jid='dave@localhost' affiliation='none'/>"), undefined)
    t.is(item(await bob.next(news))['affiliation'], 'none')
  })
})
