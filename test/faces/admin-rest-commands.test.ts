import test from 'ava'
import { child, textOf } from '../../plugins/xmpp-server/xml/element.js'
import { login, type RawClient } from '../plugins/xmpp-server/client.js'
import { xmppPort } from '../support/xmpp-port.js'
import { basic, compare, type Exchange, titleOf } from './exchange.js'
import { ADMIN, asAdmin, openHouse, type TestHouse } from './house.js'

const JSON_TYPE = 'application/json'
const says = (status: number, result: unknown) => ({ status, type: JSON_TYPE, answer: { result } })
const at = (method: string, path: string, body?: unknown) => ({
  method,
  path: `/admin_rest/${path}`,
  ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
})
const MALFORMED = says(400, 'Body does not exist or is malformed')
const NO_PATH = says(404, 'Invalid request path')
const NO_USER = says(404, 'User does not exist or is malformed')
const NO_CONTACT = says(404, 'Contact does not exist or is malformed')
const FAILED = says(500, 'Internal server error')
const missing = (jid: string) => says(404, `User does not exist: ${jid}`)

interface State {
  house: TestHouse
  /** Online with the resource `lab`; bob is offline. */
  alice: RawClient
}

/** The rows of a table one after the other, in a house of their own. */
function testStory(title: string, rows: readonly Exchange[], options: Record<string, unknown> = {}): void {
  test(title, async t => {
    await withState(async ({ house }) => {
      for (const row of rows) {
        t.log(titleOf(row))
        compare(t, row, await house.ask(asAdmin(row)))
      }
    }, options)
  })
}

async function withState(act: (state: State) => Promise<void>, options: Record<string, unknown> = {}): Promise<void> {
  const plugins = { 'xmpp-admin': options }
  const config = { hosts: ['localhost', 'b.example'] }
  const house = await openHouse({ start: ['xmpp-server', 'xmpp-admin'], plugins, config })
  try {
    for (const user of ['alice', 'bob']) {
      await house.ask(asAdmin({ ...at('POST', `user/${user}`, { password: user }) }))
    }
    const alice = await login(xmppPort(house), 'alice@localhost/lab', { presence: '<presence/>' })
    await alice.ask('get', "<query xmlns='jabber:iq:roster'/>")
    await act({ house, alice })
    alice.socket.destroy()
  } finally {
    await house.close()
  }
}

