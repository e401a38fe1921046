import test from 'ava'
import { login } from '../plugins/xmpp-server/client.js'
import { xmppPort } from '../support/xmpp-port.js'
import { asAdmin, openHouse, type TestHouse } from './house.js'

/** What a real ejabberd 23.01 answered to the same calls in the same order. */
let house: TestHouse
test.before(async () => {
  house = await openHouse({
    start: ['xmpp-server', 'xmpp-admin'],
    config: { hosts: ['localhost', 'second.example'] },
    plugins: { 'xmpp-server': { port: 0, tls_port: 0, scram_iterations: 4096 } },
  })
  for (const user of ['alice', 'bob', 'carol', 'dave']) {
    await ask('register', { user, host: 'localhost', password: user })
  }
})
test.after.always(() => house?.close())

async function ask(command: string, given: object, version = ''): Promise<readonly [number, unknown]> {
  const body = JSON.stringify(given)
  const answer = await house.ask(asAdmin({ method: 'POST', path: `/api/${command}${version}`, body }))
  return [answer.status, answer.body === '' ? '' : JSON.parse(answer.body)]
}

const NOWHERE = { user: 'alice', host: 'nope.example' }
const NOTHING: readonly (readonly [command: string, given: object, answer: unknown, status?: number])[] = [
  ['num_resources', NOWHERE, { resources: 0 }],
  ['user_resources', NOWHERE, []],
  ['user_sessions_info', NOWHERE, []],
  ['kick_user', NOWHERE, { num_resources: 0 }],
  ['kick_session', { ...NOWHERE, resource: 'r', reason: '' }, 0],
  ['get_roster', NOWHERE, []],
  ['get_user_rooms', NOWHERE, []],
  ['get_user_subscriptions', NOWHERE, []],
  ['get_presence', NOWHERE, { jid: 'alice@nope.example', show: 'unavailable', status: '' }],
  ['get_presence', { user: '', host: 'localhost' }, { jid: 'localhost', show: 'unavailable', status: '' }],
  ['connected_users_vhost', { host: 'nope.example' }, []],
  ['status_list_host', { host: 'nope.example', status: 'all' }, []],
  ['status_num_host', { host: 'nope.example', status: 'all' }, { users: 0 }],
  ['stats_host', { host: 'nope.example', name: 'onlineusers' }, { stat: 0 }],
  ['delete_old_users_vhost', { host: 'nope.example', days: 9999 }, 'Deleted 0 users: []'],
  ['get_vcard', { ...NOWHERE, name: 'FN' }, 'error_wrong_hostname', 400],
  ['create_room', { name: 'r', service: 'conference.localhost', host: 'nope.example' }, 'Unknown virtual host', 400],
  [
    'send_direct_invitation',
    { name: 'r', service: 'nope', password: 'none', reason: 'none', users: 'bob@localhost' },
    'room_not_found',
    400,
  ],
  ['send_stanza_c2s', { ...NOWHERE, resource: 'r', stanza: '<message/>' }, 'no_session', 400],
  ['send_stanza', { from: '', to: 'alice@localhost', stanza: '<message/>' }, 'JID malformed', 400],
  ['ban_account', { user: 'ghost', host: 'localhost', reason: 'r' }, 0],
]
for (const [command, given, answer, status = 200] of NOTHING) {
  test(`of a host or a user that is not there: ${command} ${JSON.stringify(given)}`, async t => {
    t.deepEqual(await ask(command, given), [status, answer])
  })
}

const FAULTS: readonly (readonly [stanza: string, why: string])[] = [
  ['<message', 'unclosed token'],
  ["<message to='x", 'unclosed token'],
  ['<message></message', 'unclosed token'],
  ['<message>', 'no element found'],
  ['', 'no element found'],
  ['not xml', 'syntax error'],
  ['<message><body></message>', 'mismatched tag'],
  ['<message/><a/>', 'junk after document element'],
  ['<message/>x', 'junk after document element'],
  ['<message>&bad;</message>', 'undefined entity'],
  ["<message a='1' a='2'/>", 'duplicate attribute'],
  ['<p:message/>', 'unbound prefix'],
  ['<!DOCTYPE x><message/>', 'parsing aborted'],
  ['<message a=b/>', 'not well-formed (invalid token)'],
  ['<message>\u0001</message>', 'not well-formed (invalid token)'],
  ['<message>a<b</message>', 'not well-formed (invalid token)'],
]
for (const [stanza, why] of FAULTS) {
  test(`why ${JSON.stringify(stanza)} is no stanza is told in the words of expat`, async t => {
    t.deepEqual(await ask('send_stanza', { from: 'a@b', to: 'alice@localhost', stanza }), [400, why])
  })
}

