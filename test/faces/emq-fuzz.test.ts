import test from 'ava'
import fc from 'fast-check'
import { asOperator, type EmqHouse, NODE, openEmq, sessions } from './emq-house.js'
import { type Answer, type Asked, sendRaw } from './exchange.js'

let emq: EmqHouse
test.before(async () => {
  emq = await openEmq({ sessions: sessions(), settings: { acl_nomatch: 'allow', max_clientid_length: 1024 } })
})
test.after.always(() => emq?.house.close())

/** contracts/mqtt.md §1.2 */
const CODES = new Set([0, 102, 107, 108, 109, 110, 111, 112])
const RUNS = { numRuns: 300 }

/** A documented answer: the envelope with a code that exists, or the empty 404 of an unknown path. */
function isDocumented({ status, reason, headers, body }: Answer): boolean {
  if (status === 404) return body === '' && reason === 'Object Not Found' && headers['content-type'] === 'text/plain'
  if (status !== 200 || headers['content-type'] !== 'application/json' || /[^ -~]/.test(body)) return false
  const { code, ...rest } = JSON.parse(body) as { code: number; result?: unknown; message?: unknown }
  const keys = Object.keys(rest)
  return CODES.has(code) && (code === 0 ? keys.join() === 'result' : keys.every(key => key === 'message'))
}

const ask = (asked: Asked) => emq.house.ask(asOperator(asked))

const word = fc.constantFrom(
  ...['nodes', 'node', NODE, 'emq%40127.0.0.1', 'nope@h', 'clients', 'sessions', 'subscriptions', 'routes', 'route'],
  ...['mqtt', 'publish', 'monitoring', 'management', 'metrics', 'stats', 'listeners', 'alarms', 'configs', 'emqttd'],
  ...['plugins', 'plugin_configs', 'c1', 'clean_acl_cache', '', '%2F', '%zz', '%', '+', '%2B', '%00', '..', '.', '%ff'],
  ...['__proto__', 'constructor', '%E2%80%A8', '%23', '*', '(.+?)', '{node}', '[', 'a'.repeat(2000)],
)
const noise = fc.string({ unit: fc.constantFrom(...'abc/%+@{}()[].*?&=0159-_~!$,;:'), maxLength: 30 })
const path = fc
  .tuple(fc.array(fc.oneof(word, noise), { maxLength: 6 }), fc.option(noise, { nil: '' }))
  .map(([parts, query]) => `/api/v2/${parts.join('/')}${query && `?${query}`}`)

test('whatever the path is, the answer is a documented one', async t => {
  await fc.assert(
    fc.asyncProperty(path, fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'PATCH'), async (path, method) => {
      const answer = await ask({ path, method })
      t.true(isDocumented(answer), `${method} ${path}: ${answer.status} ${answer.body}`)
    }),
    RUNS,
  )
})

const number = fc.oneof(
  fc.constantFrom('0', '-0', '%2B1', '007', '1e9', '0x10', 'NaN', 'Infinity', '-1', '٣', '1 ', '9'.repeat(15)),
  fc.integer().map(String),
  noise,
)
const list = fc.constantFrom(...['clients', 'sessions', 'subscriptions'].map(name => `nodes/${NODE}/${name}`), 'routes')

test('whatever a page is, it is a page or malformed', async t => {
  await fc.assert(
    fc.asyncProperty(list, number, number, async (name, current, size) => {
      const query = [`curr_page=${current}`, `page_size=${size}`].map(part => encodeURI(part)).join('&')
      const answer = await ask({ path: `/api/v2/${name}?${query}` })
      t.true(isDocumented(answer) && answer.status === 200, `${query}: ${answer.status} ${answer.body}`)
      const { code, result } = JSON.parse(answer.body)
      if (code !== 0) return t.is(code, 108)
      t.is(Object.keys(result).join(), 'current_page,page_size,total_num,total_page,objects')
      t.true(result.page_size > 0 && result.objects.length <= result.page_size)
    }),
    RUNS,
  )
})

const known = fc.constantFrom(
  ...['publish', 'subscribe', 'unsubscribe'].map(verb => `POST mqtt/${verb}`),
  ...['clients/c1/clean_acl_cache', 'configs/emqttd', 'configs/mqtt-admin', `nodes/${NODE}/configs/emqttd`].map(
    each => `PUT ${each}`,
  ),
  `PUT nodes/${NODE}/plugins/nope`,
  `PUT nodes/${NODE}/plugin_configs/nope`,
)
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('c1', 'a/b', 'a/#', '', '\0', '\ud800', 0, 2, 3, -1, 1.5, true, 'acl_nomatch', 'mqtt.acl_nomatch'),
)
const fields = fc.record(
  Object.fromEntries(
    ['topic', 'payload', 'client_id', 'qos', 'retain', 'key', 'value', 'active', '__proto__'].map(key => [key, value]),
  ),
  { requiredKeys: [] },
)
const text = fc.oneof(
  fields.map(each => JSON.stringify(each)),
  fc.json(),
  fc.string(),
  fc.constantFrom('{', '[[[[', '5', '"x"', 'null', '\u00e9'),
)

test('whatever the body is, a known path answers with a code', async t => {
  await fc.assert(
    fc.asyncProperty(known, text, async (line, body) => {
      const [method, name] = line.split(' ') as [string, string]
      const answer = await ask({ method, path: `/api/v2/${name}`, body })
      t.true(isDocumented(answer) && answer.status === 200, `${line} ${body}: ${answer.status} ${answer.body}`)
    }),
    RUNS,
  )
})

test('a body of the deepest kind is an answer too', async t => {
  for (const body of ['['.repeat(100_000), `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`]) {
    const answer = await ask({ method: 'POST', path: '/api/v2/mqtt/publish', body })
    t.true(isDocumented(answer), `${answer.status}`)
  }
})

test('a path that a pattern could choke on is answered at once', async t => {
  const began = performance.now()
  for (const path of [`/api/v2/clients/${'/'.repeat(8000)}x`, `/api/v2/clients/${'a/clean_acl_cache'.repeat(400)}x`]) {
    t.true(isDocumented(await ask({ path })))
    t.true(isDocumented(await ask({ path, method: 'PUT', body: '{"topic":"x"}' })))
  }
  t.true(performance.now() - began < 2000)
})

test('bytes that are no HTTP end only their own connection', async t => {
  for (const bytes of [
    '\0\0\0\0\r\n\r\n',
    'GET /api/v2/\xff HTTP/1.1\r\n\r\n',
    'POST /api/v2/mqtt/publish HTTP/1.1\r\nContent-Length: x\r\n\r\n',
  ]) {
    t.regex(await sendRaw(emq.house.url, bytes, { end: true }), /^(HTTP\/1\.1 4\d\d |$)/)
  }
  t.is((await ask({ path: '/api/v2/routes' })).status, 200)
})
