import test from 'ava'
import { child, type Element, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login, RawClient } from '../client.js'
import type { XmppHouse } from '../house.js'
import { withXmpp } from '../house.js'
import { plain, step } from './sasl-client.js'

const BIND = 'urn:ietf:params:xml:ns:xmpp-bind'

const bind = (resource = '') => `<bind xmlns='${BIND}'>${resource && `<resource>${resource}</resource>`}</bind>`
const condition = (answer: Element) => elements(child(answer, 'error')!)[0]?.name

/** Logged in, without a resource. */
async function authenticated({ port }: XmppHouse, name: string): Promise<RawClient> {
  const client = new RawClient(port)
  await client.open()
  await step(client, plain(name, name))
  await client.open()
  return client
}

test('a resource is the one that is asked for, prepared, or one that the server makes', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    for (const [asked, given] of [
      ['lab', 'lab'],
      ['a b/c@d &amp; \u00e4', 'a b/c@d & \u00e4'],
      ['a\u0308\u3000x', '\u00e4 x'],
    ] as const) {
      const answer = await (await authenticated(house, 'alice')).ask('set', bind(asked))
      t.is(textOf(child(child(answer, 'bind', BIND)!, 'jid')), `alice@localhost/${given}`)
    }
    const made = new Set<string>()
    for (const asked of [
      bind(),
      `<bind xmlns='${BIND}'><resource/></bind>`,
      `<bind xmlns='${BIND}'><required/></bind>`,
    ]) {
      const answer = await (await authenticated(house, 'alice')).ask('set', asked)
      made.add(textOf(child(child(answer, 'bind', BIND)!, 'jid')))
    }
    t.is(made.size, 3)
    for (const jid of made) t.regex(jid, /^alice@localhost\/.{12}$/)
  })
})

test('what is no request for a resource is refused, and the next one may be right', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const client = await authenticated(house, 'alice')
    t.is(condition(await client.ask('get', bind('lab'))), 'bad-request')
    t.is(condition(await client.ask('set', bind('x'.repeat(1024)))), 'bad-request')
    t.is((await client.ask('set', bind('lab'))).attributes['type'], 'result')
    for (const early of ['<presence/>', "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>"]) {
      const other = await authenticated(house, 'alice')
      other.send(early)
      await other.closed
      t.regex(other.text, /<stream:error><not-authorized/)
    }
  })
})

test('a session is granted as often as it is asked for, a second resource never', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const alice = await login(house.port, 'alice@localhost/lab')
    const session = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"
    t.is((await alice.ask('set', session)).attributes['type'], 'result')
    t.is((await alice.ask('set', session, 'localhost')).attributes['type'], 'result')
    t.is(condition(await alice.ask('set', bind('other'))), 'not-allowed')
    t.is(condition(await alice.ask('set', bind('other'), 'localhost')), 'not-allowed')
    t.is(await house.backend.sessions.count(), 1)
  })
})

test('of two streams with one resource the newer one wins', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const first = await login(house.port, 'alice@localhost/lab', { presence: '<presence/>' })
    const second = await login(house.port, 'alice@localhost/lab')
    await first.closed
    t.regex(first.text, /<stream:error><conflict/)
    const [session, ...more] = await house.backend.sessions.list()
    t.deepEqual(more, [])
    t.is(session!.port, second.socket.localPort!)
    t.is(session!.show, 'unavailable')
    // At once, too: one of them is left.
    const many = await Promise.allSettled(Array.from({ length: 8 }, () => login(house.port, 'alice@localhost/lab')))
    t.true(many.some(({ status }) => status === 'fulfilled'))
    t.is(await house.backend.sessions.count({ jid: 'alice@localhost' }), 1)
    t.is(await house.backend.sessions.countUsers('localhost'), 1)
  })
})

test('an account has only so many resources at once', async t => {
  await withXmpp(
    async house => {
      await house.register('alice@localhost', 'bob@localhost')
      const one = await login(house.port, 'alice@localhost/1')
      await login(house.port, 'alice@localhost/2')
      const third = await authenticated(house, 'alice')
      t.is(condition(await third.ask('set', bind('3'))), 'resource-constraint')
      await login(house.port, 'bob@localhost')
      await one.close()
      while ((await house.backend.sessions.count()) > 2) await new Promise(resolve => setTimeout(resolve, 5))
      t.is((await third.ask('set', bind('3'))).attributes['type'], 'result')
    },
    { max_user_sessions: 2 },
  )
})

test('the sessions of hosts and accounts are listed and counted as they come and go', async t => {
  await withXmpp(async ({ port, register, backend: { sessions } }) => {
    await register('alice@localhost', 'bob@localhost', 'alice@b.example')
    const counts = async () => [
      await sessions.count(),
      await sessions.count({ host: 'localhost' }),
      await sessions.count({ host: 'b.example' }),
      await sessions.count({ jid: 'alice@localhost' }),
      await sessions.countUsers(),
      await sessions.countUsers('localhost'),
      await sessions.countUsers('b.example'),
    ]
    t.deepEqual(await counts(), [0, 0, 0, 0, 0, 0, 0])
    const one = await login(port, 'alice@localhost/1')
    await login(port, 'bob@localhost/1')
    await login(port, 'alice@b.example/1')
    await login(port, 'alice@localhost/2')
    t.deepEqual(await counts(), [4, 3, 1, 2, 3, 2, 1])
    t.deepEqual(
      (await sessions.list({ host: 'localhost' })).map(({ jid }) => jid),
      ['alice@localhost/1', 'bob@localhost/1', 'alice@localhost/2'],
    )
    t.is((await sessions.list()).length, 4)
    t.deepEqual(await sessions.list({ host: 'elsewhere' }), [])
    await one.close()
    while ((await sessions.count()) > 3) await new Promise(resolve => setTimeout(resolve, 5))
    t.deepEqual(await counts(), [3, 2, 1, 1, 3, 2, 1])
    t.is(await sessions.end('alice@localhost/1', { condition: 'policy-violation' }), 0)
    t.is(await sessions.end('alice@localhost/2', { condition: 'policy-violation' }), 1)
    t.deepEqual(await counts(), [2, 1, 1, 0, 2, 1, 1])
    t.is(await sessions.end('alice@b.example', { condition: 'reset' }), 1)
    t.is(await sessions.end('bob@localhost', { condition: 'reset' }), 1)
    t.deepEqual(await counts(), [0, 0, 0, 0, 0, 0, 0])
  })
})

test('a presence can be set from outside, as if the client had sent it', async t => {
  await withXmpp(async ({ port, register, backend: { sessions } }) => {
    await register('alice@localhost')
    await login(port, 'alice@localhost/lab')
    const shown = async () => (await sessions.list())[0]!
    const given = { type: 'available', show: 'dnd', status: 'busy & <tired>', priority: -3 }
    t.is(await sessions.setPresence('alice@localhost/lab', given), 'sent')
    t.like(await shown(), { show: 'dnd', statusText: 'busy & <tired>', priority: -3 })
    t.is(await sessions.setPresence('alice@localhost/lab', { ...given, type: 'unavailable' }), 'sent')
    t.is((await shown()).show, 'unavailable')
    for (const jid of ['alice@localhost', 'alice@localhost/other', 'nobody@localhost/lab']) {
      t.is(await sessions.setPresence(jid, given), 'unknown_session')
    }
  })
})
