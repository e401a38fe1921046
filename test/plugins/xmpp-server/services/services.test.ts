import test from 'ava'
import { offsetOf } from '../../../../plugins/xmpp-server/services/time.js'
import { child, type Element, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import { withXmpp } from '../house.js'

const INFO = 'http://jabber.org/protocol/disco#info'
const ITEMS = 'http://jabber.org/protocol/disco#items'
const LAST = "<query xmlns='jabber:iq:last'/>"

const payload = (answer: Element) => elements(answer)[0]!
const condition = (answer: Element) => {
  const error = child(answer, 'error')
  return error && elements(error)[0]!.name
}
const features = (answer: Element) =>
  elements(payload(answer))
    .filter(({ name }) => name === 'feature')
    .map(({ attributes }) => attributes['var']!)

test('the host says what it is and what it does, and does that', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('alice@localhost')
    const alice = await login(port, 'alice@localhost/lab')
    for (const to of ['localhost', 'localhost/mcabber']) {
      const answer = await alice.ask('get', `<query xmlns='${INFO}'/>`, to)
      t.is(answer.attributes['from'], to)
      t.deepEqual(payload(payload(answer)).attributes, { category: 'server', type: 'im', name: 'Patchbay' })
      const said = features(answer)
      t.is(new Set(said).size, said.length)
      for (const xmlns of [INFO, ITEMS, 'urn:xmpp:ping', 'urn:xmpp:time', 'jabber:iq:version', 'jabber:iq:last']) {
        t.true(said.includes(xmlns), xmlns)
      }
    }
    for (const [asked, name] of [
      [`<query xmlns='${ITEMS}'/>`, 'query'],
      ["<ping xmlns='urn:xmpp:ping'/>", undefined],
      ["<query xmlns='jabber:iq:version'/>", 'query'],
      ["<time xmlns='urn:xmpp:time'/>", 'time'],
      [LAST, 'query'],
    ] as const) {
      const answer = await alice.ask('get', asked, 'localhost')
      t.is(answer.attributes['type'], 'result', asked)
      t.is(elements(answer)[0]?.name, name)
    }
    for (const [asked, refusal] of [
      [`<query xmlns='${INFO}' node='x'/>`, 'item-not-found'],
      [`<query xmlns='${ITEMS}' node='x'/>`, 'item-not-found'],
      ["<query xmlns='jabber:iq:register'/>", 'service-unavailable'],
      ["<query xmlns='jabber:iq:private'><a xmlns='b'/></query>", 'service-unavailable'],
      ["<enable xmlns='urn:xmpp:carbons:2'/>", 'service-unavailable'],
    ] as const) {
      t.is(condition(await alice.ask('get', asked, 'localhost')), refusal, asked)
    }
    t.is(condition(await alice.ask('set', "<time xmlns='urn:xmpp:time'/>", 'localhost')), 'feature-not-implemented')
  })
})

test('version, time and uptime are what they are', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('alice@localhost')
    const alice = await login(port, 'alice@localhost/lab')
    const version = payload(await alice.ask('get', "<query xmlns='jabber:iq:version'/>", 'localhost'))
    t.is(textOf(child(version, 'name')), 'Patchbay')
    t.regex(textOf(child(version, 'version')), /^\d+\.\d+\.\d+/)
    t.is(child(version, 'os'), undefined)
    const time = payload(await alice.ask('get', "<time xmlns='urn:xmpp:time'/>", 'localhost'))
    t.true(Math.abs(Date.parse(textOf(child(time, 'utc'))) - Date.now()) < 60_000)
    t.regex(textOf(child(time, 'tzo')), /^[+-]\d\d:\d\d$/)
    const uptime = payload(await alice.ask('get', LAST, 'localhost'))
    t.true(Number(uptime.attributes['seconds']) < 60)
  })
  for (const [minutes, offset] of [
    [0, '+00:00'],
    [-60, '+01:00'],
    [-330, '+05:30'],
    [210, '-03:30'],
    [720, '-12:00'],
  ] as const) {
    t.is(offsetOf(minutes), offset)
  }
})

