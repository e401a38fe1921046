import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { XmlElement } from '../../../plugins/xmpp-admin/backend.js'
import { CONTACT, type Says, withBackend } from './house.js'

const ALICE = { user: 'alice', host: 'localhost' }
const call = (says: Says) => async (command: string, given: object) => {
  const [status, body] = await says(`/api/${command}`, given)
  return status === 200 ? JSON.parse(body) : `${status} ${JSON.parse(body)}`
}

test('a ban is lifted again, and says why and since when', async t => {
  const bans = new Map<string, { reason: string; at: Date; by: string }>()
  const accounts = {
    async ban(jid: string, reason: string, by: string) {
      if (jid !== 'alice@localhost') return 'unknown_account'
      bans.set(jid, { reason, by, at: new Date(0) })
      return 'banned'
    },
    unban: async (jid: string) => (bans.delete(jid) ? 'unbanned' : 'not_banned'),
    banOf: async (jid: string) => bans.get(jid),
    checkPassword: async () => true,
    lastActivity: async () => ({ state: 'offline', at: new Date(60_000), status: 'gone' }),
  }
  await withBackend({ accounts }, async says => {
    const ask = call(says)
    t.deepEqual(await ask('get_ban_details', ALICE), {})
    t.is(await ask('check_password', { ...ALICE, password: 'x' }), 0)
    t.is(
      await ask('ban_account', { ...ALICE, reason: 'spam\0' }),
      "400 Invalid 'reason': it has characters that XML cannot carry",
    )
    t.is(await ask('ban_account', { ...ALICE, reason: 'spam' }), 0)
    t.is(await ask('ban_account/v2', { ...ALICE, reason: 'again' }), 1)
    t.is(await ask('ban_account/v2', { user: 'ghost', host: 'localhost', reason: '' }), 1)
    t.is(await ask('check_password', { ...ALICE, password: 'x' }), 1)
    t.deepEqual(await ask('get_ban_details', ALICE), {
      reason: 'spam',
      bandate: '1970-01-01T00:00:00.000000Z',
      lastdate: '1970-01-01T00:01:00Z',
      lastreason: 'gone',
    })
    t.is(await ask('unban_account', ALICE), 0)
    t.is(await ask('unban_account', ALICE), 1)
  })
})

test('accounts that nobody uses are removed, and named as Erlang names them', async t => {
  const asked: [string, number][] = []
  const accounts = {
    async *idleSince(host: string, since: Date) {
      asked.push([host, since.getTime()])
      yield* [`zed@${host}`, `zoë@${host}`]
    },
    unregister: async (jid: string) => (jid.startsWith('zoë@b.') ? 'unknown_account' : 'unregistered'),
  }
  await withBackend({ accounts }, async says => {
    const ask = call(says)
    t.is(
      await ask('delete_old_users', { days: 1 }),
      'Deleted 3 users: [{<<"zed">>,<<"localhost">>},{<<"zoë"/utf8>>,<<"localhost">>},{<<"zed">>,<<"b.example">>}]',
    )
    t.true(Math.abs(Date.now() - 86_400_000 - asked[0]![1]) < 60_000)
    t.is(await ask('delete_old_users', { days: -1 }), "400 Invalid 'days': it is negative")
    t.is(await ask('delete_old_users_vhost', { host: 'nope', days: 1 }), 'Deleted 0 users: []')
    t.is(asked.length, 2)
    await ask('delete_old_users_vhost', { host: 'B.example', days: Number.MAX_SAFE_INTEGER })
    t.deepEqual(asked[2], ['b.example', 0])
  })
})

