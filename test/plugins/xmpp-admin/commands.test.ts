import test from 'ava'
import { testKernel } from 'patchbay/testing'
import xmppAdmin from '../../../plugins/xmpp-admin/index.js'
import { CONTACT, withBackend } from './house.js'

test('xmpp-admin answers to the names of its faces', async t => {
  const kernel = await testKernel(xmppAdmin)
  for (const name of ['xmpp-admin', 'admin_rest', 'mod_http_api']) {
    const answer = await kernel.fetch(`/admin_rest/module/${name}`)
    t.deepEqual(await answer.json(), { result: { module: name, loaded: true } })
  }
  await kernel.close()
})

test('sessions of any backend are shown as ejabberd shows them', async t => {
  await withBackend({}, async says => {
    for (const [path, body] of [
      ['/api/connected_users', '["alice@localhost/lab","bob@b.example/a/b@c"]'],
      ['/api/connected_users_number', '{"num_sessions":2}'],
      ['/api/connected_users_number/v1', '2'],
      ['/api/connected_users_vhost?host=b.example', '["bob@b.example/a/b@c"]'],
      ['/api/user_resources?user=alice&host=localhost', '["lab"]'],
      ['/api/user_resources?user=BOB&host=B.example', '["a/b@c"]'],
      ['/api/user_resources?user=alice&host=b.example', '[]'],
      ['/api/num_resources?user=alice&host=localhost', '{"resources":1}'],
    ] as const) {
      t.deepEqual(await says(path), [200, body], path)
    }
    const [, infos] = await says('/api/connected_users_info')
    const uptime = Number(/"uptime":(\d+)/.exec(infos)?.[1])
    t.true(uptime >= 2 && uptime < 60)
    const connection = '"connection":"c2s_tls","ip":"127.0.0.1","port":59472,"priority":0,"node":"ejabberd@localhost"'
    t.is(
      infos.replace(/"uptime":\d+/g, '"uptime":2'),
      `[{"jid":"alice@localhost/lab",${connection},"uptime":2,"status":"available","resource":"lab","statustext":""},` +
        `{"jid":"bob@b.example/a/b@c",${connection},"uptime":2,"status":"dnd","resource":"a/b@c","statustext":"é"}]`,
    )
  })
})

test('a request for subscription that waits is "subscribe" up to 23.04, and pending later', async t => {
  const entries = (['none', 'out', 'in', 'both'] as const).map(pending => ({ ...CONTACT, groups: [], pending }))
  await withBackend({ rosters: { get: async () => [...entries, CONTACT] } }, async says => {
    const [, old] = await says('/api/get_roster?user=alice&host=localhost')
    t.deepEqual(
      JSON.parse(old).map(({ ask, group }: { ask: string; group: string }) => [ask, group]),
      [
        ['undefined', ''],
        ['subscribe', ''],
        ['undefined', ''],
        ['subscribe', ''],
        ['subscribe', 'g1'],
        ['subscribe', 'g2'],
      ],
    )
    const [, later] = await says('/api/get_roster/v1?user=alice&host=localhost')
    t.deepEqual(
      JSON.parse(later),
      [...entries, CONTACT].map(({ jid, nick, subscription, pending, groups }) => ({
        jid,
        nick,
        subscription,
        pending,
        groups,
      })),
    )
  })
})

test('what was last seen of an account, in the words of ejabberd', async t => {
  const at = new Date('2026-11-22T03:52:05.678Z')
  const activity = async (jid: string) =>
    ({
      'away@localhost': { state: 'offline', at, status: 'gone "home"' },
      'never@localhost': { state: 'never', at, status: '' },
      'here@localhost': { state: 'online', at, status: '' },
    })[jid]
  await withBackend({ accounts: { lastActivity: activity } }, async says => {
    const last = async (user: string) => JSON.parse((await says(`/api/get_last?user=${user}&host=localhost`))[1])
    t.deepEqual(await last('away'), { timestamp: '2026-11-22T03:52:05Z', status: 'gone "home"' })
    t.deepEqual(await last('never'), { timestamp: '2026-11-22T03:52:05Z', status: "Registered but didn't login" })
    t.is((await last('here')).status, 'ONLINE')
    t.is((await last('ghost')).status, 'NOT FOUND')
  })
})

test('a backend that fails is an internal error, and its words stay in the log', async t => {
  const fails = async () => {
    throw new Error('secret reason')
  }
  await withBackend({ sessions: { list: fails, count: fails } }, async (says, kernel) => {
    t.deepEqual(await says('/api/connected_users'), [500, '"internal_error"'])
    t.true(kernel.log.some(line => JSON.stringify(line).includes('secret reason')))
  })
})
