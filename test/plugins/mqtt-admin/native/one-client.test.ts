import test from 'ava'
import { KernelError } from '../../../../kernel/index.js'
import type { QueuedMessage } from '../../../../plugins/mqtt-admin/backend.js'
import { session } from '../stand-in.js'
import { withNative } from './house.js'

const subscriptions = () => new Map(Array.from({ length: 5 }, (_, index) => [`t/${index}`, { qos: index % 3 }]))

test('the subscriptions of a client, in pages', async t => {
  await withNative({ sessions: [session({ clientId: 'a', subscriptions: subscriptions() })] }, async ({ get }) => {
    const first = (await get('/mqtt/v1/clients/a/subscriptions?limit=3')).body
    t.like(first, { total: 5, subscriptions: { length: 3 } })
    const second = (await get(`/mqtt/v1/clients/a/subscriptions?limit=3&after=${first.next}`)).body
    t.deepEqual(second, {
      subscriptions: [
        { topic: 't/3', qos: 0 },
        { topic: 't/4', qos: 1 },
      ],
      total: 5,
    })
    t.is((await get('/mqtt/v1/clients/b/subscriptions')).status, 404)
  })
})

test('subscribing and unsubscribing on behalf of a client, wildcards included, with a result each', async t => {
  await withNative({ sessions: [session({ clientId: 'a', subscriptions: subscriptions() })] }, async house => {
    const { send, asked, backend } = house
    const subscribe = (body: unknown, id = 'a') => send('POST', `/mqtt/v1/clients/${id}/subscribe`, body)
    t.deepEqual((await subscribe({ subscriptions: [{ topic: 'x/#', qos: 1 }, { topic: '+' }] })).body, {
      results: [
        { topic: 'x/#', granted: 1 },
        { topic: '+', granted: 0 },
      ],
    })
    t.deepEqual((await send('POST', '/mqtt/v1/clients/a/unsubscribe', { topics: ['t/1', 'x/#'] })).body, {
      results: [
        { topic: 't/1', was_subscribed: true },
        { topic: 'x/#', was_subscribed: false },
      ],
    })
    t.deepEqual(asked, ['subscribe a x/#:1 +:0', 'unsubscribe a t/1 x/#'])
    t.is((await subscribe({ subscriptions: [{ topic: 'x' }] }, 'nobody')).status, 404)
    for (const topic of ['', 'a#', 'a/#/b', '++', 'a+', '\0', '\ud800', 'x'.repeat(65_536)]) {
      t.is((await subscribe({ subscriptions: [{ topic }] })).status, 400, JSON.stringify(topic).slice(0, 20))
    }
    t.is((await subscribe({ subscriptions: [] })).status, 400)
    t.is((await subscribe({ subscriptions: [{ topic: 'a', qos: 3 }] })).status, 400)
    t.is((await subscribe({ subscriptions: Array(1001).fill({ topic: 'a' }) })).status, 400)

    backend.sessions.subscribe = async () => [128]
    t.deepEqual((await subscribe({ subscriptions: [{ topic: '$share/g/x' }] })).body, {
      results: [{ topic: '$share/g/x', granted: null }],
    })
    backend.sessions.subscribe = async () => {
      throw new KernelError('unsupported', 'this broker cannot subscribe clients', { hint: 'let them do it' })
    }
    const refused = await subscribe({ subscriptions: [{ topic: 'a' }] })
    t.is(refused.status, 501)
    t.like(refused.body.error, { code: 'unsupported', message: 'this broker cannot subscribe clients' })
  })
})

function queued(id: string, payload: Buffer): QueuedMessage {
  return { id, topic: 'news', payload, qos: 1, retain: false, dup: false, sent: false, queuedAt: 1_000 }
}

test('a look into the queue: text where it is UTF-8, cut where it is long, in pages', async t => {
  const messages = [
    queued('1', Buffer.from('grün')),
    queued('2', Buffer.from([0xff, 0x00])),
    queued('3', Buffer.from('ü'.repeat(600))),
    queued('4', Buffer.alloc(0)),
  ]
  const state = { sessions: [session({ clientId: 'a' })], queues: new Map([['a', messages]]) }
  await withNative(state, async ({ get }) => {
    const { body } = await get('/mqtt/v1/clients/a/queue?payload_limit=3')
    t.deepEqual(body.messages[0], {
      id: '1',
      topic: 'news',
      qos: 1,
      retain: false,
      dup: false,
      sent: false,
      queued_at: '1970-01-01T00:00:01.000Z',
      payload_bytes: 5,
      payload: Buffer.from('grün').subarray(0, 3).toString('base64'),
      text: 'gr',
      truncated: true,
    })
    t.deepEqual(Object.keys(body.messages[1]).includes('text'), false)
    t.is(body.messages[2].payload_bytes, 1200)
    t.like(body.messages[3], { payload_bytes: 0, payload: '', text: '' })
    const first = (await get('/mqtt/v1/clients/a/queue?limit=3')).body
    t.is(first.messages[2].text, 'ü'.repeat(512))
    const rest = (await get(`/mqtt/v1/clients/a/queue?limit=3&after=${first.next}`)).body
    t.deepEqual(
      rest.messages.map(({ id }: { id: string }) => id),
      ['4'],
    )
    t.false('next' in rest)
    t.is((await get('/mqtt/v1/clients/b/queue')).status, 404)
  })
})

test('a page of heavy messages ends early and says where it goes on', async t => {
  const messages = Array.from({ length: 40 }, (_, index) => queued(String(index), Buffer.alloc(100_000, 'x')))
  const state = { sessions: [session({ clientId: 'a' })], queues: new Map([['a', messages]]) }
  await withNative(state, async ({ get }) => {
    const seen: string[] = []
    let after = ''
    let pages = 0
    for (; pages < 10; pages++) {
      const { body } = await get(`/mqtt/v1/clients/a/queue?payload_limit=65536${after}`)
      seen.push(...body.messages.map(({ id }: { id: string }) => id))
      if (!body.next) break
      after = `&after=${body.next}`
    }
    t.is(pages, 2)
    t.deepEqual(
      seen,
      messages.map(({ id }) => id),
    )
  })
})