testStory('accounts, as the fork answers', [
  {
    ...at('POST', 'user/carol', { password: 'x', regip: '10.1.2.3' }),
    ...says(201, 'User registered: carol@localhost'),
  },
  {
    ...at('POST', 'user/Carol', { password: 'y' }),
    ...says(200, 'User <carol@localhost> already existed, password updated'),
  },
  {
    ...at('GET', 'ping'),
    headers: { Authorization: basic('carol@localhost', 'y') },
    ...says(401, 'User must be an administrator'),
  },
  { ...at('POST', 'user/dave%40B.example', { password: 'x' }), ...says(201, 'User registered: dave@b.example') },
  { ...at('POST', 'user/dave@elsewhere', { password: 'x' }), ...says(404, 'Host does not exist or is malformed') },
  { ...at('POST', 'user/admin', { password: 'x' }), ...says(409, 'User already exists: admin@localhost') },
  { ...at('POST', 'user/erin'), ...MALFORMED },
  { ...at('POST', 'user/erin', {}), ...MALFORMED },
  { ...at('POST', 'user/erin', '[1]'), ...MALFORMED },
  { ...at('POST', 'user/erin', 'password=x'), ...MALFORMED },
  { ...at('POST', 'user/erin', '{"__proto__":{"password":"x"}}'), ...MALFORMED },
  { ...at('POST', 'user/erin', { password: null }), ...MALFORMED },
  { ...at('POST', 'user/erin', { password: 12345 }), ...FAILED },
  { ...at('POST', 'user/erin', { password: ['x'] }), ...FAILED },
  { ...at('POST', 'user/erin', { password: 'a\u0000b' }), ...FAILED },
  {
    ...at('POST', 'user/erin', '{"password":"one","password":"two"}'),
    ...says(201, 'User registered: erin@localhost'),
  },
  {
    ...at('GET', 'ping'),
    headers: { Authorization: basic('erin@localhost', 'two') },
    ...says(401, 'User must be an administrator'),
  },
  { ...at('POST', 'user/gina', { password: '' }), ...says(201, 'User registered: gina@localhost') },
  {
    ...at('GET', 'ping'),
    headers: { Authorization: basic('gina@localhost', '') },
    ...says(401, 'Authentication failure'),
  },
  { ...at('POST', 'user', { password: 'x' }), ...NO_PATH },
  { ...at('GET', 'user/a%20b'), ...missing('a b@localhost') },
  { ...at('POST', 'user/A%20b', { password: 'x' }), ...says(201, 'User registered: a b@localhost') },
  { ...at('GET', 'user/a%5C20b'), status: 200 },
  { ...at('GET', 'user_connected/a%20b'), ...says(404, { connected: false }) },
  {
    ...at('GET', 'ping'),
    headers: { Authorization: basic('a\\20b@localhost', 'x') },
    ...says(401, 'User must be an administrator'),
  },
  { ...at('PATCH', 'user/a%20b/password', { password: 'y' }), ...says(200, 'User modified: a b@localhost') },
  { ...at('POST', 'message/a%20b', {}), ...says(202, 'Message sent to offline queue: a b@localhost') },
  {
    ...at('GET', 'all-users'),
    ...says(200, {
      count: 6,
      users: ['a\\20b', 'alice', 'bob', 'carol', 'erin', 'gina'].map(username => ({ username })),
    }),
  },
  { ...at('DELETE', 'user/a%20b'), ...says(200, 'User deleted: a b@localhost') },
  { ...at('POST', 'user/a%20b%40localhost', { password: 'x' }), ...NO_USER },
  { ...at('POST', 'user/%20b', { password: 'x' }), ...NO_USER },
  { ...at('POST', 'user/%00', { password: 'x' }), ...NO_USER },
  { ...at('POST', `user/${'x'.repeat(1100)}`, { password: 'x' }), ...NO_USER },
  { ...at('GET', 'user/alice@elsewhere'), ...missing('alice@elsewhere') },
  { ...at('GET', 'user/constructor'), ...missing('constructor@localhost') },
  { ...at('GET', 'user/'), ...NO_PATH },
  { ...at('PATCH', 'user/carol/password', { password: 'new' }), ...says(200, 'User modified: carol@localhost') },
  { ...at('PATCH', 'user/carol/password', {}), ...MALFORMED },
  { ...at('PATCH', 'user/carol/password', { password: 5 }), ...FAILED },
  { ...at('PATCH', 'user/carol', { password: 'x' }), ...NO_PATH },
  { ...at('PATCH', 'user/carol/shoe', { shoe: 1 }), ...NO_PATH },
  { ...at('PATCH', 'user/nobody/password', { password: 'x' }), ...missing('nobody@localhost') },
  { ...at('PATCH', 'user/carol/role', { role: 'prosody:admin' }), ...says(200, 'User modified: carol@localhost') },
  { ...at('GET', 'ping'), headers: { Authorization: basic('carol@localhost', 'new') }, ...says(200, 'PONG') },
  { ...at('PATCH', 'user/carol/role', { role: 'no:such' }), ...MALFORMED },
  { ...at('PATCH', 'user/carol/role', {}), ...MALFORMED },
  { ...at('PUT', 'user/carol', { password: 'x' }), ...says(405, 'Invalid request method') },
  { ...at('DELETE', 'user/carol'), ...says(200, 'User deleted: carol@localhost') },
  { ...at('DELETE', 'user/carol'), ...says(200, 'User does not exist: carol@localhost') },
  { ...at('DELETE', 'user'), ...NO_PATH },
])

