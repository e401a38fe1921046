import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import test from 'ava'
import { testKernel } from 'patchbay/testing'
import mqttAdmin from '../../plugins/mqtt-admin/index.js'
import { parseQuery } from '../../plugins/mqtt-admin/vernemq/query.js'
import { ALL_COLUMNS, SHOWN } from '../../plugins/mqtt-admin/vernemq/session-columns.js'
import { queryRows } from '../../plugins/mqtt-admin/vernemq/session-query.js'
import { session, standIn } from '../plugins/mqtt-admin/stand-in.js'

const message = (id: string, payload: string) => ({
  id,
  topic: `o/${id}`,
  payload: Buffer.from(payload),
  qos: 1,
  retain: false,
  dup: false,
  sent: false,
  queuedAt: 0,
})

/** The state of the recording, with one more client whose id is hard. */
function broker() {
  return standIn({
    sessions: [
      session({
        clientId: 'c1',
        username: 'bob',
        cleanSession: false,
        port: 46750,
        inflight: 3,
        connectedAt: 7,
        createdAt: 5,
        subscriptions: new Map([
          ['a/+', { qos: 1 }],
          ['q2', { qos: 2 }],
        ]),
      }),
      session({ clientId: 'c2', protocol: 3, subscriptions: new Map([['a/#', { qos: 2 }]]) }),
      session({ clientId: 'dev/2 é' }),
      session({
        clientId: 'offl',
        username: 'eve',
        connected: false,
        cleanSession: false,
        queued: 2,
        subscriptions: new Map([['o/#', { qos: 1 }]]),
      }),
    ],
    queues: new Map([['offl', [message('1', 'queued'), message('2', 'later')]]]),
    retained: new Map(
      ['ret/1', 'ret/2', 'x'].map(topic => [
        topic,
        { topic, payload: Buffer.from(`of ${topic}`), qos: 0, retainedAt: 0 },
      ]),
    ),
  })
}

const ROWS: [query: string, table: object[]][] = [
  ['--client_id=c1&--topic', [{ topic: 'a/+' }, { topic: 'q2' }]],
  ['--topic&--client_id=c1&--qos=2', [{ topic: 'q2' }]],
  [
    '--client_id&--user&--is_online&--topic&--qos',
    [
      { client_id: 'c1', is_online: true, qos: 1, topic: 'a/+', user: 'bob' },
      { client_id: 'c1', is_online: true, qos: 2, topic: 'q2', user: 'bob' },
      { client_id: 'c2', is_online: true, qos: 2, topic: 'a/#', user: null },
      { client_id: 'offl', is_online: false, qos: 1, topic: 'o/#', user: null },
    ],
  ],
  [
    '--topic=a/%2B',
    [{ client_id: 'c1', is_online: true, mountpoint: '', peer_host: '10.0.0.1', peer_port: 46750, user: 'bob' }],
  ],
  ['--topic=nobody', []],
  ['--client_id=nobody', []],
  ['--client_id=dev/2%20%C3%A9&--client_id', [{ client_id: 'dev/2 é' }]],
  ['--client_id=c1&--client_id=c2&--user', []],
  ['--user=null&--client_id', [{ client_id: 'c2' }, { client_id: 'dev/2 é' }, { client_id: 'offl' }]],
  ['--peer_port=46750&--user', [{ user: 'bob' }]],
  ['--is_online=false&--client_id', [{ client_id: 'offl' }]],
  [
    '--is_offline=true&--client_id&--offline_messages&--queue_size',
    [{ client_id: 'offl', offline_messages: 2, queue_size: null }],
  ],
  ['--is_online=true&--is_offline=true&--client_id', []],
  ['--is_online=maybe&--client_id', []],
  ['--is_online=False&--client_id', [{ client_id: 'offl' }]],
  ['--client_id=True', []],
  ['--client_id=~^c&--client_id', [{ client_id: 'c1' }, { client_id: 'c2' }]],
  ['--client_id=~c.*&--client_id&--limit=1', [{ client_id: 'c1' }]],
  ['--client_id=~%5B0-9%5D&--user=~o&--client_id', [{ client_id: 'c1' }]],
  ['--topic=~%23$&--topic', [{ topic: 'a/#' }, { topic: 'o/#' }]],
  [
    '--client_id=offl&--payload&--routing_key&--msg_qos&--dup',
    [
      { dup: false, msg_qos: 1, payload: 'queued', routing_key: 'o/1' },
      { dup: false, msg_qos: 1, payload: 'later', routing_key: 'o/2' },
    ],
  ],
  ['--payload=later&--client_id&--topic', [{ client_id: 'offl', topic: 'o/#' }]],
  ['--payload&--limit=1', [{ payload: 'queued' }]],
  ['--node&--client_id=c2&--protocol', [{ node: 'VerneMQ@127.0.0.1', protocol: 3 }]],
  ['--node=elsewhere&--client_id', []],
  ['--limit=0', []],
  ['--mountpoint=other&--client_id', []],
  ['--rowtimeout=5&--limit=2&--client_id', [{ client_id: 'c1' }, { client_id: 'c2' }]],
  [
    '--client_id=offl&--peer_host&--protocol&--session_pid&--waiting_acks&--session_started_at&--statename',
    [
      {
        peer_host: null,
        protocol: null,
        session_pid: null,
        session_started_at: null,
        statename: 'offline',
        waiting_acks: null,
      },
    ],
  ],
]