test('process_rosteritems lists and deletes what all of its filters let through', async t => {
  const deleted: string[] = []
  const entry = (jid: string, subscription: string, pending: string) => ({ ...CONTACT, jid, subscription, pending })
  const all = [
    { owner: 'a@localhost', entry: entry('b@localhost', 'both', 'none') },
    { owner: 'a@localhost', entry: entry('icq.example', 'to', 'none') },
    { owner: 'b@b.example', entry: entry('x@icq.example', 'none', 'out') },
    { owner: 'b@b.example', entry: entry('y@b.example', 'bogus', 'both') },
    { owner: 'c@localhost', entry: entry('y@b.example', 'from', 'both') },
  ]
  const rosters = {
    async *all() {
      yield* all
    },
    delete: async (owner: string, contact: string) => void deleted.push(`${owner} ${contact}`),
  }
  await withBackend({ rosters }, async says => {
    const filters = async (...[action, subs, asks, users, contacts]: readonly string[]) => {
      const found = await call(says)('process_rosteritems', { action, subs, asks, users, contacts })
      return typeof found === 'string' ? found : found.map((each: object) => Object.values(each).join(' '))
    }
    t.deepEqual(await filters('list', 'any', 'any', 'any', 'any'), [
      'a@localhost b@localhost',
      'a@localhost icq.example',
      'b@b.example x@icq.example',
      'c@localhost y@b.example',
    ])
    t.deepEqual(await filters('list', 'none:to', 'any', '*@localhost', 'any'), ['a@localhost icq.example'])
    t.deepEqual(await filters('list', 'any', 'in', 'any', 'any'), ['c@localhost y@b.example'])
    t.deepEqual(await filters('list', 'any', 'any', '*@*', '*:*@*icq*'), [
      'a@localhost icq.example',
      'b@b.example x@icq.example',
    ])
    t.deepEqual(await filters('list', 'any', 'any', '[!a]@*', 'any'), [
      'b@b.example x@icq.example',
      'c@localhost y@b.example',
    ])
    t.deepEqual(await filters('list', 'any', 'any', 'a@*.example', 'any'), [])
    for (const wrong of [
      ['purge', 'any', 'any', 'any', 'any'],
      ['list', 'any:some', 'any', '', 'any'],
      ['list', 'remove', 'any', 'any', 'any'],
      ['list', 'any', '', 'any', 'any'],
      ['list', 'any', 'any', `${'*'.repeat(3000)}@x`, 'any'],
      ['delete', 'any', 'any', 'any', ':'],
    ] as const) {
      t.regex(String(await filters(...wrong)), /^400 Invalid '/)
    }
    t.deepEqual(deleted, [])
    t.deepEqual(await filters('delete', 'both', 'none', 'a@localhost', 'any'), ['a@localhost b@localhost'])
    t.deepEqual(deleted, ['a@localhost b@localhost'])
  })
})

test('rosters are pushed from a file of the server, and all to all', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'rosters-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const written: string[] = []
  const rosters = {
    set: async (owner: string, { jid, nick, subscription, groups }: typeof CONTACT) => {
      if (owner.startsWith('ghost')) return 'unknown_account'
      written.push(`${owner} ${jid} ${nick} ${subscription} ${groups.join()}`)
      return 'stored'
    },
  }
  const accounts = {
    exists: async (jid: string) => !jid.startsWith('ghost'),
    page: async (host: string) => ({ names: ['a', 'b'], next: host === 'b.example' ? 'b' : undefined }),
  }
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const good = file(
    'good',
    '% two\n[{<<"a">>, <<"localhost">>, <<"g \\"1\\"">>, "A"},\n {"zoë", "localhost", <<>>, ""}].\n'.replace(
      '<<>>',
      '""',
    ),
  )
  await withBackend({ rosters, accounts }, async says => {
    const ask = call(says)
    t.is(await ask('push_roster', { file: good, user: 'b', host: 'localhost' }), 0)
    t.deepEqual(written.splice(0), ['b@localhost a@localhost A both g "1"', 'b@localhost zoë@localhost  both '])
    t.is(await ask('push_roster', { file: good, user: 'ghost', host: 'localhost' }), 1)
    t.is(await ask('push_roster_all', { file: good }), 0)
    t.deepEqual(written.splice(0), ['a@localhost zoë@localhost  both ', 'zoë@localhost a@localhost A both g "1"'])
    t.is(await ask('push_alltoall', { host: 'localhost', group: 'All' }), 0)
    t.deepEqual(written.splice(0), ['a@localhost b@localhost b both All', 'b@localhost a@localhost a both All'])
    t.regex(await ask('push_alltoall', { host: 'b.example', group: 'All' }), /^400 More than 1000 accounts/)
    const wrong = [
      '',
      '[',
      '[{"a"}].',
      '[{"a","localhost","g","n"}]',
      '[{"a","localhost","g","n"},].',
      '{"a"}.',
      '[{"a b","localhost","g","n"}].',
      `[{"a","localhost","g","n\0"}].`,
      '<<"',
      '[] . []',
    ]
    for (const [index, text] of wrong.entries()) {
      t.regex(await ask('push_roster_all', { file: file(`wrong${index}`, text) }), /^400 /, text)
    }
    t.is(await ask('push_roster_all', { file: file('none', '[].') }), 0)
    t.regex(await ask('push_roster_all', { file: folder }), /^400 Cannot read /)
    t.regex(await ask('push_roster_all', { file: file('large', ' '.repeat(1_048_577)) }), /larger than 1048576 bytes$/)
    t.regex(await ask('push_roster_all', { file: 'no\0where' }), /^400 Cannot read /)
    t.deepEqual(written, [])
  })
})

