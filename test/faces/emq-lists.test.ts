import test from 'ava'
import { session } from '../plugins/mqtt-admin/stand-in.js'
import {
  asOperator,
  code,
  DONE,
  type EmqHouse,
  MALFORMED,
  NODE,
  NODES,
  NOT_FOUND,
  ok,
  openEmq,
  sessions,
} from './emq-house.js'
import type { Exchange } from './exchange.js'
import { compare } from './exchange.js'
import { testRows } from './frame.js'

let emq: EmqHouse
let doc: EmqHouse
test.before(async () => {
  emq = await openEmq({ sessions: sessions() })
  doc = await openEmq({ sessions: sessions() }, 'doc')
})
test.after.always(async () => {
  await emq?.house.close()
  await doc?.house.close()
})

const TIME = '2026-01-02 03:04:05'
const S1 = {
  client_id: 'c1',
  clean_sess: false,
  subscriptions: 3,
  max_inflight: 0,
  inflight_len: 1,
  mqueue_len: 2,
  mqueue_dropped: 3,
  awaiting_rel_len: 4,
  deliver_msg: 5,
  enqueue_msg: 6,
  created_at: TIME,
}
const idle = (client_id: string, clean_sess: boolean, subscriptions: number) => ({
  client_id,
  clean_sess,
  subscriptions,
  max_inflight: 0,
  inflight_len: 0,
  mqueue_len: 0,
  mqueue_dropped: 0,
  awaiting_rel_len: 0,
  deliver_msg: 0,
  enqueue_msg: 0,
  created_at: TIME,
})
const C1 = {
  client_id: 'c1',
  username: 'bob',
  ipaddress: '10.0.0.1',
  port: 1883,
  clean_sess: false,
  proto_ver: 4,
  keepalive: 77,
  connected_at: TIME,
}
/** Escaped as the original does it. */
const ascii = (value: unknown) => ({
  ...ok([]),
  answer: JSON.stringify({ code: 0, result: value }).replaceAll('é', '\\u00e9'),
})
const page = (current_page: number, page_size: number, total_num: number, objects: object[]) =>
  ascii({ current_page, page_size, total_num, total_page: Math.ceil(total_num / page_size), objects })
const objects = (...all: object[]) => ascii({ objects: all })

const SESSIONS = [S1, idle('dev/2 +é', true, 2), idle('away', false, 1)]
const of = (client_id: string, topic: string, qos: number) => ({ client_id, topic, qos })
const SUBSCRIPTIONS = [
  of('c1', 'a/+', 1),
  of('c1', '/World', 0),
  of('c1', 'q2', 2),
  of('dev/2 +é', 'a/+', 2),
  of('dev/2 +é', 'trail/', 0),
  of('away', 'o/#', 1),
]
const ROUTES = ['a/+', '/World', 'q2', 'trail/', 'o/#'].map(topic => ({ topic, node: NODE }))