test('an account speaks of itself to its own clients and to those who see its presence', async t => {
  await withXmpp(async ({ port, register, backend: { rosters, accounts } }) => {
    await register('alice@localhost', 'bob@localhost', 'carol@localhost', 'dave@localhost')
    const entry = { jid: 'bob@localhost', nick: '', groups: [] }
    await rosters.set('alice@localhost', { ...entry, subscription: 'from' })
    await rosters.set('alice@localhost', { ...entry, jid: 'carol@localhost', subscription: 'to' })
    await accounts.setLastActivity('alice@localhost', new Date(Date.now() - 3_600_000), 'Zzz')
    const bob = await login(port, 'bob@localhost')
    const carol = await login(port, 'carol@localhost')
    const dave = await login(port, 'dave@localhost')
    const info = payload(payload(await bob.ask('get', `<query xmlns='${INFO}'/>`, 'alice@localhost')))
    t.deepEqual(info.attributes, { category: 'account', type: 'registered' })
    t.is((await bob.ask('get', `<query xmlns='${ITEMS}'/>`, 'alice@localhost')).attributes['type'], 'result')
    const last = payload(await bob.ask('get', LAST, 'alice@localhost'))
    t.is(textOf(last), 'Zzz')
    t.true(Math.abs(Number(last.attributes['seconds']) - 3600) < 60)
    for (const stranger of [carol, dave]) {
      for (const asked of [`<query xmlns='${INFO}'/>`, `<query xmlns='${ITEMS}'/>`]) {
        const refusal = condition(await stranger.ask('get', asked, 'alice@localhost'))
        t.is(refusal, 'service-unavailable')
        t.is(condition(await stranger.ask('get', asked, 'nobody@localhost')), refusal)
      }
      t.is(condition(await stranger.ask('get', LAST, 'alice@localhost')), 'forbidden')
    }
    const alice = await login(port, 'alice@localhost')
    t.true(features(await alice.ask('get', `<query xmlns='${INFO}'/>`)).includes('vcard-temp'))
    t.is(payload(await alice.ask('get', LAST)).attributes['seconds'], '0')
    t.is(payload(await bob.ask('get', LAST, 'alice@localhost')).attributes['seconds'], '0')
  })
})

test('private data is kept by name and namespace, for its owner only', async t => {
  await withXmpp(async ({ kernel, port, register, backend: { accounts, privates } }) => {
    await register('alice@localhost', 'bob@localhost')
    const alice = await login(port, 'alice@localhost')
    const query = (text: string) => `<query xmlns='jabber:iq:private'>${text}</query>`
    const kept = async (text: string) => elements(payload(await alice.ask('get', query(text))))[0]!
    const bookmarks =
      "<storage xmlns='storage:bookmarks'><conference jid='r@c' autojoin='1'><nick>A &amp; &lt;B&gt;</nick></conference></storage>"
    t.deepEqual((await kept("<storage xmlns='storage:bookmarks'/>")).children, [])
    t.is(
      (await alice.ask('set', query(`${bookmarks}<storage xmlns='storage:rosternotes'/>`))).attributes['type'],
      'result',
    )
    await kernel.kernel.reload('xmpp-server')
    const [conference] = elements(await kept("<storage xmlns='storage:bookmarks'/>"))
    t.deepEqual(conference!.attributes, { jid: 'r@c', autojoin: '1' })
    t.is(textOf(child(conference!, 'nick')), 'A & <B>')
    t.deepEqual((await kept("<storage xmlns='storage:rosternotes'/>")).children, [])
    t.deepEqual((await kept("<other xmlns='storage:bookmarks'/>")).children, [])

    t.is(await privates.get('alice@localhost', 'storage', 'storage:bookmarks'), bookmarks)
    t.is(await privates.get('alice@localhost', 'storage', 'storage'), undefined)
    t.is(await privates.get('bob@localhost', 'storage', 'storage:bookmarks'), undefined)
    t.is(await privates.get('nobody@localhost', 'storage', 'storage:bookmarks'), undefined)
    t.is(await privates.set('alice@localhost', "<x xmlns='urn:x'>v</x>"), 'stored')
    t.is(await privates.get('alice@localhost', 'x', 'urn:x'), "<x xmlns='urn:x'>v</x>")
    t.is(textOf(await kept("<x xmlns='urn:x'/>")), 'v')
    t.is(await privates.set('nobody@localhost', "<x xmlns='urn:x'/>"), 'unknown_account')
    for (const text of [
      '',
      'x',
      '<x/>',
      '<x',
      "<x xmlns='urn:x'/><y xmlns='urn:y'/>",
      "<x xmlns=''/>",
      '<!-- --><x/>',
    ]) {
      t.is(await privates.set('alice@localhost', text), 'invalid_xml', text)
    }
    t.is(await privates.set('alice@localhost', `<x xmlns='urn:x'>${'y'.repeat(131_072)}</x>`), 'too_large')
    t.is(await privates.set('alice@localhost', `<x xmlns='urn:x'>${'&lt;'.repeat(33_000)}</x>`), 'too_large')
    t.is(await privates.get('alice@localhost', 'x', 'urn:x'), "<x xmlns='urn:x'>v</x>")

    for (const type of ['get', 'set'] as const) {
      for (const text of ['', '<x/>', "<x xmlns='jabber:iq:private'/>"]) {
        t.is(condition(await alice.ask(type, query(text))), 'not-acceptable', `${type} ${text}`)
      }
      const bob = await login(port, 'bob@localhost')
      t.is(condition(await bob.ask(type, query("<x xmlns='urn:x'/>"), 'alice@localhost')), 'forbidden')
    }
    t.is(condition(await alice.ask('get', query("<x xmlns='urn:x'/><y xmlns='urn:y'/>"))), 'not-acceptable')

    await accounts.unregister('alice@localhost')
    await register('alice@localhost')
    t.is(await privates.get('alice@localhost', 'x', 'urn:x'), undefined)
  })
})