testStory(
  'accounts, as the original answers',
  [
    { ...at('POST', 'user/carol', { password: 'x' }), ...says(201, 'User registered: carol@localhost') },
    { ...at('POST', 'user/carol', { password: 'y' }), ...says(409, 'User already exists: carol@localhost') },
    {
      ...at('GET', 'ping'),
      headers: { Authorization: basic('carol@localhost', 'x') },
      ...says(401, 'User must be an administrator'),
    },
    { ...at('POST', 'user/a%20b', { password: 'x' }), ...NO_PATH },
    { ...at('GET', 'user/a%20b'), ...NO_USER },
    { ...at('GET', 'user/alice@elsewhere'), ...NO_USER },
    { ...at('GET', 'user/carol%40localhost'), status: 200 },
    { ...at('PATCH', 'user/carol/role', {}), ...says(200, 'User modified: carol@localhost') },
    { ...at('PATCH', 'user/carol/shoe'), ...says(200, 'User modified: carol@localhost') },
    { ...at('PATCH', 'user/nobody/shoe'), ...missing('nobody@localhost') },
    { ...at('DELETE', 'user/nobody'), ...missing('nobody@localhost') },
    { ...at('PUT', 'groups', { name: 'x' }), ...NO_PATH },
    { ...at('GET', 'vcards/alice'), ...NO_PATH },
    { ...at('PUT', 'reload'), ...NO_PATH },
    { ...at('GET', 'all-users'), ...NO_PATH },
    { ...at('POST', 'message/alice', 'hello'), ...MALFORMED },
    { ...at('POST', 'message/alice', '[1]'), ...says(200, 'Message sent to user: alice@localhost') },
  ],
  { admin_rest_profile: 'original' },
)

test('an account that administers its own host has no say on another one', async t => {
  await withState(async ({ house }) => {
    const ask = async (row: Exchange, name = 'carl@b.example') => {
      const headers = { Authorization: basic(name, 'carl') }
      compare(t, row, await house.ask({ ...row, headers }))
    }
    const NOT_HERE = says(401, 'User must be an administrator')
    await house.ask(asAdmin(at('POST', 'user/carl@b.example', { password: 'carl' })))
    await ask({ ...at('GET', 'ping'), ...NOT_HERE })
    await house.ask(asAdmin(at('PATCH', 'user/carl@b.example/role', { role: 'prosody:admin' })))
    await ask({ ...at('GET', 'ping'), ...says(200, 'PONG') })
    await ask({ ...at('POST', 'user/dora', { password: 'x' }), ...says(201, 'User registered: dora@b.example') })
    await ask({
      ...at('GET', 'all-users'),
      ...says(200, { count: 2, users: [{ username: 'carl' }, { username: 'dora' }] }),
    })
    await ask({ ...at('GET', 'user/alice'), ...missing('alice@b.example') })
    await ask({ ...at('GET', 'user/alice%40localhost'), ...NOT_HERE })
    await ask({ ...at('PATCH', 'user/alice@localhost/password', { password: 'x' }), ...NOT_HERE })
    await ask({ ...at('DELETE', 'user/alice@localhost'), ...NOT_HERE })
    await ask({ ...at('POST', 'message/alice@localhost', { message: 'x' }), ...NOT_HERE })
    await ask({ ...at('PATCH', 'user/carl/role', { role: 'prosody:operator' }), ...NOT_HERE })
    await house.ask(asAdmin(at('PATCH', 'user/carl@b.example/role', { role: 'prosody:operator' })))
    await ask({ ...at('GET', 'user/alice%40localhost/connected'), ...says(200, { connected: true }) })
  })
})

