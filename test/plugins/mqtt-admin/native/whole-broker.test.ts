import test from 'ava'
import { KernelError } from '../../../../kernel/index.js'
import { session } from '../stand-in.js'
import { withNative } from './house.js'

const subscribed = (clientId: string, ...topics: string[]) =>
  session({ clientId, subscriptions: new Map(topics.map(topic => [topic, { qos: 1 }])) })

test('subscriptions of all clients: in pages of any size, by filter, and those that a topic reaches', async t => {
  const sessions = [subscribed('a', 'x/#', 'y', 'z/+'), subscribed('b'), subscribed('c', 'x/1', '#', 'y')]
  await withNative({ sessions }, async ({ get }) => {
    const all = (await get('/mqtt/v1/subscriptions')).body
    t.is(all.total, 6)
    t.false('next' in all)
    for (const limit of [1, 2, 3, 5]) {
      const seen: object[] = []
      let after = ''
      do {
        const { body } = await get(`/mqtt/v1/subscriptions?limit=${limit}${after}`)
        seen.push(...body.subscriptions)
        after = body.next ? `&after=${body.next}` : ''
      } while (after)
      t.deepEqual(seen, all.subscriptions, `${limit} a page`)
    }
    const found = async (query: string) =>
      (await get(`/mqtt/v1/subscriptions?${query}`)).body.subscriptions.map(
        (each: { client_id: string; topic: string }) => `${each.client_id} ${each.topic}`,
      )
    t.deepEqual(await found('topic=y'), ['a y', 'c y'])
    t.deepEqual(await found('matches=x/1'), ['a x/#', 'c x/1', 'c #'])
    t.deepEqual(await found('matches=x'), ['a x/#', 'c #'])
    t.deepEqual(await found('matches=$SYS/x'), [])
    t.is((await get('/mqtt/v1/subscriptions?matches=x/%23')).status, 400)
    t.is((await get('/mqtt/v1/subscriptions?after=MQ')).status, 400)
  })
})

test('routes with their subscribers, and one of them', async t => {
  await withNative({ sessions: [subscribed('a', 'x/#', 'y'), subscribed('b', 'y')] }, async ({ get }) => {
    const first = (await get('/mqtt/v1/routes?limit=1')).body
    t.like(first, { routes: [{ topic: 'x/#', subscribers: 1 }], total: 2 })
    t.deepEqual((await get(`/mqtt/v1/routes?limit=1&after=${first.next}`)).body, {
      routes: [{ topic: 'y', subscribers: 2 }],
      total: 2,
    })
    t.deepEqual((await get('/mqtt/v1/routes/x/%23')).body, { topic: 'x/#', subscribers: 1 })
    t.is((await get('/mqtt/v1/routes/x/1')).status, 404)
  })
})

test('settings are shown and changed; what the broker refuses is a 422 with its sentence', async t => {
  await withNative({ settings: { history: 100, queue_qos0: false } }, async ({ get, send, backend }) => {
    t.deepEqual((await get('/mqtt/v1/settings')).body, { settings: { history: 100, queue_qos0: false } })
    t.deepEqual((await send('PATCH', '/mqtt/v1/settings', { history: 5 })).body, {
      settings: { history: 5, queue_qos0: false },
    })
    for (const body of [{}, [], { history: null }, { history: [1] }, 5]) {
      t.is((await send('PATCH', '/mqtt/v1/settings', body)).status, 400, JSON.stringify(body))
    }
    backend.settings.change = async () => {
      throw new KernelError('config_invalid', 'unknown option "histroy"; did you mean "history"?')
    }
    const { status, body } = await send('PATCH', '/mqtt/v1/settings', { histroy: 5 })
    t.is(status, 422)
    t.regex(body.error.message, /did you mean "history"/)
  })
})

test('statistics, alarms and listeners in JSON', async t => {
  const alarm = {
    id: 'slow_consumer:c1',
    severity: 'warning',
    title: 'Slow',
    summary: 'c1 is slow',
    raisedAt: 1000,
  } as const
  const listener = {
    transport: 'tcp',
    address: '127.0.0.1',
    port: 1883,
    status: 'running',
    configured: true,
    maxConnections: 10,
    connections: 2,
    totalConnections: 3,
    shutdowns: { kicked: 1 },
  } as const
  await withNative(
    { alarms: [alarm], listeners: [listener], counters: { 'bytes.sent': 5, clients: 2 } },
    async ({ get }) => {
      const { body } = await get('/mqtt/v1/stats')
      t.is(body.product.name, 'stand-in')
      t.is(body.counters['bytes.sent'], 5)
      t.deepEqual(body.gauges.clients, { count: 2, max: 2 })
      const { raisedAt: _, ...rest } = alarm
      const { alarms } = (await get('/mqtt/v1/alarms')).body
      t.deepEqual(
        alarms.filter(({ id }: { id: string }) => id === alarm.id),
        [{ ...rest, raised_at: '1970-01-01T00:00:01.000Z' }],
      )
      t.like((await get('/mqtt/v1/listeners')).body, {
        total: 1,
        listeners: [{ transport: 'tcp', port: 1883, max_connections: 10, shutdowns: { kicked: 1 } }],
      })
    },
  )
})