// contracts/mqtt.md §1.3; §1.4 for node/ and for pages that are none
const LISTS: Exchange[] = [
  { path: `${NODES}/sessions`, ...page(1, 20, 3, SESSIONS) },
  { path: `/api/v2/node/${NODE}/sessions`, ...page(1, 20, 3, SESSIONS) },
  { path: '/api/v2/node/emq%40127.0.0.1/sessions/', ...page(1, 20, 3, SESSIONS) },
  { path: `${NODES}/sessions/?curr_page=2&page_size=2&timestamps=1`, ...page(2, 2, 3, SESSIONS.slice(2)) },
  { path: `${NODES}/sessions/c1`, ...objects(S1) },
  { path: '/api/v2/sessions/c1', ...objects(S1) },
  { path: '/api/v2/sessions/away/', ...objects(SESSIONS[2]!) },
  { path: '/api/v2/sessions/dev%2F2%20%2B%C3%A9', ...objects(SESSIONS[1]!) },
  { path: '/api/v2/sessions/dev/2+%2B%C3%A9', ...objects(SESSIONS[1]!) },
  { path: '/api/v2/sessions/nope', ...objects() },
  { path: '/api/v2/sessions', ...NOT_FOUND },
  { path: '/api/v2/nodes/nope@h/sessions', ...NOT_FOUND },

  { path: `${NODES}/clients/c1`, ...objects(C1) },
  { path: `/api/v2/node/${NODE}/clients/c1`, ...objects(C1) },
  { path: '/api/v2/clients/away', ...objects() },

  { path: `${NODES}/subscriptions`, ...page(1, 20, 6, SUBSCRIPTIONS) },
  { path: `${NODES}/subscriptions?page_size=4&curr_page=2`, ...page(2, 4, 6, SUBSCRIPTIONS.slice(4)) },
  { path: `${NODES}/subscriptions/c1`, ...objects(...SUBSCRIPTIONS.slice(0, 3)) },
  { path: '/api/v2/subscriptions/away', ...objects(SUBSCRIPTIONS[5]!) },
  { path: '/api/v2/subscriptions/nope', ...objects() },
  { path: '/api/v2/subscriptions', ...NOT_FOUND },
  { path: '/api/v2/nodes/nope@h/subscriptions', ...NOT_FOUND },

  { path: '/api/v2/routes', ...page(1, 20, 5, ROUTES) },
  { path: '/api/v2/route', ...page(1, 20, 5, ROUTES) },
  { path: '/api/v2/rout', ...NOT_FOUND },
  { path: '/api/v2/routes/', ...NOT_FOUND },
  { path: '/api/v2/routes?curr_page=2&page_size=1', ...page(2, 1, 5, ROUTES.slice(1, 2)) },
  { path: '/api/v2/routes?curr_page=-3&page_size=1', ...page(-3, 1, 5, ROUTES.slice(0, 1)) },
  {
    path: '/api/v2/routes?curr_page=999999999999999&page_size=999999999999999',
    ...page(999999999999999, 999999999999999, 5, []),
  },
  { path: '/api/v2/routes//World', ...objects(ROUTES[1]!) },
  { path: '/api/v2/routes/%2FWorld', ...objects(ROUTES[1]!) },
  { path: '/api/v2/routes/a/%2B', ...objects(ROUTES[0]!) },
  { path: '/api/v2/routes/a/+', ...objects() },
  { path: '/api/v2/routes/trail/', ...objects() },
  { path: '/api/v2/routes/trail//', ...objects(ROUTES[3]!) },
  { path: '/api/v2/routes/o/%23', ...objects(ROUTES[4]!) },
  { path: '/api/v2/routes/%zz', ...MALFORMED },

  ...['clients', 'sessions', 'subscriptions'].flatMap(list =>
    [
      'curr_page=x',
      'curr_page=',
      'curr_page=1.5',
      'curr_page=1&curr_page=2',
      'page_size=0',
      'page_size=-1',
      'page_size=1e3',
    ].map(query => ({ path: `${NODES}/${list}?${query}`, ...MALFORMED })),
  ),
  { path: '/api/v2/routes?page_size=', ...MALFORMED },
]
testRows(test, () => emq.house, 'lists', LISTS, asOperator)

const put = (path: string, body: string) => ({ method: 'PUT', path, body })
const FORGETTING: Exchange[] = [
  { ...put('/api/v2/clients/c1/clean_acl_cache', '{"topic":"t"}'), ...DONE },
  { ...put('/api/v2/clients/c1/clean_acl_cach', '{"topic":"t"}'), ...DONE },
  { ...put('/api/v2/clients/dev%2F2%20%2B%C3%A9/clean_acl_cache', '{"topic":"t"}'), ...DONE },
  { ...put('/api/v2/clients/c1/clean_acl_cache/', '{"topic":"t"}'), ...NOT_FOUND },
  { ...put('/api/v2/clients/nope/clean_acl_cache', '{"topic":"t"}'), ...code(112) },
  { ...put('/api/v2/clients/away/clean_acl_cache', '{"topic":"t"}'), ...code(112) },
  { ...put('/api/v2/clients/c1/clean_acl_cache', '{}'), ...code(107, 'params error') },
  { ...put('/api/v2/clients/c1/clean_acl_cache', '{"topic":1}'), ...MALFORMED },
]
testRows(test, () => emq.house, 'clean_acl_cache', FORGETTING, asOperator)

// The manual's side of what it and the server disagree about
const DOC: Exchange[] = [
  { path: '/api/v2/routes/', ...page(1, 20, 5, ROUTES) },
  { ...put('/api/v2/clients/c1/clean_acl_cache/', '{"topic":"t"}'), ...DONE },
  { path: `${NODES}/sessions`, ...page(1, 20, 3, SESSIONS) },
]
testRows(test, () => doc.house, 'quirks: doc', DOC, asOperator)

test('a page of twenty thousand clients is written bit by bit, and the same as twenty of a thousand', async t => {
  const many = await openEmq({
    sessions: Array.from({ length: 20_000 }, (_, index) => session({ clientId: `ü${index}` })),
  })
  try {
    const ask = async (query: string) => {
      const { body } = await many.house.ask(asOperator({ path: `${NODES}/clients?${query}` }))
      return JSON.parse(body).result as { total_page: number; objects: object[] }
    }
    const whole = await ask('page_size=100000')
    const parts = []
    for (let current = 1; current <= 20; current++)
      parts.push(...(await ask(`page_size=1000&curr_page=${current}`)).objects)
    t.is(whole.objects.length, 20_000)
    t.is(whole.total_page, 1)
    t.deepEqual(parts, whole.objects)
    compare(
      t,
      { path: '', ...page(3, 10_000, 20_000, []) },
      await many.house.ask(asOperator({ path: `${NODES}/clients?page_size=10000&curr_page=3` })),
    )
  } finally {
    await many.house.close()
  }
})
