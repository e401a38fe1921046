import test from 'ava'
import type { MqttClient } from 'mqtt'
import { basic, compare, type Exchange, sendRaw } from './exchange.js'
import { testRows } from './frame.js'
import { ADMIN, asAdmin, openHouse, PASSWORD, type TestHouse } from './house.js'
import { connectClient } from './mqtt.js'

let house: TestHouse
const clients: MqttClient[] = []
test.before(async () => {
  house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'], config: { limits: { body_bytes: 4096 } } })
  clients.push(await connectClient(house, { clientId: 'c1', username: 'bob', clean: false, keepalive: 77 }))
  clients.push(await connectClient(house, { clientId: 'dev/2 +é' }))
  clients.push(await connectClient(house, { clientId: 'c3', protocolId: 'MQIsdp', protocolVersion: 3 }))
})
test.after.always(async () => {
  for (const client of clients) client.end(true)
  await house?.close()
})

const JSON_TYPE = 'application/json'
const NODES = '/api/v2/nodes/emq@127.0.0.1'
const ok = (result: unknown) => ({ status: 200, reason: 'OK', type: JSON_TYPE, answer: { code: 0, result } })
const code = (number: number, message?: string) => ({
  status: 200,
  type: JSON_TYPE,
  answer: JSON.stringify({ code: number, message }),
})
const NOT_FOUND = { status: 404, reason: 'Object Not Found', type: 'text/plain', answer: '' }
const UNAUTHORIZED = {
  status: 401,
  reason: 'Unauthorized',
  type: null,
  has: { 'WWW-Authenticate': 'Basic Realm="emqx control center"' },
  answer: '',
}
const STATUS = { status: 200, type: 'text/plain' }

