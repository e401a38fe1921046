import test from 'ava'
import { METRICS } from '../../plugins/mqtt-admin/vernemq/metrics-table.js'
import { SETTINGS } from '../../plugins/mqtt-admin/vernemq/settings-table.js'
import type { Exchange } from './exchange.js'
import { testRows } from './frame.js'
import { openHouse, type TestHouse, withKey } from './house.js'

let house: TestHouse
test.before(async () => {
  house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'] })
})
test.after.always(() => house?.close())

const TYPE = 'application/json'
const BAD = { status: 400, type: null, answer: '' }
const text = (said: string) => ({ status: 200, type: TYPE, answer: { text: said, type: 'text' } })
const table = (...rows: object[]) => ({ status: 200, type: TYPE, answer: { table: rows, type: 'table' } })
const alert = (said: string) => ({
  status: 200,
  type: TYPE,
  answer: { alert: [{ text: said, type: 'text' }], type: 'alert' },
})
const anyAlert = (said: RegExp) => ({
  status: 200,
  type: TYPE,
  answer: new RegExp(`^{"alert":\\[{"text":".*?${said.source}.*","type":"text"}\\],"type":"alert"}$`, 's'),
})
const row = (path: string, wanted: Omit<Exchange, 'path'>): Exchange => ({ path: `/api/v1${path}`, ...wanted })
const NODE = 'VerneMQ@127.0.0.1'

// contracts/mqtt.md §2.4
const COMMANDS: Exchange[] = [
  ...['/cluster', '/cluster/', '/cluster/show'].map(path => row(path, table({ Node: NODE, Running: true }))),
  row('/cluster/join', alert('You have to provide a discovery node (example discovery-node=vernemq1@127.0.0.1)')),
  row('/cluster/join?discovery-node=a@b', anyAlert(/cannot join a@b/)),
  row('/cluster/leave', alert('You have to provide a node')),
  row('/cluster/leave?node=a@b', alert("Node a@b wasn't part of the cluster")),
  row(`/cluster/leave?node=${NODE}&-k&-i=5&--timeout=60`, anyAlert(/only node/)),
  row('/cluster/leave?node=x&--timeout=soon', BAD),
  row('/node/start', text('Done')),
  row('/node/stop', anyAlert(/plugin disable/)),
  row('/node/upgrade', anyAlert(/patchbay plugin replace/)),
  row('/node/upgrade?--upgrade-now&--instruction-file=x', anyAlert(/patchbay plugin/)),
  ...['history', 'swc_sync_status', 'flag_as_init_synced'].map(word => row(`/node/${word}`, anyAlert(/one node/))),
  row('/node/nope', BAD),

  row('/session/disconnect/clients', anyAlert(/session disconnect/)),
  row('/session/disconnect/clients?client-ids=a,b', text('Done')),
  row('/session/disconnect/clients?client-ids=,', anyAlert(/session disconnect/)),
  row('/session/disconnect/batch?count=0', text('Done')),
  row('/session/disconnect/batch?count=many', anyAlert(/session disconnect/)),
  row(`/session/disconnect/batch?count=5&--filter-client-ids=a,b&-n=${NODE}&-c`, text('Done')),
  row('/session/disconnect/batch?count=5&--node=other', BAD),
  row('/session/unsubscribe', anyAlert(/session unsubscribe/)),
  row('/session/unsubscribe?client-id=nobody&topic=a/%2B', text('Not successfull')),
  row('/session/unsubscribe?topic=a&client-id=nobody&--plugin', text('Not successfull')),
  row('/session/reauthorize', anyAlert(/session reauthorize/)),
  row('/session/reauthorize?username=bob&client-id=nobody', text('Unchanged')),
  row('/session/reauthorize?client-id=nobody&username=bob&-m=x', text('Unchanged')),

  ...['session/disconnect?client-id=a&--mountpoint', 'retain/delete?--topic=a&-m'].map(path =>
    row(`/${path}`, alert('Invalid mountpoint value')),
  ),
  row('/session/reauthorize?username=bob&client-id=nobody&--mountpoint=', text('Unchanged')),

  row('/retain/show', table()),
  row('/retain/show?--limit=abc', BAD),
  row('/retain/show?--qos', BAD),
  row('/retain/delete', alert('No valid topic given.')),
  row('/retain/delete?--topic=', BAD),
  row('/retain/delete?--topic=nope/1', text('Done')),
  row('/retain/delete-expired', anyAlert(/no expiry/)),

  row('/tls/show', table()),
  row('/tls/check', text('All fine')),
  row('/tls/check?--validity=x', BAD),
  row('/tls/clear-pem-cache', anyAlert(/listener restart/)),
  row('/trace/client', anyAlert(/vmq-admin trace client/)),
  row('/trace/client?client-id=a%20b', anyAlert(/\/mqtt\/v1\/events\?client_id=a%20b/)),
  row('/trace/stop_all', text('Done')),
  row('/log/show/config', anyAlert(/log.level/)),
  row('/log/level?logger=x&level=y', anyAlert(/log.level/)),
  row('/bridge/show', anyAlert(/no bridges/)),
  row('/script/load?path=x', anyAlert(/no Lua scripts/)),
  row('/webhooks/show', table()),
  row(
    '/webhooks/register?hook=on_publish&endpoint=http://a',
    anyAlert(/can't register endpoint due to 'endpoints are not/),
  ),
  row('/webhooks/deregister?hook=on_publish&endpoint=http://a', alert("can't deregister endpoint due to 'not_found'")),
  row('/webhooks/cache/show', table()),
  row('/webhooks/cache/show?--reset', text('Done')),
  row('/webhooks/register?hook=on_register', anyAlert(/vmq-admin webhooks register hook=/)),
  row('/webhooks/deregister', anyAlert(/vmq-admin webhooks deregister hook=/)),
  row('/webui/show', anyAlert(/webuiapi/)),
  row('/config/reset?app=vmq_server', anyAlert(/config clear/)),
]

