import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import test from 'ava'
import { judgeHealth } from '../../plugins/mqtt-admin/health.js'
import { megabytes } from '../../plugins/mqtt-admin/node-figures.js'
import { openBesideFlaky } from './emq-flaky.js'
import { asOperator, type EmqHouse, NODE, NODES, NOT_FOUND, openEmq } from './emq-house.js'
import { compare, type Exchange } from './exchange.js'
import { testRows } from './frame.js'
import { asAdmin, openHouse } from './house.js'

const counters = {
  'packets.connect.received': 1,
  'packets.publish.received': 10,
  'packets.pingreq.received': 100,
  'packets.connack.sent': 2,
  'packets.publish.sent': 20,
  'packets.pingresp.sent': 200,
  'messages.qos0.received': 3,
  'messages.qos2.received': 30,
  'messages.dropped': 4,
  'publish.unrouted': 40,
  'bytes.sent': 5,
  clients: 7,
  routes: 8,
  subscriptions: 6,
  subscribers: 5,
  retained: 9,
}
const listener = {
  address: '127.0.0.1',
  status: 'running' as const,
  configured: true,
  maxConnections: 0,
  connections: 2,
  totalConnections: 9,
  shutdowns: {},
}
const listeners = [
  { ...listener, transport: 'tcp' as const, port: 1883 },
  { ...listener, transport: 'tls' as const, address: '0.0.0.0', port: 8883, maxConnections: 512 },
  { ...listener, transport: 'ws' as const, address: '::1', port: 8083, shutdowns: { keepalive_timeout: 3 } },
  { ...listener, transport: 'wss' as const, port: 8084, status: 'stopped' as const },
]

let emq: EmqHouse
let doc: EmqHouse
test.before(async () => {
  emq = await openEmq({ counters, listeners })
  doc = await openEmq({ counters, listeners }, 'doc')
})
test.after.always(async () => {
  await emq?.house.close()
  await doc?.house.close()
})

const body = async (path: string, from = emq) => (await from.house.ask(asOperator({ path }))).body
const result = async (path: string, from = emq) => JSON.parse(await body(path, from)).result

/** In the order of the server's answers. */
const METRICS =
  'packets/publish/sent packets/pubcomp/received packets/suback messages/qos0/sent messages/qos1/sent ' +
  'messages/qos2/dropped packets/received packets/connack packets/pubrec/missed messages/received ' +
  'packets/pubrel/received packets/subscribe messages/sent packets/connect packets/disconnect messages/qos2/sent ' +
  'packets/sent packets/puback/received packets/publish/received packets/unsuback packets/puback/sent ' +
  'messages/dropped messages/qos0/received bytes/sent packets/pubrec/received messages/retained packets/unsubscribe ' +
  'packets/pubcomp/missed packets/pingreq messages/qos2/received packets/pingresp messages/qos1/received ' +
  'packets/pubrec/sent packets/pubcomp/sent packets/puback/missed bytes/received packets/pubrel/sent ' +
  'packets/pubrel/missed'
const STATS = ['clients', 'retained', 'routes', 'sessions', 'subscribers', 'subscriptions', 'topics'].flatMap(name => [
  `${name}/count`,
  `${name}/max`,
])

// contracts/mqtt.md §1.3 and §1.4
const NOWHERE: Exchange[] = [
  ...['nodes', 'stats', 'metrics', 'listeners'].map(list => ({
    path: `/api/v2/monitoring/${list}/nope@h`,
    ...NOT_FOUND,
  })),
  { path: '/api/v2/nodes/nope@h/alarms', ...NOT_FOUND },
  { path: '/api/v2/monitoring', ...NOT_FOUND },
  { path: '/api/v2/monitoring/nope', ...NOT_FOUND },
  { method: 'POST', path: '/api/v2/monitoring/nodes', ...NOT_FOUND },
]
testRows(test, () => emq.house, 'monitoring', NOWHERE, asOperator)

