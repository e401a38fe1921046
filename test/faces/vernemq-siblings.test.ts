import { createServer } from 'node:net'
import test from 'ava'
import { WebSessions } from '../../kernel/http/faces/vernemq-webui.js'
import { METRICS } from '../../plugins/mqtt-admin/vernemq/metrics-table.js'
import { freePort } from '../support/free-port.js'
import { type Answer, type Asked, ask, basic, compare, type Exchange } from './exchange.js'
import { ADMIN, EVERYTHING_ELSE, KEY, openHouse, PASSWORD, type TestHouse } from './house.js'
import { connectClient, eventually } from './mqtt.js'

const NODE = 'VerneMQ@127.0.0.1'
const VERNEMQ = { port: 0, request_handlers: { '/': 'vernemq' } }
const open = (plugins: Record<string, Record<string, unknown>> = {}, start = ['mqtt-broker', 'mqtt-admin']) =>
  openHouse({ start, plugins, config: { listen: [VERNEMQ, EVERYTHING_ELSE] } })

let house: TestHouse
test.before(async () => {
  house = await open()
  for (const scope of ['httppub', 'metrics', 'health', 'status', 'api2']) {
    await house.local(`/api/v1/api-key/add?key=for-${scope}&scope=${scope}`)
  }
})
test.after.always(() => house?.close())

const rows = (table: Exchange[]) => {
  for (const row of table) {
    test(`${row.method ?? 'GET'} ${row.path} ${Object.values(row.headers ?? {})} → ${row.status}`, async t =>
      compare(t, row, await house.ask(row)))
  }
}