test('the query language of session show', async t => {
  const kernel = await testKernel(mqttAdmin, { with: [broker().plugin] })
  for (const [query, table] of ROWS) {
    const answer = (await (await kernel.fetch(`/api/v1/session/show?${query}`)).json()) as object
    t.deepEqual(answer, { table, type: 'table' }, query)
  }
  await kernel.close()
})

test('a row has all columns in alphabetical order, with the types of the recording', async t => {
  const kernel = await testKernel(mqttAdmin, { with: [broker().plugin] })
  const columns = [...ALL_COLUMNS].filter(
    name => !/^(topic|qos|rap|no_local|msg_.*|routing_key|dup|payload)$/.test(name),
  )
  const query = ['--client_id=c1', ...columns.map(name => `--${name}`)].join('&')
  const { table } = (await (await kernel.fetch(`/api/v1/session/show?${query}`)).json()) as { table: object[] }
  t.deepEqual(Object.keys(table[0]!), columns.sort())
  t.like(table[0], {
    clean_session: false,
    deliver_mode: 'fanout',
    is_plugin: false,
    num_sessions: 1,
    queue_size: null,
    queue_started_at: 5,
    session_started_at: 7,
    statename: 'online',
    waiting_acks: 3,
  })
  t.regex((table[0] as { queue_pid: string }).queue_pid, /^<0\.\d+\.\d>$/)
  await kernel.close()
})

const REFUSED = ['--client_id=~(', '--client_id=~a**', '--user=~(?=x)', '--topic=~[z-a]', '--payload=~%5C1']
test('a pattern that is none is an alert that says so', async t => {
  const kernel = await testKernel(mqttAdmin, { with: [broker().plugin] })
  for (const query of REFUSED) {
    const answer = await kernel.fetch(`/api/v1/session/show?${query}`)
    t.is(answer.status, 200)
    const { alert, type } = (await answer.json()) as { alert: { text: string }[]; type: string }
    t.is(type, 'alert')
    t.regex(alert[0]!.text, /is no pattern: /)
  }
  await kernel.close()
})

