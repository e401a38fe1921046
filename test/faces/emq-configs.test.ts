import test from 'ava'
import { options } from '../../plugins/mqtt-broker/options.js'
import { asOperator, code, DONE, type EmqHouse, MALFORMED, NODE, NODES, NOT_FOUND, openEmq } from './emq-house.js'
import { compare, type Exchange } from './exchange.js'
import { testRows } from './frame.js'
import { asAdmin, openHouse } from './house.js'

interface Row {
  key: string
  value: string
  datatpye: string
  app: string
}

const settings = () => {
  const all = Object.entries(options.parse({})).filter(([, value]) => typeof value !== 'object')
  return Object.fromEntries(all) as Record<string, string | number | boolean>
}
let emq: EmqHouse
test.before(async () => {
  emq = await openEmq({ settings: settings() })
})
test.after.always(() => emq?.house.close())

// The keys and datatypes of emqttd 2.3.11 (contracts/mqtt.md §1.3), with what they are here
const KEYS: [key: string, datatype: string, value: string][] = [
  ['log.console.level', 'enum', 'undefined'],
  ['mqtt.acl_file', 'string', 'undefined'],
  ['mqtt.acl_nomatch', 'enum', 'allow'],
  ['mqtt.allow_anonymous', 'enum', 'true'],
  ['mqtt.broker.sys_interval', 'duration', '60000'],
  ['mqtt.cache_acl', 'enum', 'true'],
  ['mqtt.client.enable_stats', 'flag', 'undefined'],
  ['mqtt.client.idle_timeout', 'duration', '15000'],
  ['mqtt.client.max_publish_rate', 'integer', '0'],
  ['mqtt.conn.force_gc_count', 'integer', '0'],
  ['mqtt.keepalive_backoff', 'float', '0.7500'],
  ['mqtt.max_clientid_len', 'integer', '1024'],
  ['mqtt.max_packet_size', 'bytesize', '1048576'],
  ['mqtt.mqueue.high_watermark', 'percent', 'undefined'],
  ['mqtt.mqueue.low_watermark', 'percent', 'undefined'],
  ['mqtt.mqueue.max_length', 'integer', '1000'],
  ['mqtt.mqueue.priority', 'string', ''],
  ['mqtt.mqueue.store_qos0', 'enum', 'false'],
  ['mqtt.mqueue.type', 'atom', 'simple'],
  ['mqtt.session.await_rel_timeout', 'duration', 'undefined'],
  ['mqtt.session.enable_stats', 'flag', 'true'],
  ['mqtt.session.expiry_interval', 'duration', '604800000'],
  ['mqtt.session.ignore_loop_deliver', 'enum', 'false'],
  ['mqtt.session.max_awaiting_rel', 'integer', '100'],
  ['mqtt.session.max_inflight', 'integer', '0'],
  ['mqtt.session.max_subscriptions', 'integer', '10000'],
  ['mqtt.session.retry_interval', 'duration', '0'],
  ['mqtt.session.upgrade_qos', 'flag', 'false'],
  ['mqtt.websocket_protocol_header', 'flag', 'on'],
]

const list = async (from = emq, path = `${NODES}/configs`) =>
  JSON.parse((await from.house.ask(asOperator({ path }))).body).result as Row[]

test('configs are the 29 keys of emqttd and the options of loaded plugins, ascending', async t => {
  const rows = await list()
  const own = rows.filter(({ app }) => app === 'emqttd')
  t.deepEqual(
    own,
    KEYS.map(([key, datatpye, value]) => ({ key, value, datatpye, app: 'emqttd' })),
  )
  t.is(Object.keys(own[0]!).join(), 'key,value,datatpye,app')
  t.deepEqual(
    rows.map(({ key }) => key),
    rows.map(({ key }) => key).sort(),
  )
  t.deepEqual(
    rows.filter(({ app, key }) => app === 'mqtt-admin' && key === 'quirks'),
    [{ key: 'quirks', value: 'code', datatpye: 'enum', app: 'mqtt-admin' }],
  )
  t.true(rows.every(row => Object.values(row).every(value => typeof value === 'string')))
  const all = JSON.parse((await emq.house.ask(asOperator({ path: '/api/v2/configs/' }))).body).result
  t.deepEqual(all, { [NODE]: rows })
})