// contracts/mqtt.md §2.5; on 1.12 none of these needs a key
rows([
  { path: '/health', status: 200, type: 'application/json', answer: '{"status":"OK"}' },
  { path: '/health/', status: 200, answer: '{"status":"OK"}' },
  { path: '/health/ping', status: 200, type: 'application/json', answer: '{"status":"OK"}' },
  { path: '/health/listeners', status: 200, answer: '{"status":"OK"}' },
  { path: '/health/listeners_full_cluster', status: 200, answer: '{"status":"OK"}' },
  { path: '/health/nope', status: 404, type: null, answer: '' },
  { path: '/health', method: 'HEAD', status: 200, answer: '' },
  { path: '/health', method: 'POST', status: 405, has: { Allow: 'GET, HEAD' }, answer: '' },
  { path: '/status', status: 200, type: 'text/html', answer: /^<!doctype html>/ },
  { path: '/metrics', status: 200, type: 'text/plain', answer: /^# HELP socket_open .+\n# TYPE socket_open counter\n/ },
  { path: '/', status: 404, type: null, answer: '' },
  { path: '/nope', status: 404, type: null, answer: '' },
  { path: '/api/v2/clients/x', status: 404, type: null, answer: '' },
  { path: '/api/v1/%2Fmetrics', status: 400, answer: '' },
  { path: '/api/v1/%2Fhealth%2Fping', status: 400, answer: '' },
  { path: '/restmqtt/api/v1/publish', status: 405, has: { Allow: 'POST, PUT' } },
  { path: '/restmqtt/api/v1/publish', method: 'POST', body: '{}', status: 401 },
  { path: '/restmqtt/api/v1/publish', method: 'POST', headers: { Authorization: KEY }, body: '{}', status: 401 },
  {
    path: '/restmqtt/api/v1/publish',
    method: 'POST',
    headers: { 'x-api-key': 'for-metrics' },
    body: '{}',
    status: 401,
  },
])

const API2 = { headers: { 'x-api-key': 'for-api2' } }
rows([
  { path: '/api/v2/client?client_id=nope', ...API2, status: 200, answer: '{"status":"unknown"}' },
  { path: '/api/v2/client?client_id=nope&topics', ...API2, status: 200, answer: '{"status":"unknown","topics":{}}' },
  { path: '/api/v2/client', ...API2, status: 200, type: 'application/json', answer: '{"status":"unknown"}' },
  { path: '/api/v2/disconnect?client_id=nope', ...API2, status: 200, answer: '"unknown"' },
  { path: '/api/v2/client?client_id=x', status: 401 },
  { path: '/api/v2/client?client_id=x', headers: { Authorization: KEY }, status: 401 },
  { path: '/api/v2/client?client_id=x', method: 'POST', ...API2, status: 405, has: { Allow: 'GET, HEAD' } },
  { path: '/api/v2/client', method: 'OPTIONS', status: 200, has: { 'Access-Control-Allow-Origin': '*' }, answer: '' },
])

test('one client is asked about and disconnected at /api/v2, and HEAD does not disconnect it', async t => {
  const client = await connectClient(house, { clientId: 'one/é', clean: false })
  await client.subscribeAsync({ 'a/+': { qos: 1 } })
  const call = async (path: string, method = 'GET') => {
    const { status, body } = await house.ask({ method, path: `/api/v2/${path}client_id=one%2F%C3%A9`, ...API2 })
    return `${status} ${body}`
  }
  t.is(await call('client?topics&'), '200 {"status":"online","topics":{"a/+":1}}')
  t.is(await call('disconnect?', 'HEAD'), '200 ')
  t.is(await call('client?'), '200 {"status":"online"}')
  t.is(await call('disconnect?mountpoint=other&'), '200 "unknown"')
  t.is(await call('disconnect?'), '200 "ok"')
  await eventually(async () => (await call('client?')) === '200 {"status":"offline"}', 'it is away')
  t.is(await call('disconnect?cleanup&'), '200 "ok"')
  t.is(await call('client?'), '200 {"status":"unknown"}')
  const { entries } = JSON.parse((await house.local('/kernel/audit?limit=5')).body) as { entries: object[] }
  t.like(entries[0], { command: 'GET /api/v2/disconnect', arguments: { client_id: 'one/é', cleanup: '' } })
})

test('/status.json is a list of one object, keyed by the node', async t => {
  const answer = await house.ask({ path: '/status.json' })
  t.is(answer.headers['content-type'], 'application/json')
  const [nodes] = JSON.parse(answer.body)
  t.deepEqual(Object.keys(nodes), [NODE])
  t.deepEqual(
    Object.keys(nodes[NODE]),
    `num_online num_offline msg_in msg_out queue_in queue_out queue_drop queue_unhandled num_subscriptions num_retained
     matches_local matches_remote mystatus listeners version`.split(/\s+/),
  )
  t.deepEqual(nodes[NODE].mystatus, [{ [NODE]: true }])
  for (const { ip, port } of nodes[NODE].listeners) t.deepEqual([ip, typeof port], ['127.0.0.1', 'number'])
})

test('/metrics can be read by Prometheus: each name once, described, its series together', async t => {
  const { body } = await house.ask({ path: '/metrics' })
  const seen = new Set<string>()
  let current = ''
  for (const line of body.trimEnd().split('\n')) {
    const [, named] = /^# (?:HELP|TYPE) (\w+) .+$/.exec(line) ?? []
    if (named !== undefined && named !== current) {
      t.false(seen.has(named), named)
      seen.add(named)
      current = named
    }
    if (named !== undefined) continue
    t.regex(line, new RegExp(`^${current}\\{node="${NODE}"(,\\w+="\\w+")*\\} \\d+$`))
  }
  t.regex(body, new RegExp(`^mqtt_connect_received\\{node="${NODE}",mqtt_version="4"\\} \\d+$`, 'm'))
  t.regex(body, new RegExp(`^mqtt_connect_received\\{node="${NODE}",mqtt_version="5"\\} 0$`, 'm'))
  t.is(seen.size, METRICS.length)
})

test('without a broker it is not healthy, and says why', async t => {
  const alone = await open({}, ['mqtt-admin'])
  const answer = await alone.ask({ path: '/health' })
  t.is(answer.status, 503)
  t.deepEqual(JSON.parse(answer.body), { status: 'DOWN', reasons: ['No MQTT broker is running'] })
  t.is((await alone.ask({ path: '/health/ping' })).status, 200)
  for (const path of ['/metrics', '/status.json']) {
    const { status, body } = await alone.ask({ path })
    t.is(status, 503)
    t.regex(body, /no MQTT broker is running/)
  }
  await alone.close()
})

test('each module can be made to ask for a key of its scope', async t => {
  const closed = await open({ 'mqtt-admin': { metrics_auth: 'apikey', health_auth: 'apikey', status_auth: 'apikey' } })
  for (const scope of ['metrics', 'health', 'status']) {
    await closed.local(`/api/v1/api-key/add?key=for-${scope}&scope=${scope}`)
  }
  for (const [path, scope] of [
    ['/metrics', 'metrics'],
    ['/health', 'health'],
    ['/health/ping', 'health'],
    ['/status', 'status'],
    ['/status.json', 'status'],
  ]) {
    const asked = async (key?: string) =>
      (await closed.ask({ path: path!, headers: key === undefined ? {} : { 'x-api-key': key } })).status
    t.is(await asked(), 401)
    t.is(await asked('key-of-the-tests'), 401, 'mgmt is another scope')
    t.is(await asked(`for-${scope}`), 200)
  }
  t.is((await closed.ask({ path: '/api/v1/session/show', headers: { 'x-api-key': 'for-metrics' } })).status, 401)
  await closed.close()
})

const PUBLISHER = { Authorization: basic('for-httppub', '') }
const publish = (given: Partial<Asked> & { headers?: Record<string, string> }) =>
  house.ask({ method: 'POST', path: '/restmqtt/api/v1/publish', ...given, headers: { ...PUBLISHER, ...given.headers } })
const said = ({ status, body, headers }: Answer) => [status, body, headers['content-type']]

test.serial('a message is published as JSON, with headers, or with a query', async t => {
  const done = [200, 'Published', 'text/plain']
  const json = (given: object) => ({ body: JSON.stringify(given) })
  t.deepEqual(said(await publish(json({ topic: 'p/1', payload: 'one', retain: true }))), done)
  const encoded = { topic: 'p/2', payload: Buffer.from('two').toString('base64'), retain: 'true', qos: '1' }
  t.deepEqual(said(await publish({ path: '/restmqtt/api/v1/publish?encoding=base64', ...json(encoded) })), done)
  const headers = { topic: 'p/3', retain: 'true', qos: '2' }
  t.deepEqual(said(await publish({ method: 'PUT', headers, body: 'three' })), done)
  const query = '?topic=p/4&qos=1&retain=true&client_id=me&user=u&password=p'
  t.deepEqual(said(await publish({ path: `/restmqtt/api/v1/publish${query}`, body: 'four' })), done)
  const shown = await house.ask({
    path: '/api/v1/retain/show?--topic=~^p/&--topic&--payload',
    headers: { Authorization: KEY },
  })
  const { table } = JSON.parse(shown.body) as { table: { topic: string; payload: string }[] }
  t.deepEqual(
    new Map(table.map(each => [each.topic, each.payload])),
    new Map([
      ['p/1', 'one'],
      ['p/2', 'two'],
      ['p/3', 'three'],
      ['p/4', 'four'],
    ]),
  )
})

const WRONG: [given: Partial<Asked> & { headers?: Record<string, string> }, answer: string][] = [
  [{ body: 'no json' }, 'Content is not a valid json'],
  [{ body: '[]' }, 'Content is not a valid json'],
  [{ body: '' }, 'Content is not a valid json'],
  [{ body: '{"topic":"a"}' }, 'The payload is missing, or is not a text'],
  ...['', 'a/#', '+', '$SYS/x', 'a\u0000', 7, null].map((topic): [Partial<Asked>, string] => [
    { body: JSON.stringify({ topic, payload: 'x' }) },
    'Invalid topic',
  ]),
  [{ body: '{"topic":"a","payload":"x","qos":3}' }, 'Invalid QoS value. Must be in range 0..2'],
  [{ body: '{"topic":"a","payload":"x","qos":{}}' }, 'Invalid QoS value. Must be in range 0..2'],
  [{ body: '{"topic":"a","payload":"x","retain":"yes"}' }, 'Invalid retain flag. Must be in true or false'],
  [{ path: '/restmqtt/api/v1/publish?encoding=rot13', body: '{}' }, 'Unknown payload encoding'],
  [
    { path: '/restmqtt/api/v1/publish?qos=1', body: '{}' },
    'Only encoding plain or base64 allows. No more URL parameters supported.',
  ],
  [
    { path: '/restmqtt/api/v1/publish?topic=a', headers: { topic: 'b' } },
    'Parameters found in header as well as url-encoded',
  ],
]
for (const [given, answer] of WRONG) {
  test(`what cannot be published: ${given.path ?? ''} ${given.body ?? ''} → ${answer}`, async t => {
    t.deepEqual(said(await publish(given)), [400, answer, 'text/plain'])
  })
}

test('a body that is too large is refused', async t => {
  t.is((await publish({ body: 'x'.repeat(3_000_000) })).status, 413)
})

const login = (username: string, password: string) =>
  house.ask({ method: 'POST', path: '/webuiapi/login', headers: { username, password } })
const forward = (token: string, path: string, node = 'self') =>
  house.ask({ path: `/webuiapi/v1/nodefwd/${node}${path}`, headers: { 'x-token': token } })

test('the web user interface logs in, calls, and logs out', async t => {
  const { status, body: token, headers } = await login('admin', PASSWORD)
  t.is(status, 200)
  t.is(headers['cache-control'], 'no-store')
  const answer = await forward(token, '/api/v1/cluster/show')
  t.is(answer.body, `{"table":[{"Node":"${NODE}","Running":true}],"type":"table"}`)
  t.is((await forward(token, '/api/v1/cluster/show', encodeURIComponent(NODE))).status, 200)
  t.is((await forward(token, '/api/v1/cluster/show', 'other')).status, 404)
  t.is((await forward(token, '//api/v1/cluster/show')).body, answer.body, 'as its own pages call it')
  t.is((await forward(token, '/api/v1/nope')).status, 400)
  t.is((await forward(token, '/metrics')).status, 404)
  t.is((await forward(`${token}x`, '/api/v1/cluster/show')).status, 401)
  t.is((await house.ask({ path: '/webuiapi/v1/nodefwd/self/api/v1/cluster/show' })).status, 401)
  const out = () => house.ask({ path: '/webuiapi/logout', headers: { 'x-token': token } })
  t.is((await out()).status, 200)
  t.is((await forward(token, '/api/v1/cluster/show')).status, 401)
  t.is((await out()).status, 401)
})

test('only operators who may do everything log in; what they log in with opens nothing else', async t => {
  t.is((await login('admin', 'wrong')).status, 401)
  t.is((await house.ask({ path: '/webuiapi/login' })).status, 401)
  t.is((await house.ask({ path: '/webuiapi/login', method: 'PUT' })).status, 405)
  t.is((await house.ask({ path: '/webuiapi/nope' })).status, 404)
  t.is((await login('admin', PASSWORD)).status, 200)
  t.is((await house.ask({ path: '/api/v1/session/show', headers: { Authorization: ADMIN } })).status, 401)
})

test('a token dies with the password it was made with', async t => {
  const own = await open()
  const add = {
    method: 'POST',
    path: '/api/v2/users',
    body: '{"username":"eve","password":"one","tags":"administrator"}',
  }
  t.regex((await own.local(add.path, add)).body, /"code":0/)
  const { body: token } = await own.ask({ path: '/webuiapi/login', headers: { username: 'eve', password: 'one' } })
  const shows = async () =>
    (await own.ask({ path: '/webuiapi/v1/nodefwd/self/api/v1/node/start', headers: { 'x-token': token } })).status
  t.is(await shows(), 200)
  const change = { method: 'PUT', body: '{"old_pwd":"one","new_pwd":"two"}' }
  t.regex((await own.local('/api/v2/change_pwd/eve', change)).body, /"code":0/)
  t.is(await shows(), 401)
  await own.close()
})

test.serial('listener start --http opens a listener that carries this API, through reloads', async t => {
  const port = await freePort()
  const where = `address=127.0.0.1&port=${port}`
  const call = async (path: string) =>
    (await house.ask({ path: `/api/v1${path}`, headers: { Authorization: KEY } })).body
  const asked = (path: string) => ask(`http://127.0.0.1:${port}`, { path })
  const row = async () =>
    (JSON.parse(await call('/listener/show')) as { table: Record<string, unknown>[] }).table.find(
      each => each['port'] === String(port),
    )
  const DONE = '{"text":"Done","type":"text"}'
  t.is(await call(`/listener/start?${where}&--http&--max_connections=5`), DONE)
  t.is((await asked('/health/ping')).status, 200)
  t.is((await asked('/api/v1/cluster/show')).status, 401)
  t.is((await asked('/api/v2/clients/x')).status, 404)
  t.like(await row(), { type: 'http', status: 'running', max_conns: 5 })
  t.regex(
    await call(`/listener/start?${where}&--http`),
    /can't start listener due to '\{already_started,<0\.\d+\.0>\}'/,
  )
  await house.kernel.reload('mqtt-admin')
  t.is((await asked('/health/ping')).status, 200)
  t.is(await call(`/listener/stop?${where}`), DONE)
  await t.throwsAsync(asked('/health/ping'), { code: 'ECONNREFUSED' })
  t.like(await row(), { status: 'stopped' })
  t.is(await call(`/listener/restart?${where}`), DONE)
  t.is((await asked('/status')).status, 200)
  t.is(await call(`/listener/delete?${where}`), DONE)
  t.is(await row(), undefined)
  await t.throwsAsync(asked('/health/ping'), { code: 'ECONNREFUSED' })
  t.regex(await call(`/listener/restart?${where}`), /due to 'not_found'/)
})

test.serial('a listener that stops itself answers first', async t => {
  const port = await freePort()
  await house.local(`/api/v1/listener/start?address=127.0.0.1&port=${port}&--http`)
  const path = `/api/v1/listener/delete?address=127.0.0.1&port=${port}`
  const answer = await ask(`http://127.0.0.1:${port}`, { path, headers: { Authorization: KEY } })
  t.is(answer.body, '{"text":"Done","type":"text"}')
  await eventually(async () => {
    const refused = ask(`http://127.0.0.1:${port}`, { path: '/health' })
    return refused.then(() => false).catch(() => true)
  }, 'the port is closed')
})

test.serial('a configured listener, and a port that is taken, are refused with the reason', async t => {
  const { port } = new URL(house.url)
  const stop = await house.local(`/api/v1/listener/stop?address=127.0.0.1&port=${port}`)
  t.regex(stop.body, /can't stop listener due to 'it belongs to the configuration/)
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const taken = (server.address() as { port: number }).port
  const start = await house.local(`/api/v1/listener/start?address=127.0.0.1&port=${taken}&--http`)
  t.regex(start.body, /can't start listener due to 'eaddrinuse'/)
  server.close()
})

test.serial('listener start --http --ssl speaks TLS; stopping the plugin closes it', async t => {
  const own = await open()
  const port = await freePort()
  t.regex((await own.local(`/api/v1/listener/start?address=127.0.0.1&port=${port}&--http&--ssl`)).body, /Done/)
  const { request } = await import('node:https')
  const status = await new Promise((resolve, reject) => {
    const asked = request({ port, path: '/health/ping', rejectUnauthorized: false, agent: false }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject).end()
  })
  t.is(status, 200)
  await own.kernel.stop('mqtt-admin')
  await t.throwsAsync(ask(`http://127.0.0.1:${port}`, { path: '/' }), { code: 'ECONNREFUSED' })
  await own.close()
})

test('logins of the web user interface are bounded, idle out, and end', t => {
  let now = 0
  const sessions = new WebSessions(() => now)
  const credentials = { scheme: 'basic', name: 'admin', password: 'p:w' } as const
  const first = sessions.open(credentials)
  t.deepEqual(sessions.credentials(first), credentials)
  t.is(sessions.credentials(''), undefined)
  const minutes = (count: number) => {
    now += count * 60_000
  }
  minutes(29)
  t.truthy(sessions.credentials(first))
  minutes(30)
  t.is(sessions.credentials(first), undefined)
  const second = sessions.open(credentials)
  for (let half = 0; half < 26; half++) {
    minutes(29)
    sessions.credentials(second)
  }
  t.is(sessions.credentials(second), undefined, 'after twelve hours')
  const tokens = Array.from({ length: 1100 }, () => sessions.open(credentials))
  t.is(sessions.count, 1000)
  t.is(sessions.credentials(tokens[0]!), undefined)
  t.truthy(sessions.credentials(tokens.at(-1)!))
})