test('who is connected, from where', async t => {
  await withState(async ({ house, alice }) => {
    const get = async (path: string) => house.ask(asAdmin(at('GET', path)))
    const { result } = JSON.parse((await get('user/ALICE')).body) as {
      result: { user: { connected: boolean; sessions: Record<string, unknown>[]; roster: object } }
    }
    const [session] = result.user.sessions
    t.is(session!['ip'], '127.0.0.1')
    t.is(session!['port'], alice.socket.localPort)
    t.deepEqual(Object.keys(session!), ['resource', 'secure', 'id', 'ip', 'port'])
    t.deepEqual(result.user.roster, {})
    const second = await login(xmppPort(house), 'alice@localhost/two')
    const rows: Exchange[] = [
      { ...at('GET', 'user/bob'), ...says(200, { user: { connected: false, sessions: {}, roster: {} } }) },
      { ...at('GET', 'user/alice/connected'), ...says(200, { connected: true }) },
      { ...at('GET', 'user/bob/connected'), ...says(404, { connected: false }) },
      { ...at('GET', 'user/nobody/connected'), ...missing('nobody@localhost') },
      { ...at('GET', 'user_connected/alice@localhost'), ...says(200, { connected: true }) },
      { ...at('GET', 'user_connected/nobody'), ...says(404, { connected: false }) },
      { ...at('GET', 'user_connected/a%20b'), ...says(404, { connected: false }) },
      { ...at('GET', 'user_connected'), ...NO_PATH },
      { ...at('GET', 'alice/connected'), ...NO_PATH },
      { ...at('GET', 'users/count'), ...says(200, { count: 1 }) },
      {
        ...at('GET', 'users'),
        ...says(200, {
          count: 2,
          users: [
            { username: 'alice', resource: 'lab' },
            { username: 'alice', resource: 'two' },
          ],
        }),
      },
    ]
    for (const row of rows) compare(t, row, await house.ask(asAdmin(row)))
    second.socket.destroy()
  })
})

test('rosters: both sides, pushed to who is online, and shown in full where that is asked for', async t => {
  await withState(async ({ house, alice }) => {
    const story: Exchange[] = [
      { ...at('GET', 'roster/alice'), ...says(200, { count: 0, roster: {} }) },
      {
        ...at('POST', 'roster/alice', { contact: 'Bob@localhost/phone' }),
        ...says(200, 'Roster registered: alice@localhost and bob@localhost'),
      },
      {
        ...at('GET', 'roster/bob@localhost'),
        ...says(200, { count: 1, roster: [['item', { jid: 'alice@localhost', subscription: 'both', group: {} }]] }),
      },
      {
        ...at('GET', 'user/bob?roster=1'),
        ...says(200, {
          user: {
            connected: false,
            sessions: {},
            roster: [['item', { jid: 'alice@localhost', subscription: 'both', group: {} }]],
          },
        }),
      },
      { ...at('GET', 'user/bob?roster=0'), ...says(200, { user: { connected: false, sessions: {}, roster: {} } }) },
      { ...at('POST', 'roster/alice', {}), ...NO_CONTACT },
      { ...at('POST', 'roster/alice', { contact: 'bob' }), ...NO_CONTACT },
      { ...at('POST', 'roster/alice', { contact: 5 }), ...NO_CONTACT },
      { ...at('POST', 'roster/alice', { contact: 'x@remote.example' }), ...NO_CONTACT },
      { ...at('POST', 'roster/alice', { contact: 'alice@localhost' }), ...NO_CONTACT },
      { ...at('POST', 'roster/nobody', { contact: 'bob@localhost' }), ...missing('nobody@localhost') },
      { ...at('GET', 'roster/nobody'), ...missing('nobody@localhost') },
      {
        ...at('DELETE', 'roster/alice', { contact: 'bob@localhost' }),
        ...says(200, 'Roster deleted: alice@localhost and bob@localhost'),
      },
      { ...at('GET', 'roster/alice'), ...says(200, { count: 0, roster: {} }) },
      {
        ...at('GET', 'roster/bob'),
        ...says(200, { count: 1, roster: [['item', { jid: 'alice@localhost', subscription: 'none', group: {} }]] }),
      },
      {
        ...at('DELETE', 'roster/alice', { contact: 'zzz@localhost' }),
        ...says(200, 'Roster deleted: alice@localhost and zzz@localhost'),
      },
      { ...at('DELETE', 'roster/alice'), ...NO_CONTACT },
    ]
    for (const row of story) compare(t, row, await house.ask(asAdmin(row)))
    const pushes = alice.heard.filter(({ name, attributes }) => name === 'iq' && attributes['type'] === 'set')
    t.deepEqual(
      pushes.map(push => child(child(push, 'query', 'jabber:iq:roster')!, 'item')!.attributes['subscription']),
      ['both', 'remove'],
    )
  })
})