test('a stanza that is none harms no session it was meant for', async t => {
  const alice = await login(xmppPort(house), 'alice@localhost/one', { presence: '<presence/>' })
  const given = { user: 'alice', host: 'localhost', resource: 'one' }
  for (const stanza of ['<foo/>', '<message', "<message xmlns='x'/>"]) {
    t.is((await ask('send_stanza_c2s', { ...given, stanza }))[0], 400, stanza)
  }
  t.deepEqual(
    await ask('send_stanza_c2s', { ...given, stanza: "<message from='z@z' to='alice@localhost/one'/>" }),
    [200, 0],
  )
  t.is((await alice.next('message')).attributes['from'], 'alice@localhost/one')
  await alice.close()
})

test('a chat keeps its subject, and what is no type means normal', async t => {
  const bob = await login(xmppPort(house), 'bob@localhost/one', { presence: '<presence/>' })
  const given = { from: 'localhost', to: 'bob@localhost', subject: 'S', body: 'B' }
  t.deepEqual(await ask('send_message', { ...given, type: 'chat' }), [200, 0])
  await bob.next(
    ({ name, children }) =>
      name === 'message' && children.some(each => typeof each === 'object' && each.name === 'subject'),
  )
  for (const type of ['', 'zzz']) {
    t.deepEqual(await ask('send_message', { ...given, type }), [200, 0])
    t.is((await bob.next('message')).attributes['type'], 'normal')
  }
  await bob.close()
})

test('whoever is not available has the priority -1', async t => {
  const bob = await login(xmppPort(house), 'bob@localhost/silent')
  const [, sessions] = await ask('user_sessions_info', { user: 'bob', host: 'localhost' })
  const silent = (sessions as { resource: string; priority: number }[]).find(({ resource }) => resource === 'silent')
  t.is(silent?.priority, -1)
  await bob.close()
})

test('before version 2 a new password ends a ban, since there was no other way', async t => {
  const DAVE = { user: 'dave', host: 'localhost' }
  const opens = (password: string) => ask('check_password', { ...DAVE, password })
  t.deepEqual(await ask('ban_account', { ...DAVE, reason: 'spam' }), [200, 0])
  t.deepEqual(await ask('ban_account', { ...DAVE, reason: 'again' }), [200, 0])
  t.deepEqual(await ask('ban_account', { ...DAVE, reason: 'again' }, '/v2'), [200, 1])
  t.deepEqual(await ask('change_password', { ...DAVE, newpass: 'two' }, '/v2'), [200, 0])
  t.deepEqual(await opens('two'), [200, 1])
  t.deepEqual(await ask('change_password', { ...DAVE, newpass: 'three' }), [200, 0])
  t.deepEqual(await opens('three'), [200, 0])
})

test('a subscription that an administrator writes answers the request for it', async t => {
  const carol = await login(xmppPort(house), 'carol@localhost/one', { presence: '<presence/>' })
  carol.send("<presence type='subscribe' to='alice@localhost'/>")
  await carol.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
  await ask('push_alltoall', { host: 'localhost', group: 'All' })
  const [, contacts] = await ask('get_roster', { user: 'carol', host: 'localhost' })
  const alice = (contacts as { jid: string; ask: string }[]).find(({ jid }) => jid === 'alice@localhost')
  t.is(alice?.ask, 'undefined')
  await carol.close()
})

test('several displayed groups are lines', async t => {
  const GROUP = { group: 'g', host: 'localhost' }
  t.deepEqual(await ask('srg_create', { ...GROUP, label: 'L', description: '', display: 'g\\ng2' }), [200, 0])
  const [, facts] = await ask('srg_get_info', GROUP)
  t.deepEqual((facts as unknown[])[1], { key: 'displayed_groups', value: 'g\ng2' })
})