test('a vCard is written by its account and read by everybody', async t => {
  await withXmpp(async ({ port, register, backend: { accounts, vcards } }) => {
    await register('alice@localhost', 'bob@localhost')
    const alice = await login(port, 'alice@localhost')
    const bob = await login(port, 'bob@localhost')
    const empty = "<vCard xmlns='vcard-temp'/>"
    const card = "<vCard xmlns='vcard-temp'><N><FAMILY>Ay</FAMILY></N><NICKNAME>A</NICKNAME></vCard>"
    t.is(condition(await alice.ask('get', empty)), 'item-not-found')
    const refusal = condition(await bob.ask('get', empty, 'alice@localhost'))
    t.is(refusal, 'service-unavailable')
    t.is(condition(await bob.ask('get', empty, 'nobody@localhost')), refusal)
    t.is((await alice.ask('set', card)).attributes['type'], 'result')
    for (const answer of [await alice.ask('get', empty), await bob.ask('get', empty, 'alice@localhost')]) {
      const name = child(payload(answer), 'N')!
      t.is(textOf(child(name, 'FAMILY')), 'Ay')
    }
    t.is(condition(await bob.ask('set', card, 'alice@localhost')), 'forbidden')
    const large = `<vCard xmlns='vcard-temp'><NOTE>${'x'.repeat(60)}</NOTE></vCard>`
    t.is((await alice.ask('set', large)).attributes['type'], 'result')

    const element = (text: string): Element => ({
      name: 'vCard',
      xmlns: 'vcard-temp',
      attributes: {},
      children: [{ name: 'NICKNAME', xmlns: 'vcard-temp', attributes: {}, children: [text] }],
    })
    t.is(await vcards.set('alice@localhost', element('x'.repeat(131_072))), 'too_large')
    t.is(await vcards.set('nobody@localhost', element('x')), 'unknown_account')
    t.is(await vcards.set('alice@localhost', element('Al')), 'stored')
    t.deepEqual(await vcards.get('alice@localhost'), element('Al'))
    t.is(await vcards.get('bob@localhost'), undefined)
    t.is(await vcards.get('nobody@localhost'), undefined)
    t.is(await vcards.delete('alice@localhost'), 'deleted')
    t.is(await vcards.delete('alice@localhost'), 'deleted')
    t.is(await vcards.delete('nobody@localhost'), 'unknown_account')
    t.is(await vcards.get('alice@localhost'), undefined)
    await vcards.set('alice@localhost', element('Al'))
    await accounts.unregister('alice@localhost')
    await register('alice@localhost')
    t.is(await vcards.get('alice@localhost'), undefined)
  })
})