test('messages are delivered, stored or refused, and prefixed', async t => {
  const options = {
    admin_rest_message_prefix: '[one] ',
    admin_rest_multicast_prefix: '[some] ',
    admin_rest_broadcast_prefix: '[all] ',
  }
  await withState(async ({ house, alice }) => {
    const heard = async () => {
      const message = await alice.next('message')
      t.is(message.attributes['from'], 'localhost')
      t.is(message.attributes['type'], undefined)
      return textOf(child(message, 'body'))
    }
    const ask = async (row: Exchange) => compare(t, row, await house.ask(asAdmin(row)))
    await ask({
      ...at('POST', 'message/alice', { message: 'a < b' }),
      ...says(200, 'Message sent to user: alice@localhost'),
    })
    t.is(await heard(), '[one] a < b')
    await ask({ ...at('POST', 'message/alice@localhost'), ...says(200, 'Message sent to user: alice@localhost') })
    t.is(await heard(), '[one] ')
    await ask({
      ...at('POST', 'message/bob', { message: 'x' }),
      ...says(202, 'Message sent to offline queue: bob@localhost'),
    })
    await ask({ ...at('POST', 'message/bob', {}), status: 202 })
    await ask({ ...at('POST', 'message/nobody', { message: 'x' }), ...NO_USER })
    await ask({ ...at('POST', 'message/a%20b', { message: 'x' }), ...NO_USER })
    for (const message of [5, null, 'a\u0000', 'a\ud800', ['x'], { a: 1 }]) {
      const wanted = message === null ? says(200, 'Message sent to user: alice@localhost') : MALFORMED
      await ask({ ...at('POST', 'message/alice', { message }), ...wanted })
    }
    t.is(await heard(), '[one] ')
    const recipients = ['alice', 'bob', 'nobody', 'x@b.example', 5].map(to => ({ to, message: 'm' }))
    for (const body of [recipients, { recipients }]) {
      await ask({ ...at('POST', 'message', body), ...says(200, 'Message multicasted to users: 1/1') })
      t.is(await heard(), '[some] m')
    }
    for (const body of [
      [],
      [null, 5, {}],
      { recipients: {} },
      { recipients: [{ to: 'nobody', message: 'x' }, { to: 'alice' }] },
    ]) {
      await ask({
        ...at('POST', 'message', JSON.stringify(body)),
        headers: { 'Content-Type': JSON_TYPE },
        ...says(404, 'No multicast recipients'),
      })
    }
    await ask({ ...at('POST', 'message', { x: 1 }), ...NO_PATH })
    await ask({ ...at('POST', 'message'), ...NO_PATH })
    await ask({ ...at('POST', 'broadcast', { message: 'hi' }), ...says(200, { count: 1 }) })
    t.is(await heard(), '[all] hi')
    await ask({ ...at('POST', 'broadcast', { message: 7 }), ...MALFORMED })
    t.true(await alice.nothing('message'))
  }, options)
})