test('fields of vCards are set and told one by one', async t => {
  let stored: XmlElement | undefined
  const vcards = {
    get: async () => stored,
    set: async (_: string, vcard: XmlElement) => {
      stored = vcard
      return 'stored'
    },
  }
  await withBackend({ vcards }, async says => {
    const ask = call(says)
    t.is(await ask('get_vcard', { ...ALICE, name: 'FN' }), '400 error_no_vcard_found')
    t.is(await ask('set_nickname', { ...ALICE, nickname: 'Ally' }), 0)
    t.is(await ask('set_vcard', { ...ALICE, name: 'FN', content: 'Alice & <A>' }), 0)
    t.deepEqual(await ask('get_vcard', { ...ALICE, name: 'NICKNAME' }), { content: 'Ally' })
    t.deepEqual(await ask('get_vcard', { ...ALICE, name: 'FN' }), { content: 'Alice & <A>' })
    t.is(await ask('get_vcard/v1', { ...ALICE, name: 'FN' }), 'Alice & <A>')
    t.is(await ask('get_vcard', { ...ALICE, name: 'TITLE' }), '400 error_no_value_found_in_vcard')
    const part = (name: string, subname: string) => ({ ...ALICE, name, subname })
    t.is(await ask('set_vcard2', { ...part('N', 'FAMILY'), content: 'Ay' }), 0)
    t.is(await ask('set_vcard2', { ...part('N', 'GIVEN'), content: 'Al' }), 0)
    t.is(await ask('set_vcard2', { ...part('N', 'FAMILY'), content: 'Be' }), 0)
    t.deepEqual(await ask('get_vcard2', part('N', 'FAMILY')), { content: 'Be' })
    t.deepEqual(await ask('get_vcard2', part('N', 'GIVEN')), { content: 'Al' })
    t.is(await ask('set_vcard2_multi', { ...part('ORG', 'ORGUNIT'), contents: ['one', 'two'] }), 0)
    t.deepEqual(await ask('get_vcard2_multi', part('ORG', 'ORGUNIT')), ['one', 'two'])
    t.is(await ask('set_vcard2', { ...part('TEL', 'CELL'), content: '1' }), 0)
    t.is(await ask('set_vcard2', { ...part('TEL', 'HOME'), content: '2' }), 0)
    t.is(await ask('set_vcard2', { ...part('TEL', 'CELL'), content: '3' }), 0)
    t.deepEqual(await ask('get_vcard2', part('TEL', 'CELL')), { content: '3' })
    t.deepEqual(await ask('get_vcard2', part('TEL', 'HOME')), { content: '2' })
    const before = JSON.stringify(stored)
    for (const name of ['', 'a b', '<x/>', 'x>', '1', 'x'.repeat(65), '__proto__<']) {
      t.is(await ask('set_vcard', { ...ALICE, name, content: 'x' }), "400 Invalid 'name': no field of a vCard")
    }
    for (const content of ['\0', 'a\u0008', '\ud800', '\uffff']) {
      t.regex(await ask('set_vcard', { ...ALICE, name: 'FN', content }), /^400 Invalid 'content'/)
    }
    t.is(JSON.stringify(stored), before)
  })
})