const put = (key: unknown, value: unknown, path = '/api/v2/configs/emqttd') => ({
  method: 'PUT',
  path,
  body: JSON.stringify({ key, value }),
})
const REFUSED = code(102)
// contracts/mqtt.md §1.2; what cannot be applied is refused (§1.4). No row changes anything.
const PUTS: Exchange[] = [
  ...KEYS.filter(([, , value]) => value !== 'undefined').map(([key, , value]) => ({ ...put(key, value), ...DONE })),
  ...[
    ['mqtt.session.max_inflight', '64'],
    ['mqtt.session.max_inflight', 'abc'],
    ['mqtt.max_clientid_len', 'abc'],
    ['mqtt.max_clientid_len', '-1'],
    ['mqtt.max_clientid_len', '1e3'],
    ['mqtt.max_clientid_len', ''],
    ['mqtt.max_clientid_len', '99999999999999999999'],
    ['mqtt.keepalive_backoff', 'x'],
    ['mqtt.acl_nomatch', 'ALLOW'],
    ['mqtt.allow_anonymous', 'loopback'],
    ['mqtt.broker.sys_interval', '1500'],
    ['mqtt.broker.sys_interval', '1 minute'],
    ['mqtt.max_packet_size', '64XB'],
    ['mqtt.session.upgrade_qos', 'yes'],
    ['mqtt.acl_file', 'etc/acl.conf'],
    ['log.console.level', 'debug'],
    ['no.such', '1'],
    ['__proto__', '1'],
    ['mqtt.pubsub.pool_size', '9'],
  ].map(([key, value]) => ({ ...put(key, value), ...REFUSED })),
  { ...put('quirks', 'both', '/api/v2/configs/mqtt-admin'), ...REFUSED },
  { ...put('nope', 'x', '/api/v2/configs/mqtt-admin'), ...REFUSED },
  { ...put('mqtt.allow_anonymous', 'true', '/api/v2/configs/nope'), ...REFUSED },
  { ...put('mqtt.allow_anonymous', 'true', '/api/v2/nodes/nope@h/configs/emqttd'), ...REFUSED },
  { ...put('mqtt.allow_anonymous', 'true', '/api/v2/nodes/nope@h/configs/mqtt-admin'), ...REFUSED },
  { ...put('mqtt.allow_anonymous', true), ...MALFORMED },
  { ...put(1, 'true'), ...MALFORMED },
  { method: 'PUT', path: '/api/v2/configs/emqttd', body: '{"key":"x"}', ...code(107, 'params error') },
  { method: 'PUT', path: '/api/v2/configs/emqttd', body: '{bad', ...code(109, 'Body not json') },
  { method: 'PUT', path: '/api/v2/configs', body: '{}', ...NOT_FOUND },
  { path: '/api/v2/nodes/nope@h/configs', ...NOT_FOUND },
]
testRows(test, () => emq.house, 'configs', PUTS, asOperator)

test('a value reaches the backend in its own unit', async t => {
  const own = await openEmq({ settings: settings() })
  try {
    const wanted: [key: string, value: string, setting: string, kept: unknown][] = [
      ['mqtt.broker.sys_interval', '30000', 'sys_interval', 30],
      ['mqtt.broker.sys_interval', '1m30s', 'sys_interval', 90],
      ['mqtt.session.expiry_interval', '2h', 'session_expiry_interval', 7200],
      ['mqtt.max_packet_size', '64KB', 'max_packet_size', 65_536],
      ['mqtt.max_packet_size', '2048', 'max_packet_size', 2048],
      ['mqtt.keepalive_backoff', '1.25', 'keepalive_backoff', 1.25],
      ['mqtt.allow_anonymous', 'false', 'allow_anonymous', 'never'],
      ['mqtt.allow_anonymous', 'true', 'allow_anonymous', 'always'],
      ['mqtt.cache_acl', 'false', 'acl_cache', false],
      ['mqtt.mqueue.store_qos0', 'true', 'queue_qos0', true],
      ['mqtt.session.upgrade_qos', 'on', 'upgrade_qos', true],
      ['mqtt.session.max_subscriptions', '5', 'max_subscriptions', 5],
    ]
    for (const [key, value, setting, kept] of wanted) {
      const path = `${NODES}/configs/emqttd`
      compare(t, { path: '', ...DONE }, await own.house.ask(asOperator(put(key, value, path))))
      t.is(own.behind.settings[setting], kept as never, `${key} ${value}`)
    }
    const shown = Object.fromEntries((await list(own)).map(({ key, value }) => [key, value]))
    t.is(shown['mqtt.broker.sys_interval'], '90000')
    t.is(shown['mqtt.keepalive_backoff'], '1.2500')
    t.is(shown['mqtt.allow_anonymous'], 'true')
  } finally {
    await own.house.close()
  }
})