test('the 38 counters are those of the wire, in the order of the original', async t => {
  const metrics = await result(`/api/v2/monitoring/metrics/${NODE}`)
  t.is(Object.keys(metrics).join(' '), METRICS)
  t.like(metrics, {
    'packets/received': 111,
    'packets/sent': 222,
    'packets/connect': 1,
    'messages/received': 33,
    'messages/dropped': 44,
    'messages/retained': 9,
    'bytes/sent': 5,
  })
  t.deepEqual(await result('/api/v2/monitoring/metrics/'), [{ [NODE]: metrics }])
  t.deepEqual(await result('/api/v2/monitoring/metrics', doc), metrics)
})

test('the 14 stats are sorted; topics are routes, and subscribers are counted by subscription', async t => {
  const stats = await result(`/api/v2/monitoring/stats/${NODE}`)
  t.deepEqual(Object.keys(stats), STATS)
  t.like(stats, {
    'clients/count': 7,
    'routes/max': 8,
    'topics/count': 8,
    'subscribers/count': 6,
    'subscriptions/max': 6,
    'retained/count': 9,
    'sessions/count': 0,
  })
  for (const from of [emq, doc]) t.deepEqual(await result('/api/v2/monitoring/stats/', from), [{ [NODE]: stats }])
})

test('monitoring/nodes has measured figures in the types that its clients read', async t => {
  const figures =
    '"otp_release":"node/[\\d.]+","memory_total":"\\d+\\.\\d\\dM","memory_used":"\\d+\\.\\d\\dM",' +
    '"process_available":1,"process_used":1,"max_fds":(\\d+|"undefined"),"clients":7,"node_status":"Running",' +
    '"load1":"\\d+\\.\\d\\d","load5":"\\d+\\.\\d\\d","load15":"\\d+\\.\\d\\d"'
  const one = `{"name":"${NODE}",${figures}}`
  t.regex(await body(`/api/v2/monitoring/nodes/${NODE}/`), new RegExp(`^{"code":0,"result":${one}}$`))
  t.regex(await body('/api/v2/monitoring/nodes?timestamps=1'), new RegExp(`^{"code":0,"result":\\[${one}\\]}$`))
  const { memory_total: total, memory_used: used } = await result(`/api/v2/monitoring/nodes/${NODE}`)
  t.true(Number.parseFloat(used) <= Number.parseFloat(total))
  const resident = process.memoryUsage.rss() / 1_048_576
  t.true(Math.abs(Number.parseFloat(total) - resident) < resident / 2, `${total} of ${resident}`)
})

test('memory is in megabytes, whatever its size', t => {
  t.is(megabytes(76_483_133), '72.94M')
  t.is(megabytes(3 * 1024 ** 3), '3072.00M')
  t.is(megabytes(1024), '0.00M')
})

test('listeners are the running ones of MQTT and those that carry this API', async t => {
  const list = await result(`/api/v2/monitoring/listeners/${NODE}`)
  const [api, ...mqtt] = list
  const port = new URL(emq.house.url).port
  t.like(api, { protocol: 'mqtt:api', listen: `127.0.0.1:${port}`, acceptors: 1, max_clients: 0, shutdown_count: [] })
  t.true(api.current_clients >= 1)
  t.deepEqual(mqtt, [
    {
      protocol: 'mqtt:tcp',
      listen: '127.0.0.1:1883',
      acceptors: 1,
      max_clients: 0,
      current_clients: 2,
      shutdown_count: [],
    },
    { protocol: 'mqtt:ssl', listen: '8883', acceptors: 1, max_clients: 512, current_clients: 2, shutdown_count: [] },
    {
      protocol: 'mqtt:ws',
      listen: '[::1]:8083',
      acceptors: 1,
      max_clients: 0,
      current_clients: 2,
      shutdown_count: { keepalive_timeout: 3 },
    },
  ])
  t.is(Object.keys(mqtt[0]).join(), 'protocol,listen,acceptors,max_clients,current_clients,shutdown_count')
  const [{ [NODE]: all }] = await result('/api/v2/monitoring/listeners')
  t.deepEqual(
    all.map((each: { protocol: string }) => each.protocol),
    ['mqtt:ws', 'mqtt:ssl', 'mqtt:tcp', 'mqtt:api'],
  )
  const shown = await result('/api/v2/monitoring/listeners/', doc)
  t.deepEqual(Object.keys(shown), [NODE])
  t.is(shown[NODE].length, 4)
})