test('what would break a stream reaches no backend, and no such time is set', async t => {
  const reached: unknown[] = []
  const take =
    (outcome: string) =>
    async (...given: unknown[]) => {
      reached.push(given)
      return outcome
    }
  const changes = {
    accounts: { setLastActivity: take('changed') },
    messages: {
      send: take('delivered'),
      route: take('invalid_xml'),
      broadcast: take(''),
      offline: { deleteOlder: take('') },
    },
    rosters: { set: take('stored') },
    groups: { create: take('created') },
  }
  await withBackend(changes, async says => {
    const ask = call(says)
    const message = { type: 'chat', from: 'a@localhost', to: 'b@localhost', subject: '', body: 'x' }
    for (const [command, given, said] of [
      ['send_message', { ...message, body: '\u0001' }, /Invalid 'body'/],
      ['send_message', { ...message, type: 'normal', subject: '\ufffe' }, /Invalid 'subject'/],
      ['send_message', { ...message, from: '@@' }, /Bad value of attribute 'from'/],
      ['send_message', { ...message, to: '' }, /Bad value of attribute 'to'/],
      ['send_stanza', { from: 'a@@', to: 'b', stanza: '<message/>' }, /JID malformed$/],
      ['set_last', { ...ALICE, timestamp: -2, status: '' }, /no such time/],
      ['set_last', { ...ALICE, timestamp: 9e15, status: '' }, /no such time/],
      ['set_last', { ...ALICE, timestamp: 2 ** 53, status: '' }, /is not in format integer/],
      ['set_last', { ...ALICE, timestamp: 0, status: '\u0000' }, /Invalid 'status'/],
      ['delete_old_messages', { days: -1 }, /Invalid 'days'/],
      ['stop_kindly', { delay: -1, announcement: '' }, /Invalid 'delay'/],
      ['stop_kindly', { delay: 86_401, announcement: '' }, /Invalid 'delay'/],
      ['stop_kindly', { delay: 1, announcement: '\u0000' }, /Invalid 'announcement'/],
      ['restart', {}, /cannot start itself again/],
      ['srg_create', { group: '', host: 'localhost', label: '', description: '', display: '' }, /Invalid 'group'/],
      ['srg_create', { group: 'g\0', host: 'localhost', label: '', description: '', display: '' }, /Invalid 'group'/],
      ['set_presence', { ...ALICE, resource: 'r', type: 'x', show: '', status: '', priority: '1' }, /Invalid 'type'/],
      [
        'set_presence',
        { ...ALICE, resource: 'r', type: 'available', show: 'y', status: '', priority: '1' },
        /Invalid 'show'/,
      ],
      [
        'set_presence',
        { ...ALICE, resource: 'r', type: 'available', show: '', status: '', priority: '128' },
        /Invalid 'priority'/,
      ],
      [
        'set_presence/v1',
        { ...ALICE, resource: 'r', type: 'available', show: '', status: '', priority: 1.5 },
        /format integer/,
      ],
    ] as const) {
      t.regex(await ask(command, given), said, `${command} ${JSON.stringify(given)}`)
    }
    t.deepEqual(reached, [])
    t.is(await ask('send_stanza', { from: 'a@localhost', to: 'b', stanza: '<' }), '400 unclosed token')
    t.is(await ask('set_last', { ...ALICE, timestamp: 1_700_000_000, status: 'Gone' }), 0)
    t.deepEqual(reached.at(-1), ['alice@localhost', new Date(1_700_000_000_000), 'Gone'])
  })
})