test('a backend without such settings says undefined and refuses', async t => {
  const bare = await openEmq({ settings: {} })
  try {
    const rows = (await list(bare)).filter(({ app }) => app === 'emqttd')
    t.is(rows.length, 29)
    t.is(rows.find(({ key }) => key === 'mqtt.acl_nomatch')!.value, 'undefined')
    compare(t, { path: '', ...REFUSED }, await bare.house.ask(asOperator(put('mqtt.acl_nomatch', 'deny'))))
  } finally {
    await bare.house.close()
  }
})

test('quirks change while the server runs', async t => {
  const own = await openEmq()
  const shape = async () => {
    const { body } = await own.house.ask(asOperator({ path: '/api/v2/monitoring/metrics' }))
    return Array.isArray(JSON.parse(body).result) ? 'list' : 'object'
  }
  try {
    t.is(await shape(), 'list')
    const set = put('quirks', 'doc', '/api/v2/configs/mqtt-admin')
    compare(t, { path: '', ...DONE }, await own.house.ask(asOperator(set)))
    t.is(await shape(), 'object')
  } finally {
    await own.house.close()
  }
})

test.serial(
  'the broker of the house takes a value at once, keeps it, and refuses what is out of its bounds',
  async t => {
    const house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'] })
    const says = async (asked: ReturnType<typeof put>, answer: object) =>
      compare(t, { path: '', ...answer } as Exchange, await house.ask(asAdmin(asked)))
    const option = (plugin: string, key: string) => house.inspect(plugin).options.find(each => each.key === key)
    try {
      await says(put('mqtt.mqueue.max_length', '7'), DONE)
      t.like(option('mqtt-broker', 'max_queue_length'), { value: '7', source: 'override' })
      await says(put('mqtt.max_packet_size', '1'), REFUSED)
      t.like(option('mqtt-broker', 'max_packet_size'), { value: '1048576', source: 'default' })
      // The options of plugins under their own names; the one leaves the other alone.
      await says(put('cache_seconds', '50', '/api/v2/configs/auth'), DONE)
      await says(put('login_failures', '30', `${NODES}/configs/auth`), DONE)
      await says(put('login_failures', 'many', '/api/v2/configs/auth'), REFUSED)
      t.like(option('auth', 'cache_seconds'), { value: '50', source: 'override' })
      t.like(option('auth', 'login_failures'), { value: '30', source: 'override' })
    } finally {
      await house.close()
    }
  },
)

test('the audit log knows by the key what of a setting is secret', async t => {
  const house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'] })
  const put = (app: string, key: string, value: string) =>
    house.ask(asAdmin({ method: 'PUT', path: `/api/v2/configs/${app}`, body: JSON.stringify({ key, value }) }))
  await put('emqttd', 'mqtt.max_clientid_len', '512')
  await put('auth', 'database_password', 'hunter2')
  const { body } = await house.ask(asAdmin({ path: '/kernel/audit?limit=2' }))
  const { entries } = JSON.parse(body) as { entries: { arguments: object }[] }
  t.deepEqual(
    entries.map(entry => entry.arguments),
    [{ database_password: '[hidden]' }, { 'mqtt.max_clientid_len': '512' }],
  )
  await house.close()
})