test('alarms are those of the broker, with local times', async t => {
  const raisedAt = new Date(2026, 0, 2, 3, 4, 5).getTime()
  emq.behind.alarms = [{ id: 'slow_consumer:c1', severity: 'warning', title: 'T', summary: 'S', raisedAt }]
  t.like(await result(`${NODES}/alarms`), {
    0: { id: 'slow_consumer:c1', severity: 'warning', title: 'T', summary: 'S', occurred_at: '2026-01-02 03:04:05' },
  })
  t.regex(
    await body(`${NODES}/alarms/`),
    /^{"code":0,"result":\[{"id":"[^"]+","severity":"warning","title":"T","summary":"S","occurred_at":/,
  )
})

test('a plugin that failed is an alarm until it runs again', async t => {
  const { house, mend } = await openBesideFlaky()
  const ids = async () => {
    const { body: text } = await house.ask(asOperator({ path: `${NODES}/alarms` }))
    return (JSON.parse(text).result as { id: string; summary: string; severity: string }[]).filter(({ id }) =>
      id.startsWith('plugin'),
    )
  }
  try {
    t.deepEqual(await ids(), [])
    await t.throwsAsync(house.kernel.start('flaky'))
    const [alarm] = await ids()
    t.like(alarm, { id: 'plugin_failed:flaky', severity: 'error' })
    t.regex(alarm!.summary, /no luck today/)
    mend()
    await house.kernel.start('flaky')
    t.deepEqual(await ids(), [])
  } finally {
    await house.close()
  }
})

test('that the broker failed is an alarm, although nobody answers for the broker', async t => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const house = await openHouse({ start: ['mqtt-admin'], plugins: { 'mqtt-broker': { port, ws_port: 0 } } })
  try {
    await t.throwsAsync(house.kernel.start('mqtt-broker'))
    const { body: text } = await house.ask(asAdmin({ path: `${NODES}/alarms` }))
    t.deepEqual(
      (JSON.parse(text).result as { id: string }[]).map(({ id }) => id).filter(id => id.startsWith('plugin')),
      ['plugin_failed:mqtt-broker'],
    )
  } finally {
    await house.close()
    taken.close()
  }
})

test('the exporters for Prometheus find every field in the type that they decode', async t => {
  // nuvo/emq_exporter decodes an object of texts and numbers; larseen/emq_exporter whole numbers where there are numbers.
  for (const list of ['monitoring/metrics', 'monitoring/stats', 'monitoring/nodes', 'management/nodes']) {
    const fields = Object.entries(await result(`/api/v2/${list}/${NODE}`))
    t.true(fields.length > 5)
    for (const [name, value] of fields)
      t.true(typeof value === 'string' || Number.isInteger(value), `${name}: ${value}`)
  }
  t.is((await result('/api/v2/management/nodes'))[0].name, NODE)
  if (process.platform === 'linux') t.is(typeof (await result(`/api/v2/monitoring/nodes/${NODE}`)).max_fds, 'number')
})

test('what is nearly used up is an alarm', t => {
  const calm = { heapUsed: 84, heapLimit: 100, memoryFree: 5, memoryTotal: 100, descriptors: 84, descriptorLimit: 100 }
  const ids = (change: object) => judgeHealth({ ...calm, ...change }).map(({ id }) => id)
  t.deepEqual(ids({}), [])
  t.deepEqual(ids({ heapUsed: 85 }), ['memory_high'])
  t.deepEqual(ids({ memoryFree: 4 }), ['system_memory_high'])
  t.deepEqual(ids({ descriptors: 85 }), ['descriptors_high'])
  t.deepEqual(ids({ descriptors: undefined, descriptorLimit: undefined }), [])
})

test('quirks are an option like any other: a wrong one is refused', async t => {
  await t.throwsAsync(openEmq({}, 'both' as never), { message: /plugins\.mqtt-admin\.quirks/ })
})

test('a row of the manual answers on its address too', async t => {
  compare(t, { path: '', status: 200 }, await emq.house.ask(asOperator({ path: `/api/v2/node/${NODE}/alarms` })))
})
