import test from 'ava'
import fc from 'fast-check'
import { session } from '../stand-in.js'
import { withNative } from './house.js'

const GETS = [
  'clients',
  'clients/a',
  'clients/a/subscriptions',
  'clients/a/queue',
  'clients/a/history',
  'subscriptions',
  'routes',
  'retained',
  'retained/x',
  'settings',
  'stats',
]
const POSTS = ['clients/kick', 'clients/a/subscribe', 'clients/a/unsubscribe', 'retained/delete', 'publish']
const NAMES =
  'state client_id username address like transport listener clean connected_after subscribed fields count limit after filter topic matches payload_limit'
const parameter = fc.oneof(fc.constantFrom(...NAMES.split(' ')), fc.string())
const text = fc.string({ unit: 'binary' })

const DOCUMENTED = new Set([200, 400, 404, 409, 422])

function assertAnswer(
  t: { true(value: boolean, message: string): void },
  status: number,
  body: unknown,
  asked: string,
) {
  t.true(DOCUMENTED.has(status), `${status} for ${asked}: ${JSON.stringify(body)}`)
  const { error } = body as { error?: { message?: string } }
  t.true(status === 200 ? error === undefined : (error?.message?.length ?? 0) > 10, asked)
}

test('any query gets a documented answer', async t => {
  await withNative({ sessions: [session({ clientId: 'a' })] }, async ({ get }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...GETS),
        fc.array(fc.tuple(parameter, fc.oneof(text, fc.string(), fc.integer().map(String))), { maxLength: 4 }),
        async (path, pairs) => {
          const query = pairs.map(pair => pair.map(half => encodeURIComponent(half)).join('=')).join('&')
          const { status, body } = await get(`/mqtt/v1/${path}?${query}`)
          assertAnswer(t, status, body, `${path}?${query}`)
        },
      ),
      { numRuns: 300 },
    )
  })
})

test('any path gets a documented answer', async t => {
  await withNative({ sessions: [session({ clientId: 'a' })] }, async ({ get }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('clients/', 'retained/', 'routes/'),
        fc.oneof(text, fc.string({ unit: fc.constantFrom('%', '/', '2', 'F', '0', '+', '#', 'a', '.', 'ü') })),
        fc.boolean(),
        async (path, rest, encoded) => {
          const tail = encoded ? encodeURIComponent(rest) : rest.replace(/[?#\\]|[^\x21-\x7e]/g, '')
          const { status, body } = await get(`/mqtt/v1/${path}${tail}`)
          if (status !== 404 || body !== undefined) assertAnswer(t, status, body, path + tail)
        },
      ),
      { numRuns: 200 },
    )
  })
})

test('any body gets a documented answer', async t => {
  const field = fc.constantFrom(
    'messages',
    'topic',
    'payload',
    'qos',
    'subscriptions',
    'topics',
    'filter',
    'username',
    'like',
    'all',
    'dry_run',
    'client_id',
    '__proto__',
    'constructor',
  )
  const value: fc.Arbitrary<unknown> = fc.oneof(
    fc.jsonValue(),
    text,
    fc.array(fc.dictionary(field, fc.jsonValue(), { noNullPrototype: true }), { maxLength: 3 }),
  )
  await withNative({ sessions: [session({ clientId: 'a' })] }, async ({ kernel, send }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...POSTS),
        fc.oneof(fc.dictionary(field, value, { noNullPrototype: true }), fc.jsonValue()),
        async (path, body) => {
          const answered = await send('POST', `/mqtt/v1/${path}`, body)
          assertAnswer(t, answered.status, answered.body, `${path} ${JSON.stringify(body)}`)
        },
      ),
      { numRuns: 300 },
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...POSTS), fc.uint8Array({ maxLength: 200 }), async (path, bytes) => {
        const response = await kernel.fetch(`/mqtt/v1/${path}`, { method: 'POST', body: Buffer.from(bytes) })
        assertAnswer(t, response.status, await response.json(), path)
      }),
      { numRuns: 100 },
    )
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    for (const body of [`{"topic":"a","payload_json":${deep}}`, `{"topic":${deep}}`, deep]) {
      const response = await kernel.fetch('/mqtt/v1/publish', { method: 'POST', body })
      t.is(response.status, 400, 'JSON of great depth')
    }
  })
})