// contracts/mqtt.md §2.6: a bad key or value is an empty 400
const SETTING: Exchange[] = [
  ...[
    '',
    '?nope=1',
    '?max_connections=5',
    '?allow_anonymous=banana',
    '?allow_anonymous=',
    '?allow_anonymous',
    '/nope',
  ].map(query => row(`/set${query}`, BAD)),
  ...[
    'max_inflight_messages=-1',
    'max_inflight_messages=1.5',
    'max_inflight_messages=1e3',
    'queue_type=lifo',
    'systree_interval=1500',
    'retry_interval=20',
    'max_offline_messages=0',
    'persistent_client_expiration=soon',
    'persistent_client_expiration=0d',
    'max_message_size=12',
    'graphite_host=a',
    '__proto__=1',
    'constructor=1',
  ].map(query => row(`/set?${query}`, BAD)),
  row('/set?allow_anonymous=on&--node=other', BAD),
  row('/set?--all&allow_anonymous=on', BAD),
  row('/set?queue_type=fifo', { status: 200, type: TYPE, answer: '[]\n' }),
  ...['/show', '/show/nope', '/show/allow_anonymous/nope', '/show/__proto__', '/show?--all'].map(path =>
    row(path, BAD),
  ),
  row('/show/queue_type/--all', table({ node: NODE, queue_type: 'fifo' })),
  row(`/show/queue_type?--node=${NODE}`, table({ node: NODE, queue_type: 'fifo' })),
  row('/show/queue_type?--node=other', BAD),
  row(
    '/describe/queue_type',
    text('queue_type:\n  The order in which waiting messages are sent. Cannot be changed here.\n'),
  ),
  ...['/describe', '/describe/nope'].map(path => row(path, BAD)),
  row('/config/show', alert('Please provide an app=<App>')),
  row('/config/show?app=nope', alert('App not configured via vmq_config')),
  row('/config/show?app=vmq_server&--key=nope', alert('not found')),
  row('/config/show?app=vmq_server&--key=systree_enabled', text('Scope: env\nValue: true')),
  ...['--mqtt_version=6', '--mqtt_version', '--aggregate=x', '--nope=1'].map(query =>
    row(`/metrics/show?${query}`, BAD),
  ),
]

// Typed parameters, and what is refused before anything is opened
const LISTENERS: Exchange[] = [
  ...['start', 'stop', 'restart', 'delete'].flatMap(verb => [
    ...[
      'address=bad&port=1',
      'address=127.0.0.1&port=99999',
      'address=127.0.0.1&port=x',
      'address=127.0.0.1&port=-1',
    ].map(query => row(`/listener/${verb}?${query}`, BAD)),
    row(`/listener/${verb}`, anyAlert(new RegExp(`vmq-admin listener ${verb}`))),
    row(`/listener/${verb}?address=127.0.0.1`, anyAlert(new RegExp(`vmq-admin listener ${verb}`))),
  ]),
  row('/listener/stop?address=127.0.0.1&port=1', alert("can't stop listener due to 'not_found'")),
  row('/listener/restart?port=1&address=127.0.0.1', alert("can't restart listener due to 'not_found'")),
  row('/listener/delete?address=127.0.0.1&port=1', text('Done')),
  ...[
    '--max_connections=0',
    '--max_connections=many',
    '--nr_of_acceptors=x',
    '--tls_version=ssl3',
    '--allowed_protocol_versions=6',
    '--certfile=/nowhere/cert.pem',
    '--allow_anonymous_override=perhaps',
    '--nope',
  ].map(query => row(`/listener/start?address=127.0.0.1&port=1&${query}`, BAD)),
  ...['--eccs=x', '--crlfile=x', '--psk_support'].map(query =>
    row(`/listener/start?address=127.0.0.1&port=1&--ssl&${query}`, anyAlert(/is not supported/)),
  ),
]