// contracts/mqtt.md §1.1: unknown paths and bad headers alike are 401 first; the original hung up on the latter
const LADDER: Exchange[] = [
  ...['/api/v2/management/nodes', '/api/v2/nope', '/api/v2/', '/api/v2', '/api/v2/clients/%zz'].map(path => ({
    path,
    ...UNAUTHORIZED,
  })),
  ...['HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'DELETE'].map(method => ({
    method,
    path: '/api/v2/management/nodes',
    ...UNAUTHORIZED,
  })),
  ...[
    'Bearer x',
    'Basic',
    'Basic !!!',
    '',
    ADMIN.toLowerCase(),
    ADMIN.replace('Basic', 'basic'),
    `${ADMIN} x`,
    `Basic ${Buffer.from('nocolon').toString('base64')}`,
    basic('admin@localhost', 'wrong'),
    basic('nobody', PASSWORD),
    basic('__proto__', ''),
    basic('', ''),
  ].map(Authorization => ({ path: '/api/v2/management/nodes', headers: { Authorization }, ...UNAUTHORIZED })),
  { path: '/status', ...STATUS, answer: 'Node emq@127.0.0.1 is started\nemqttd is running' },
  { path: '/status', method: 'HEAD', ...STATUS, answer: '' },
  { path: '/', status: 200, type: JSON_TYPE, answer: /^\{"paths":\["\/api\/v2\/auth","\/api\/v2\/change_pwd\// },
  { path: '/', method: 'HEAD', status: 200, type: JSON_TYPE, answer: '' },
  { path: '/api/v2/management/nodes', headers: { Authorization: basic('admin', PASSWORD) }, status: 200 },
]

// contracts/mqtt.md §1.1, paths and methods
const FRAME: Exchange[] = [
  ...['/api/v2', '/api/v2/', '/api/v2/nope', '/api/v2/clients', '/api/v2/clients/', '/api/v2//clients/c1'].map(
    path => ({
      path,
      ...NOT_FOUND,
    }),
  ),
  ...['/api/v2/constructor', '/api/v2/__proto__/x'].map(path => ({ path, ...NOT_FOUND })),
  ...['/api/v2/clients/%zz', '/api/v2/clients/%ff'].map(path => ({ path, ...code(108, 'params type error') })),
  { path: `/api/v2/${'x/'.repeat(4000)}`, ...NOT_FOUND },
  ...['HEAD', 'OPTIONS', 'PATCH', 'POST', 'DELETE'].map(method => ({
    method,
    path: '/api/v2/management/nodes',
    ...NOT_FOUND,
  })),
  { path: `${NODES}/clients`, method: 'HEAD', ...NOT_FOUND },
  { path: '/api/v2/management/nodes/nope@1.2.3.4', ...NOT_FOUND },
  { path: '/api/v2/management/nodes/__proto__', ...NOT_FOUND },
  { path: '/api/v2/management/nodes?timestamps=1', status: 200 },
  { path: '/api/v2/management/nodes/', status: 200 },
  { path: '/api/v2/management/nodes/emq%40127.0.0.1', status: 200 },
]

const page = (current: number, size: number, total: number, ids: string[]) => ({
  status: 200,
  type: JSON_TYPE,
  answer: new RegExp(
    `^{"code":0,"result":{"current_page":${current},"page_size":${size},"total_num":3,"total_page":${total},"objects":\\[` +
      `${ids.map(id => `{"client_id":"${id}",[^}]*}`).join(',')}\\]}}$`,
  ),
})
const NON_ASCII = 'dev/2 \\+\\\\u00e9'
const ALL = ['c1', NON_ASCII, 'c3']
const NONE = ok({ objects: [] })
const shows = (...fields: RegExp[]) => ({
  status: 200,
  answer: new RegExp(`^{"code":0,"result":{"objects":\\[{${fields.map(field => field.source).join(',')}}\\]}}$`),
})
const PORT_AND = /"ipaddress":"127\.0\.0\.1","port":\d+/
const SINCE = /"connected_at":"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"/
const C1 = shows(
  /"client_id":"c1","username":"bob"/,
  PORT_AND,
  /"clean_sess":false,"proto_ver":4,"keepalive":77/,
  SINCE,
)
const DEV2 = shows(
  /"client_id":"dev\/2 \+\\u00e9","username":"undefined"/,
  PORT_AND,
  /"clean_sess":true,"proto_ver":4,"keepalive":60/,
  SINCE,
)
const C3 = shows(
  /"client_id":"c3","username":"undefined"/,
  PORT_AND,
  /"clean_sess":true,"proto_ver":3,"keepalive":60/,
  SINCE,
)

// contracts/mqtt.md §1.3
const CLIENTS: Exchange[] = [
  { path: `${NODES}/clients`, ...page(1, 20, 1, ALL) },
  { path: `${NODES}/clients/`, ...page(1, 20, 1, ALL) },
  { path: '/api/v2/nodes/emq%40127.0.0.1/clients', ...page(1, 20, 1, ALL) },
  { path: `${NODES}/clients?curr_page=1&page_size=2`, ...page(1, 2, 2, ALL.slice(0, 2)) },
  { path: `${NODES}/clients?curr_page=2&page_size=2`, ...page(2, 2, 2, ALL.slice(2)) },
  { path: `${NODES}/clients?curr_page=9&page_size=2`, ...page(9, 2, 2, []) },
  { path: `${NODES}/clients?curr_page=0&page_size=2`, ...page(0, 2, 2, ALL.slice(0, 2)) },
  { path: `${NODES}/clients?curr_page=-5&page_size=2`, ...page(-5, 2, 2, ALL.slice(0, 2)) },
  { path: `${NODES}/clients?page_size=100000&timestamps=1`, ...page(1, 100000, 1, ALL) },
  { path: '/api/v2/nodes/nope@1.2.3.4/clients', ...NOT_FOUND },
  { path: '/api/v2/nodes/nope@1.2.3.4/clients/c1', ...NOT_FOUND },
  { path: `${NODES}/clients/c1`, ...C1 },
  { path: `${NODES}/clients/c1/`, ...C1 },
  { path: '/api/v2/clients/c1', ...C1 },
  { path: '/api/v2/clients/c3', ...C3 },
  { path: '/api/v2/clients/dev%2F2%20%2B%C3%A9', ...DEV2 },
  { path: '/api/v2/clients/dev/2%20%2B%C3%A9', ...DEV2 },
  { path: '/api/v2/clients/dev/2+%2B%C3%A9', ...DEV2 },
  { path: '/api/v2/clients/dev/2++%C3%A9', ...NONE },
  { path: `${NODES}/clients/nope`, ...NONE },
  ...['nope', '__proto__', 'constructor', '%00', '%E2%80%A8', 'x'.repeat(8000)].map(id => ({
    path: `/api/v2/clients/${id}`,
    ...NONE,
  })),
  { method: 'DELETE', path: '/api/v2/clients/nope', ...code(112) },
  { method: 'DELETE', path: '/api/v2/clients/c1/clean_acl_cache', ...code(112) },
  { method: 'DELETE', path: '/api/v2/clients/__proto__', ...code(112) },
  { method: 'DELETE', path: '/api/v2/clients/', ...NOT_FOUND },
]

const PLUGIN = `${NODES}/plugins/sip-registrar`
const PUT = { method: 'PUT', path: PLUGIN }
// contracts/mqtt.md §1.1 "Param checks", §1.2
const PARAMS: Exchange[] = [
  ...['', '{}', '[]', '[1,2]', '5', '"x"', 'null', '{"Active":true}', '{"__proto__":{"active":true}}'].map(body => ({
    ...PUT,
    body,
    ...code(107, 'params error'),
  })),
  ...['{"active":"true"}', '{"active":null}', '{"active":1}', '{"active":{}}'].map(body => ({
    ...PUT,
    body,
    ...code(108, 'params type error'),
  })),
  ...['{bad', 'active=true', '\0', '{"active":true'].map(body => ({ ...PUT, body, ...code(109, 'Body not json') })),
  { ...PUT, path: '/api/v2/nodes/nope@h/plugins/sip-registrar', body: '{"active":true}', ...code(102, 'unknown') },
  { ...PUT, body: `{"active":"${'x'.repeat(5000)}"}`, status: 413, type: 'text/plain', answer: '' },
]

testRows(test, () => house, 'ladder', LADDER)
testRows(test, () => house, 'frame', FRAME, asAdmin)
testRows(test, () => house, 'clients', CLIENTS, asAdmin)
testRows(test, () => house, 'params', PARAMS, asAdmin)

test('management/nodes has the documented fields in their order', async t => {
  const list = await house.ask(asAdmin({ path: '/api/v2/management/nodes' }))
  const fields =
    '"version":"[^"]+","sysdescr":"[^"]+","uptime":"(\\d+ minutes, )?\\d+ seconds",' +
    '"datetime":"\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d","otp_release":"[^"]+","node_status":"Running"'
  t.regex(list.body, new RegExp(`^{"code":0,"result":\\[{"name":"emq@127.0.0.1",${fields}}\\]}$`))
  const one = await house.ask(asAdmin({ path: '/api/v2/management/nodes/emq@127.0.0.1' }))
  t.regex(one.body, new RegExp(`^{"code":0,"result":{${fields}}}$`))
})

test('a body that is cut off harms nobody', async t => {
  const head = `PUT ${PLUGIN} HTTP/1.1\r\nHost: x\r\nAuthorization: ${ADMIN}\r\nContent-Length: 100\r\n\r\n`
  await sendRaw(house.url, `${head}{"active":`, { end: true })
  compare(t, { path: '', ...C1 }, await house.ask(asAdmin({ path: '/api/v2/clients/c1' })))
})

test.serial('without a broker every call that needs one is code 101', async t => {
  const alone = await openHouse({ start: ['mqtt-admin'] })
  try {
    const monitoring = ['nodes', 'stats', 'metrics', 'listeners'].map(list => `/api/v2/monitoring/${list}`)
    const lists = ['clients', 'sessions', 'subscriptions', 'configs'].map(list => `${NODES}/${list}`)
    const one = ['clients/c1', 'sessions/c1', 'subscriptions/c1', 'routes', 'routes/a', 'management/nodes', 'configs']
    for (const path of [...monitoring, ...lists, ...one.map(each => `/api/v2/${each}`)]) {
      compare(t, { path, ...code(101, 'badrpc') }, await alone.ask(asAdmin({ path })))
    }
    const changes = [
      ...['publish', 'subscribe', 'unsubscribe'].map(verb => `POST /api/v2/mqtt/${verb}`),
      ...['PUT /api/v2/clients/c1/clean_acl_cache', 'PUT /api/v2/configs/emqttd', 'DELETE /api/v2/clients/c1'],
    ]
    const body = '{"topic":"t","payload":"x","client_id":"c1","key":"mqtt.acl_nomatch","value":"deny"}'
    for (const change of changes) {
      const [method, path] = change.split(' ') as [string, string]
      compare(t, { path, ...code(101, 'badrpc') }, await alone.ask(asAdmin({ method, path, body })))
    }
    compare(t, { path: '', ...NOT_FOUND }, await alone.ask(asAdmin({ path: '/api/v2/nope' })))
    t.is((await alone.ask({ path: '/status' })).body, 'Node emq@127.0.0.1 is started\nemqttd is not_running')
  } finally {
    await alone.close()
  }
})
