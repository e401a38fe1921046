import test from 'ava'
import fc from 'fast-check'
import { type Answer, ask, basic } from './exchange.js'
import { KEY, openHouse, type TestHouse } from './house.js'

let house: TestHouse
const port = 0
test.before(async () => {
  house = await openHouse({
    start: ['mqtt-broker', 'mqtt-admin'],
    config: {
      listen: [
        { port, request_handlers: { '/': 'vernemq' } },
        { port, request_handlers: { '/': 'everything' } },
      ],
    },
  })
  await house.local('/api/v1/api-key/add?key=publisher&scope=httppub')
})
test.after.always(() => house?.close())

/** What a documented answer can be; 503 is the alarm of /health. */
const STATUSES = new Set([200, 400, 401, 404, 405, 406, 413, 503])

const WORDS = [
  ...'session show disconnect clients batch unsubscribe reauthorize retain delete cluster join leave node status'.split(
    ' ',
  ),
  ...'listener listeners plugin plugins metrics set describe config api-key tls check trace client webhooks'.split(' '),
  ...'..%2F %2Fmetrics %00 %ff %zz %20 a=b --tls -k allow_anonymous=on __proto__ constructor toString'.split(' '),
]
const FIELDS = [
  ...'--client_id --topic --payload --limit=5 --limit=abc --limit= --rowtimeout=1 --client_id=~( --user=~.* --topic=%23'.split(
    ' ',
  ),
  ...'client-id=c1 --cleanup -c -m= --mountpoint=x address=127.0.0.1 address=bad port=1 port=99999 key= scope=mgmt'.split(
    ' ',
  ),
  ...'--node=x --all --mqtt_version=4 --reason_code=x --format=csv --help & = == %zz --=~ ~ -- - nope --__proto__=1'.split(
    ' ',
  ),
]
const piece = (known: readonly string[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }).map(text => encodeURIComponent(text)) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).map(text => encodeURIComponent(text)) },
  )
const path = fc
  .tuple(
    fc.constantFrom(
      '/api/v1/',
      '/api/v1//',
      '/health/',
      '/status',
      '/metrics',
      '/webuiapi/',
      '/webuiapi/v1/nodefwd/self/api/v1/',
      '/',
    ),
    fc.array(piece(WORDS), { maxLength: 4 }),
    fc.array(piece(FIELDS), { maxLength: 4 }),
  )
  .map(([root, words, fields]) => `${root}${words.join('/')}${fields.length > 0 ? `?${fields.join('&')}` : ''}`)
  // A command that changes who may call is another test's, and so is one that opens ports.
  .filter(made => !/api-key|listener\/start|plugin/.test(made))

function documented({ status, headers, body }: Answer): boolean {
  if (!STATUSES.has(status)) return false
  if (status === 200 && headers['content-type'] === 'application/json' && body !== '') JSON.parse(body)
  return !/\bat .+:\d+:\d+/.test(body)
}

test('any path and query gets a documented answer', async t => {
  await fc.assert(
    fc.asyncProperty(path, fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST'), async (made, method) => {
      const answer = await ask(house.url, { method, path: made, headers: { Authorization: KEY } })
      return documented(answer)
    }),
    { numRuns: 600 },
  )
  t.is((await ask(house.url, { path: '/health' })).status, 200)
})

test('any pattern is looked for, or refused with a sentence', async t => {
  const source = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc
      .array(fc.constantFrom(...'a b ( ) [ ] * + ? {2} {1,} | ^ $ . \\d \\ - (?: .* (a+)+'.split(' ')), {
        maxLength: 15,
      })
      .map(parts => parts.join('')),
  )
  const property = fc.assert(
    fc.asyncProperty(source, async made => {
      const query = `--client_id=~${encodeURIComponent(made)}`
      const answer = await ask(house.url, { path: `/api/v1/session/show?${query}`, headers: { Authorization: KEY } })
      return answer.status === 200 && /"type":"(table|alert)"}$/.test(answer.body)
    }),
    { numRuns: 300 },
  )
  await t.notThrowsAsync(property)
})

test('any body is published, or refused in words', async t => {
  const field = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant([]), fc.constant({}))
  const body = fc.oneof(
    fc.string(),
    fc
      .record({ topic: field, payload: field, qos: field, retain: field, client_id: field }, { requiredKeys: [] })
      .map(given => JSON.stringify(given)),
  )
  const property = fc.assert(
    fc.asyncProperty(
      body,
      fc.constantFrom('', '?encoding=base64', '?encoding=plain', '?topic=a%2F%00', '?qos=%ff'),
      async (made, query) => {
        const headers = { Authorization: basic('publisher', '') }
        const answer = await ask(house.url, {
          method: 'POST',
          path: `/restmqtt/api/v1/publish${query}`,
          headers,
          body: made,
        })
        return (answer.status === 200 || answer.status === 400) && answer.body !== ''
      },
    ),
    { numRuns: 300 },
  )
  await t.notThrowsAsync(property)
})
