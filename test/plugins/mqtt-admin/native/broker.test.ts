import test from 'ava'
import mqtt from 'mqtt'
import { ADMIN, openHouse, type TestHouse } from '../../../faces/house.js'
import { brokerPort, connectClient, eventually } from '../../../faces/mqtt.js'
import { EventReader } from './event-reader.js'

async function withBroker(act: (house: TestHouse) => Promise<void>): Promise<void> {
  const house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'] })
  try {
    await act(house)
  } finally {
    await house.close()
  }
}

async function call(house: TestHouse, method: string, path: string, body?: unknown) {
  const response = await house.fetch(`/mqtt/v1/${path}`, {
    method,
    headers: { Authorization: ADMIN },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: what an endpoint answers is what the test says about it
  return { status: response.status, body: (await response.json()) as any }
}

test.serial(
  'what clients really do is told, through reloads of the face and of the broker, each thing once',
  async t => {
    await withBroker(async house => {
      const query = '?client_id=guest&event=connected,subscribed,disconnected'
      let reader = await EventReader.open(house, query, { authorization: ADMIN })
      const told: { id: number; event: string; topic?: string }[] = []
      for (const [round, reloaded] of [undefined, 'mqtt-broker', 'mqtt-admin', 'mqtt-broker'].entries()) {
        if (reloaded) await house.kernel.reload(reloaded)
        if (reader.ended || reloaded === 'mqtt-admin') {
          await eventually(() => reader.ended, 'the stream has ended with its generation')
          told.push(...reader.seen.map(({ data }) => data))
          reader = await EventReader.open(house, query, {
            authorization: ADMIN,
            'last-event-id': reader.seen.at(-1)!.id,
          })
        }
        const guest = await connectClient(house, { clientId: 'guest' })
        await guest.subscribeAsync(`round/${round}`)
        await guest.endAsync()
        await eventually(
          () => reader.seen.at(-1)?.event === 'disconnected' && reader.seen.length % 3 === 0,
          `round ${round} is told`,
        )
      }
      told.push(...reader.seen.map(({ data }) => data))
      t.deepEqual(
        told.map(({ event, topic = '' }) => event + topic),
        [0, 1, 2, 3].flatMap(round => ['connected', `subscribedround/${round}`, 'disconnected']),
      )
      t.deepEqual(
        told.map(({ id }) => id),
        [...new Set(told.map(({ id }) => id))].sort((a, b) => a - b),
      )
      reader.close()
      const { body } = await call(house, 'GET', 'clients/guest/history')
      t.deepEqual(body.events.filter(({ event }: { event: string }) => event === 'subscribed').length, 4)
    })
  },
)

test.serial('a bulk kick ends although its clients come back at once, and leaves others alone', async t => {
  await withBroker(async house => {
    const port = brokerPort(house)
    const other = await connectClient(house, { clientId: 'other' })
    let connects = 0
    const crowd = Array.from({ length: 60 }, (_, index) =>
      mqtt.connect(`mqtt://127.0.0.1:${port}`, { clientId: `crowd-${index}`, reconnectPeriod: 1 }),
    )
    for (const client of crowd) client.on('connect', () => connects++)
    await eventually(() => connects === 60, 'all are connected')
    const { body } = await call(house, 'POST', 'clients/kick', { like: 'crowd-*' })
    t.is(body.matched, 60)
    t.is(body.done, 60)
    await eventually(() => connects === 120, 'all have come back')
    t.true(other.connected)
    await Promise.all(crowd.map(client => client.endAsync(true)))
    other.end(true)
  })
})

test.serial(
  'messages published in bulk arrive byte by byte and in order; what is retained is found and deleted',
  async t => {
    await withBroker(async house => {
      const client = await connectClient(house, { clientId: 'reader' })
      const arrived: Buffer[] = []
      client.on('message', (_topic, payload) => arrived.push(payload))
      await client.subscribeAsync('bulk/#', { qos: 1 })
      const payloads = Array.from({ length: 300 }, (_, index) => Buffer.from([index & 255, index >> 8, 0, 255]))
      const messages = payloads.map((payload, index) => ({
        topic: `bulk/${index % 10}`,
        payload_base64: payload.toString('base64'),
        qos: 1,
        retain: true,
      }))
      t.like((await call(house, 'POST', 'publish', { messages })).body, { published: 300, failed: 0 })
      await eventually(() => arrived.length === 300, 'all have arrived')
      t.deepEqual(arrived, payloads)
      t.is((await call(house, 'GET', 'retained?filter=bulk/%2B')).body.messages.length, 10)
      t.is((await call(house, 'GET', 'retained/bulk/3')).body.payload, payloads[293]!.toString('base64'))
      t.like((await call(house, 'POST', 'retained/delete', { filter: 'bulk/#' })).body, { matched: 10, deleted: 10 })
      t.deepEqual((await call(house, 'GET', 'retained')).body.messages, [])
      client.end(true)
    })
  },
)

test.serial('settings change while clients stay, and a wrong one changes nothing', async t => {
  await withBroker(async house => {
    const client = await connectClient(house, { clientId: 'stays' })
    t.is((await call(house, 'PATCH', 'settings', { history: 3, queue_qos0: true })).body.settings.history, 3)
    t.like((await call(house, 'GET', 'settings')).body.settings, { history: 3, queue_qos0: true })
    const { status, body } = await call(house, 'PATCH', 'settings', { history: 4, queue_qso0: false })
    t.is(status, 422)
    t.regex(body.error.message, /did you mean/)
    t.like((await call(house, 'GET', 'settings')).body.settings, { history: 3, queue_qos0: true })
    t.true(client.connected)
    client.end(true)
  })
})

test.serial('a persistent session: subscribed while away, its queue, its end', async t => {
  await withBroker(async house => {
    await (await connectClient(house, { clientId: 'away/1', clean: false })).endAsync()
    const id = 'clients/away%2F1'
    await eventually(async () => (await call(house, 'GET', id)).body.connected === false, 'it is away')
    const subscribed = await call(house, 'POST', `${id}/subscribe`, { subscriptions: [{ topic: 'x/#', qos: 1 }] })
    t.deepEqual(subscribed.body, { results: [{ topic: 'x/#', granted: 1 }] })
    t.deepEqual((await call(house, 'GET', 'subscriptions?matches=x/1')).body.subscriptions, [
      { client_id: 'away/1', topic: 'x/#', qos: 1 },
    ])
    t.deepEqual((await call(house, 'GET', 'routes/x/%23')).body, { topic: 'x/#', subscribers: 1 })
    for (const payload of ['one', 'two']) await call(house, 'POST', 'publish', { topic: 'x/1', payload, qos: 1 })
    const queue = (await call(house, 'GET', `${id}/queue`)).body.messages
    t.deepEqual(
      queue.map(({ text, qos, sent }: { text: string; qos: number; sent: boolean }) => [text, qos, sent]),
      [
        ['one', 1, false],
        ['two', 1, false],
      ],
    )
    t.deepEqual((await call(house, 'GET', `${id}/queue`)).body.messages, queue, 'looking changes nothing')
    t.is((await call(house, 'DELETE', id)).status, 409)
    t.like((await call(house, 'DELETE', `${id}?session=end`)).body, { disconnected: false, session_ended: true })
    t.is((await call(house, 'GET', id)).status, 404)
    t.is((await call(house, 'GET', 'routes/x/%23')).status, 404)
  })
})