testRows(test, () => house, 'commands', COMMANDS, withKey)
testRows(test, () => house, 'settings', SETTING, withKey)
testRows(test, () => house, 'listeners', LISTENERS, withKey)

const call = async (path: string) => {
  const answer = await house.ask(withKey({ path: `/api/v1${path}` }))
  return { status: answer.status, body: answer.body, json: answer.body === '' ? undefined : JSON.parse(answer.body) }
}

test.serial('set applies, shows it, and changes all or nothing', async t => {
  t.is((await call('/set?allow_anonymous=on&max_inflight_messages=30')).body, '[]\n')
  const shown = await call('/show/allow_anonymous/max_inflight_messages')
  t.is(shown.body, `{"table":[{"node":"${NODE}","allow_anonymous":"on","max_inflight_messages":30}],"type":"table"}`)
  t.is((await call('/set?max_inflight_messages=40&nope=1')).status, 400)
  t.is((await call('/set?max_message_size=2048&max_message_rate=banana')).status, 400)
  t.is((await call('/show/max_inflight_messages')).json.table[0].max_inflight_messages, 30)
  t.is((await call('/set/allow_anonymous=off/max_offline_messages=-1')).body, '[]\n')
  t.like((await call('/show/allow_anonymous/max_offline_messages')).json.table[0], {
    allow_anonymous: 'off',
    max_offline_messages: -1,
  })
  t.is((await call('/config/show?app=vmq_server&--key=allow_anonymous')).json.text, 'Scope: env\nValue: false')
  for (const [given, seconds] of [
    ['never', 'never'],
    ['2d', 172_800],
    ['90', 90],
  ]) {
    t.is((await call(`/set?persistent_client_expiration=${given}`)).body, '[]\n')
    t.is((await call('/show/persistent_client_expiration')).json.table[0].persistent_client_expiration, seconds)
  }
  t.is((await call('/set?systree_enabled=off')).body, '[]\n')
  t.is((await call('/show/systree_enabled/systree_interval')).json.table[0].systree_enabled, 'off')
  t.is((await call('/set?systree_enabled=on&systree_interval=20000&allow_anonymous=on')).body, '[]\n')
  t.is((await call('/show/systree_interval')).json.table[0].systree_interval, 20_000)
})

test.serial('every setting is shown, described, and takes its own value back', async t => {
  const { json } = await call(`/show/${[...SETTINGS.keys()].join('/')}`)
  const [row] = json.table as Record<string, unknown>[]
  t.deepEqual(Object.keys(row!), ['node', ...SETTINGS.keys()])
  for (const [key, value] of Object.entries(row!).slice(1)) {
    t.not(value, undefined, key)
    t.false(Number.isNaN(value), key)
    t.regex((await call(`/describe/${key}`)).json.text, new RegExp(`^${key.replace('.', '\\.')}:\\n  \\w.+\\n`))
    if (value !== '') t.is((await call(`/set?${key}=${value}`)).body, '[]\n', `${key}=${value}`)
  }
  const config = await call('/config/show?app=vmq_server')
  t.deepEqual(Object.keys(config.json.table[0]), ['Config', 'Env', 'Node', 'Global'])
  t.is(config.json.table.length, SETTINGS.size)
})

// The names of the recording, contracts/mqtt.md's Appendix
const BY_REASON = `mqtt_pubrel_sent mqtt_pubrel_received mqtt_pubrec_sent mqtt_pubrec_received mqtt_pubcomp_sent
  mqtt_pubcomp_received mqtt_puback_sent mqtt_puback_received mqtt_connack_sent mqtt_auth_sent mqtt_auth_received`