const VCARD = 'BEGIN:VCARD\nVERSION:4.0\nFN:Alice {the first}\nGENDER:F\nEND:VCARD\n'
testStory('vCards are texts', [
  { ...at('GET', 'vcards/alice'), ...says(404, 'The user <alice@localhost> has no vCard configured.') },
  { ...at('PUT', 'vcards/alice', VCARD), ...says(200, 'vCard stored for <alice@localhost>') },
  { ...at('GET', 'vcards/alice%40localhost'), status: 200, type: 'text/vcard', answer: VCARD },
  { ...at('PUT', 'vcards/alice', `\ufeff${VCARD}`), status: 200 },
  { ...at('GET', 'vcards/alice'), status: 200, type: 'text/vcard', answer: VCARD },
  { ...at('PUT', 'vcards/alice'), body: Buffer.from(VCARD.replace('Alice', 'J\xfcrgen'), 'latin1'), ...MALFORMED },
  { ...at('PUT', 'vcards/alice', 'no vCard'), ...MALFORMED },
  { ...at('PUT', 'vcards/alice', `${VCARD}${VCARD}`), ...MALFORMED },
  { ...at('PUT', 'vcards/alice', VCARD.replace('Alice', '\u0001')), ...MALFORMED },
  { ...at('PUT', 'vcards/nobody', VCARD), ...missing('nobody@localhost') },
  { ...at('GET', 'vcards/nobody'), ...missing('nobody@localhost') },
  { ...at('GET', 'vcards'), ...NO_PATH },
  { ...at('DELETE', 'vcards/alice'), ...says(200, 'vCard deleted for <alice@localhost>') },
  { ...at('DELETE', 'vcards/alice'), ...says(200, 'vCard deleted for <alice@localhost>') },
  { ...at('GET', 'vcards/alice'), ...says(404, 'The user <alice@localhost> has no vCard configured.') },
])

const added = (member: string) => says(200, `Member '${member}' successfully added to group 'team'.`)
const NO_GROUP = (status: number) => ({ status, type: JSON_TYPE, answer: '{"result":"group-not-found"}' })
testStory('groups', [
  { ...at('PUT', 'groups/team', { name: 'Team', group_id: 'other' }), ...says(200, { group_id: 'team' }) },
  { ...at('PUT', 'groups', { name: 'Team', group_id: 'team' }), ...says(409, 'conflict') },
  { ...at('PUT', 'groups', { name: 'Any' }), status: 200, answer: /^\{"result":\{"group_id":"[\w-]{12}"\}\}$/ },
  ...[undefined, {}, { name: 5 }, { name: null }, '[1]'].map(body => ({
    ...at('PUT', 'groups', body),
    headers: { 'Content-Type': JSON_TYPE },
    ...says(400, 'Body must contain a `name` key'),
  })),
  { ...at('PUT', 'groups', { name: 'a\u0007' }), ...MALFORMED },
  { ...at('PUT', 'groups', { name: 'a', group_id: 5 }), ...MALFORMED },
  { ...at('PUT', 'groups/team/members/alice', { delay_update: false }), ...added('alice') },
  { ...at('PUT', 'groups/team/members/bob@localhost'), ...added('bob@localhost') },
  { ...at('PUT', 'groups/team/members/ghost'), ...added('ghost') },
  { ...at('PUT', 'groups/team/members/a%20b'), ...NO_USER },
  { ...at('PUT', 'groups/team/members/x@elsewhere'), ...NO_USER },
  { ...at('PUT', 'groups/team/members'), ...NO_PATH },
  { ...at('PUT', 'groups/team/foo'), ...NO_PATH },
  { ...at('PUT', 'groups/nogroup/members/bob'), ...NO_GROUP(404) },
  { ...at('DELETE', 'groups/nogroup/members/bob'), ...NO_GROUP(500) },
  {
    ...at('GET', 'roster/alice'),
    ...says(200, {
      count: 2,
      roster: ['bob', 'ghost'].map(name => [
        'item',
        { jid: `${name}@localhost`, subscription: 'both', group: ['Team'] },
      ]),
    }),
  },
  { ...at('POST', 'groups/team/sync'), ...says(200, "Successfully did group subscriptions for group 'team'.") },
  { ...at('POST', 'groups/nogroup/sync'), ...says(200, "Successfully did group subscriptions for group 'nogroup'.") },
  { ...at('POST', 'groups/team/sync/more'), ...NO_PATH },
  { ...at('POST', 'groups/team'), ...NO_PATH },
  { ...at('POST', 'groups'), ...NO_PATH },
  { ...at('GET', 'groups'), ...says(405, 'Invalid request method') },
  {
    ...at('DELETE', 'groups/team/members/bob'),
    ...says(200, "Member 'bob' successfully removed from group 'team'."),
  },
  {
    ...at('DELETE', 'groups/team/members/bob'),
    ...says(200, "Member 'bob' successfully removed from group 'team'."),
  },
  { ...at('DELETE', 'groups/team'), ...says(200, "Group 'team' deleted successfully.") },
  { ...at('DELETE', 'groups/team'), ...says(200, "Group 'team' deleted successfully.") },
  { ...at('DELETE', 'groups'), ...NO_PATH },
  { ...at('GET', 'roster/alice'), ...says(200, { count: 0, roster: {} }) },
])

