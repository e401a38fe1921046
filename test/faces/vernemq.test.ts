import test from 'ava'
import { basic, compare, type Exchange } from './exchange.js'
import { testRows } from './frame.js'
import { ADMIN, KEY, openHouse, PASSWORD, type TestHouse, withKey } from './house.js'

let house: TestHouse
test.before(async () => {
  house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'] })
})
test.after.always(() => house?.close())

const JSON_TYPE = 'application/json'
const BAD_REQUEST = { status: 400, reason: 'Bad Request', type: null, answer: '' }
const UNAUTHORIZED = {
  status: 401,
  type: null,
  has: { 'WWW-Authenticate': 'Basic realm="VerneMQ"' },
  answer: '',
}
const EMPTY_TABLE = { status: 200, type: JSON_TYPE, answer: '{"table":[],"type":"table"}' }
const DONE = { status: 200, type: JSON_TYPE, answer: '{"text":"Done","type":"text"}' }
const USAGE = { status: 200, type: JSON_TYPE, answer: /^{"alert":\[{"text":"vmq-admin session disconnect client-id=/ }
const SHOW = '/api/v1/session/show'

// contracts/mqtt.md §2.1: method, then the command (400), then credentials (401)
const LADDER: Exchange[] = [
  { path: SHOW, ...UNAUTHORIZED },
  { path: SHOW, method: 'HEAD', ...UNAUTHORIZED },
  { path: '/api/v1/nope', ...BAD_REQUEST },
  { path: `${SHOW}?--nope`, ...BAD_REQUEST },
  ...[
    'Bearer mykey',
    'Basic',
    '',
    basic('nobody', PASSWORD),
    basic('admin', 'wrong'),
    basic('__proto__', ''),
    ADMIN,
    basic('', ''),
  ].map(Authorization => ({ path: SHOW, headers: { Authorization }, ...UNAUTHORIZED })),
  ...['Basic !!!', `Basic ${Buffer.from('nocolon').toString('base64')}`].map(Authorization => ({
    path: SHOW,
    headers: { Authorization },
    ...BAD_REQUEST,
  })),
  ...['POST', 'PUT', 'DELETE', 'PATCH'].map(method => ({
    method,
    path: SHOW,
    status: 405,
    type: null,
    has: { Allow: 'GET, OPTIONS, HEAD' },
    answer: '',
  })),
  { path: SHOW, headers: { Authorization: KEY }, ...EMPTY_TABLE },
  { path: SHOW, headers: { Authorization: KEY.replace('Basic', 'basic') }, ...EMPTY_TABLE },
  { path: SHOW, headers: { Authorization: KEY, Accept: 'application/json;charset=utf-8' }, ...EMPTY_TABLE },
  { path: SHOW, headers: { Authorization: basic('key-of-the-tests', 'whatever') }, ...EMPTY_TABLE },
  { path: SHOW, headers: { 'x-api-key': 'key-of-the-tests' }, ...EMPTY_TABLE },
  { path: SHOW, headers: { 'x-api-key': 'another' }, ...UNAUTHORIZED },
  { path: SHOW, headers: { 'x-api-key': '' }, ...UNAUTHORIZED },
  { path: SHOW, headers: { 'x-api-key': 'key-of-the-tests', Authorization: 'Bearer x' }, ...UNAUTHORIZED },
  { path: SHOW, headers: { Authorization: 'x-api-key key-of-the-tests' }, ...UNAUTHORIZED },
  { path: SHOW, method: 'HEAD', headers: { Authorization: KEY }, status: 200, type: JSON_TYPE, answer: '' },
  {
    path: SHOW,
    method: 'OPTIONS',
    status: 200,
    has: {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': 'HEAD, GET',
      'Access-Control-Allow-Headers': 'content-type, authorization',
      'Access-Control-Max-Age': '1728000',
    },
    answer: '',
  },
]

// contracts/mqtt.md §2.1 "Path → command" and "Query → args"
const PARSING: Exchange[] = [
  ...['/sessions', '/sessions/', '/sessions/show', '/session/show/', '//session//show'].map(path => ({
    path: `/api/v1${path}`,
    ...EMPTY_TABLE,
  })),
  ...['', '/', '/session', '/plugin', '/listener', '/session/nope', '/session%20show', '/session/show/nope'].map(
    path => ({
      path: `/api/v1${path}`,
      ...BAD_REQUEST,
    }),
  ),
  ...['/constructor', '/__proto__', '/toString/show', '/%zz', '/%00', `/${'x/'.repeat(4000)}`].map(path => ({
    path: `/api/v1${path}`,
    ...BAD_REQUEST,
  })),
  ...['--nope', 'nope=1', 'nope', '--constructor', '--__proto__=x', '-x', '--', '--client_id=%zz', '=', '&&%00'].map(
    query => ({ path: `${SHOW}?${query}`, ...BAD_REQUEST }),
  ),
  ...['--limit=abc', '--limit=', '--limit', '--limit=-1', '--limit=1.5'].map(query => ({
    path: `${SHOW}?${query}`,
    ...BAD_REQUEST,
  })),
  ...[
    '--format=csv',
    '--limit=0',
    '--client_id&--user',
    '--is_online=true&--limit=1',
    '--client_id=dev/2%20%C3%A9',
  ].map(query => ({ path: `${SHOW}?${query}`, ...EMPTY_TABLE })),
  { path: '/api/v1/session/disconnect?client-id=nobody', ...DONE },
  { path: '/api/v1/session/disconnect?client-id=a%3Db', ...DONE },
  { path: '/api/v1/session/disconnect/client-id=nobody', ...DONE },
  { path: '/api/v1/session/disconnect?client-id=nobody&--cleanup', ...DONE },
  { path: '/api/v1/session/disconnect?client-id=nobody&-c', ...DONE },
  { path: '/api/v1/session/disconnect?client-id=nobody&--mountpoint=xx', ...DONE },
  { path: '/api/v1/session/disconnect?client-id=__proto__&--cleanup', ...DONE },
  { path: '/api/v1/session/disconnect', ...USAGE },
  { path: '/api/v1/session/disconnect?--cleanup&client-id=nobody', ...USAGE },
  { path: '/api/v1/session/disconnect?client-id=', ...BAD_REQUEST },
  { path: '/api/v1/session/disconnect?client-id', ...BAD_REQUEST },
  { path: '/api/v1/session/disconnect?clientid=c1', ...BAD_REQUEST },
]

testRows(test, () => house, 'ladder', LADDER)
testRows(test, () => house, 'parsing', PARSING, withKey)

test('HEAD does not execute the command', async t => {
  await house.kernel.load('sip-registrar')
  await house.ask(withKey({ method: 'HEAD', path: '/api/v1/plugin/enable?--name=sip-registrar' }))
  t.is(house.inspect('sip-registrar').state, 'loaded')
})

test.serial('without a broker a command that needs one is an alert', async t => {
  const alone = await openHouse({ start: ['mqtt-admin'] })
  try {
    const answer = await alone.ask(withKey({ path: SHOW }))
    compare(
      t,
      {
        path: SHOW,
        status: 200,
        type: JSON_TYPE,
        answer: /^{"alert":\[{"text":".+","type":"text"}\],"type":"alert"}$/,
      },
      answer,
    )
  } finally {
    await alone.close()
  }
})