test('retain show: columns, filters, patterns, a limit', async t => {
  const kernel = await testKernel(mqttAdmin, { with: [broker().plugin] })
  const rows: [query: string, table: object[]][] = [
    ['', ['ret/1', 'ret/2', 'x'].map(topic => ({ payload: `of ${topic}`, topic }))],
    ['--topic=ret/2', [{ payload: 'of ret/2', topic: 'ret/2' }]],
    ['--topic&--limit=2', [{ topic: 'ret/1' }, { topic: 'ret/2' }]],
    ['--topic&--payload=~x$', [{ topic: 'x' }]],
    ['--topic=nope', []],
    ['--limit=0', []],
    ['--mountpoint&--topic=x', [{ mountpoint: '' }]],
  ]
  for (const [query, table] of rows) {
    t.deepEqual(await (await kernel.fetch(`/api/v1/retain/show?${query}`)).json(), { table, type: 'table' }, query)
  }
  const say = async (query: string) => (await kernel.fetch(`/api/v1/retain/delete${query}`)).json()
  t.deepEqual(await say('?--topic=x'), { text: 'Done', type: 'text' })
  t.deepEqual(await say('?-t=x'), { text: 'Done', type: 'text' })
  t.deepEqual(await say(''), { alert: [{ text: 'No valid topic given.', type: 'text' }], type: 'alert' })
  t.is(((await (await kernel.fetch('/api/v1/retain/show')).json()) as { table: object[] }).table.length, 2)
  await kernel.close()
})

const SCANNED = 10_000

/** Sessions as the embedded broker gives them: in blocks, with a turn between them. */
function manySessions() {
  const { backend } = standIn({
    sessions: Array.from({ length: SCANNED }, (_, index) =>
      session({
        clientId: `device-${index}`,
        username: `user-${index % 100}`,
        connected: index % 10 !== 0,
        subscriptions: new Map([[`d/${index}`, { qos: 1 }]]),
      }),
    ),
  })
  const all = backend.sessions
  return {
    ...all,
    async *blocks(which: 'all' | 'connected' | 'away') {
      const found = await all.page(which, 0, SCANNED)
      for (let at = 0; at < found.length; at += 500) {
        yield found.slice(at, at + 500)
        await new Promise(setImmediate)
      }
    },
  }
}

const SCANS: [name: string, given: [string, string | true][], rows: number][] = [
  [
    'by user',
    [
      ['user', 'user-7'],
      ['limit', '10000'],
    ],
    100,
  ],
  [
    'by a pattern',
    [
      ['client_id', '~-9+$'],
      ['limit', '10000'],
    ],
    4,
  ],
  [
    'by a hostile pattern',
    [
      ['client_id', '~(d|e|v|i|c|-|[0-9]|.)*(x|y)'],
      ['limit', '10000'],
    ],
    0,
  ],
  [
    'by subscription',
    [
      ['topic', 'd/77'],
      ['limit', '10000'],
    ],
    1,
  ],
]
for (const [name, given, expected] of SCANS) {
  test.serial(`10,000 sessions are filtered ${name} without holding anybody up`, async t => {
    const sessions = manySessions()
    const query = parseQuery(given, ALL_COLUMNS, SHOWN)
    await queryRows(sessions, query, 'node')
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const since = performance.now()
    const rows = await queryRows(sessions, query, 'node')
    const ms = performance.now() - since
    delay.disable()
    t.is(rows.length, expected)
    t.log(`${ms.toFixed(1)} ms, the loop was held for at most ${(delay.max / 1e6).toFixed(1)} ms`)
    // Bounds that only a slip in the order of growth can miss, since other work shares the machine.
    t.true(ms < 1000)
  })
}

test('a scan ends at its limit, and one client is looked up', async t => {
  const sessions = manySessions()
  let blocks = 0
  const counted = {
    ...sessions,
    async *blocks(which: 'all' | 'connected' | 'away') {
      for await (const block of sessions.blocks(which)) {
        blocks++
        yield block
      }
    },
  }
  const query = (given: [string, string | true][]) => queryRows(counted, parseQuery(given, ALL_COLUMNS, SHOWN), 'node')
  t.is((await query([])).length, 100)
  t.is(blocks, 1)
  t.is((await query([['client_id', 'device-9999']])).length, 1)
  t.is(blocks, 1)
})

test('a long table is the same bytes as a short one', async t => {
  const sessions = Array.from({ length: 1201 }, (_, index) => session({ clientId: `"${index}"` }))
  const kernel = await testKernel(mqttAdmin, { with: [standIn({ sessions }).plugin] })
  const answer = await (await kernel.fetch('/api/v1/session/show?--client_id&--limit=5000')).text()
  t.is(answer, JSON.stringify({ table: sessions.map(({ clientId }) => ({ client_id: clientId })), type: 'table' }))
  await kernel.close()
})