test('neither passwords nor what messages say are in an audit entry', async t => {
  await withState(async ({ house }) => {
    await house.ask(asAdmin(at('POST', 'user/zoe', { password: 'very secret' })))
    await house.ask(asAdmin(at('PATCH', 'user/zoe/password', { password: 'very secret' })))
    const audit = await house.ask({ path: '/kernel/audit', headers: { Authorization: ADMIN } })
    t.true(audit.body.includes('POST /user/zoe'), audit.body)
    t.false(audit.body.includes('very secret'))
    await house.ask(asAdmin(at('POST', 'message/zoe', { message: 'for her alone' })))
    await house.ask(asAdmin(at('POST', 'message', [{ to: 'zoe', message: 'for her alone' }])))
    const later = await house.ask({ path: '/kernel/audit', headers: { Authorization: ADMIN } })
    t.true(later.body.includes('POST /message/zoe'))
    t.false(later.body.includes('for her alone'))
  })
})

test('without a backend every command says so', async t => {
  const house = await openHouse({ start: ['xmpp-admin'] })
  try {
    for (const path of ['user/alice', 'users', 'users/count', 'roster/alice', 'vcards/alice']) {
      const row = { ...at('GET', path), status: 503, answer: /^\{"result":"Service unavailable: no running plugin/ }
      compare(t, row, await house.ask(asAdmin(row)))
    }
  } finally {
    await house.close()
  }
})

test('where nothing is stored for later, a message to somebody offline is dropped, and said to be', async t => {
  const plugins = { 'xmpp-server': { port: 0, tls_port: 0, max_offline_messages: 0 } }
  const house = await openHouse({ start: ['xmpp-server', 'xmpp-admin'], plugins })
  try {
    await house.ask(asAdmin(at('POST', 'user/bob', { password: 'bob' })))
    const row = { ...at('POST', 'message/bob', { message: 'x' }), ...says(501, 'Message dropped per configuration') }
    compare(t, row, await house.ask(asAdmin(row)))
  } finally {
    await house.close()
  }
})

test('a default room is its members’ own, and goes with the group', async t => {
  await withState(async ({ house }) => {
    const ask = (row: ReturnType<typeof at>) => house.ask(asAdmin(row))
    await ask(at('PUT', 'groups/team', { name: 'Team', create_default_muc: true }))
    await ask(at('PUT', 'groups/team/members/alice'))
    const rooms = async () => {
      const answer = await house.local('/api/muc_online_rooms', { method: 'POST', body: '{"service":"global"}' })
      return JSON.parse(answer.body) as string[]
    }
    const [room = ''] = await rooms()
    const [name, service] = room.split('@')
    const body = JSON.stringify({ name, service })
    const affiliations = await house.local('/api/get_room_affiliations', { method: 'POST', body })
    t.like(JSON.parse(affiliations.body), [{ username: 'alice', domain: 'localhost', affiliation: 'member' }])
    t.is((await ask(at('DELETE', 'groups/team'))).status, 200)
    t.deepEqual(await rooms(), [])
  })
})