const OF_VERSION_4 = `mqtt_subscribe_error mqtt_publish_sent mqtt_unsuback_sent mqtt_puback_invalid_error
  mqtt_unsubscribe_error mqtt_connack_sent mqtt_connack_unacceptable_protocol_sent mqtt_publish_received
  mqtt_pubrel_received mqtt_disconnect_received client_keepalive_expired mqtt_puback_sent mqtt_publish_auth_error
  mqtt_puback_received mqtt_pubrec_invalid_error mqtt_suback_sent mqtt_connack_not_authorized_sent mqtt_pubrel_sent
  mqtt_invalid_msg_size_error mqtt_publish_error mqtt_pubrec_sent mqtt_pubcomp_invalid_error mqtt_pubcomp_received
  mqtt_connack_accepted_sent mqtt_pingresp_sent mqtt_pubrec_received mqtt_connect_received
  mqtt_connack_bad_credentials_sent mqtt_pubcomp_sent mqtt_subscribe_auth_error mqtt_subscribe_received
  mqtt_pingreq_received mqtt_unsubscribe_received mqtt_connack_identifier_rejected_sent
  mqtt_connack_server_unavailable_sent`
const sorted = (names: string) => names.split(/\s+/).sort()
const namesIn = (said: string) => [...said.matchAll(/^(?:counter|gauge)\.(\w+)/gm)].map(([, name]) => name!).sort()

test.serial('metrics show: the names, the filters, the descriptions', async t => {
  const all = (await call('/metrics/show')).json.text as string
  t.regex(all, /^(?:(?:counter|gauge)\.\w+ = \d+\n)+$/)
  t.deepEqual(namesIn(all), METRICS.map(({ name }) => name).sort())
  t.deepEqual(namesIn((await call('/metrics/show?--mqtt_version=4')).json.text), sorted(OF_VERSION_4))
  const reason = '/metrics/show?--mqtt_version=5&--reason_code=success'
  t.deepEqual(namesIn((await call(reason)).json.text), sorted(BY_REASON))
  t.is((await call('/metrics/show?--reason_code=banana')).json.text, '')
  const described = (await call('/metrics/show?-d')).json.text as string
  t.regex(described, /^(?:# .+\n(?:counter|gauge)\.\w+ = \d+\n\n)+$/)
  const apart = (await call('/metrics/show?--aggregate=false')).json.text as string
  t.regex(apart, /^counter\.mqtt_connack_sent\[mqtt_version=5,reason_code=success\] = 0$/m)
  t.is((await call('/metrics/reset')).json.text, 'Done')
})

test.serial('node status has its figures in order', async t => {
  const { json } = await call('/node/status')
  t.deepEqual(
    json.table.map(({ Status }: { Status: string }) => Status),
    `num_online num_offline msg_in msg_out queue_in queue_out queue_drop queue_unhandled num_subscriptions num_retained
     matches_local matches_remote version`.split(/\s+/),
  )
})

test.serial('listener show has both ip and address, and columns for TLS and MQTT on demand', async t => {
  const columns = 'type status ip address port mountpoint max_conns active_conns all_conns'.split(' ')
  const { json } = await call('/listeners')
  for (const each of json.table) t.deepEqual(Object.keys(each), columns)
  const http = json.table.find(({ type }: { type: string }) => type === 'http')
  t.like(http, { status: 'running', ip: '127.0.0.1', address: '127.0.0.1', mountpoint: '' })
  t.is(typeof http.port, 'string')
  t.true(http.all_conns > 0)
  t.true(json.table.some(({ type }: { type: string }) => type === 'mqtt'))
  const wide = (await call('/listener/show?-t&-m')).json.table
  const tls = 'tls_version certfile cafile keyfile require_certificate use_identity_as_username psk_support pskfile'
  const mqtt = 'allowed_protocol_versions allow_anonymous_override'
  for (const each of wide) t.deepEqual(Object.keys(each), [...columns, ...tls.split(' '), ...mqtt.split(' ')])
})

test('a column may be filtered and shown in one call; flags before parameters swallow them', async t => {
  t.deepEqual((await call('/session/show?--client_id=nobody&--client_id')).json, { table: [], type: 'table' })
  t.is((await call('/session/disconnect?--cleanup&client-id=nobody')).json.type, 'alert')
  t.is((await call('/session/disconnect?client-id=nobody&--cleanup')).json.text, 'Done')
})

for (const [accept, status] of [
  ['text/html', 406],
  ['application/xml, text/plain;q=0.5', 406],
  ['application/jsonp', 406],
  ['*/*', 200],
  ['text/html, application/*;q=0.1', 200],
  ['application/json', 200],
] as const) {
  test(`Accept: ${accept} → ${status}`, async t => {
    const { status: got } = await house.ask(withKey({ path: '/api/v1/session/show', headers: { Accept: accept } }))
    t.is(got, status)
    const unknown = await house.ask({ path: '/api/v1/session/show', headers: { Accept: accept } })
    t.is(unknown.status, 401)
  })
}
