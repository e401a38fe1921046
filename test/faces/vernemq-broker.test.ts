import test from 'ava'
import mqtt from 'mqtt'
import { freePort } from '../support/free-port.js'
import { KEY, openHouse, type TestHouse } from './house.js'
import { closed, connectClient, eventually } from './mqtt.js'

let house: TestHouse
test.beforeEach(async () => {
  house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'] })
})
test.afterEach.always(() => house?.close())

const call = async (path: string) => {
  const { status, body } = await house.ask({ path: `/api/v1${path}`, headers: { Authorization: KEY } })
  return status === 200 ? JSON.parse(body) : status
}
const counters = async () =>
  Object.fromEntries(
    [...((await call('/metrics/show')).text as string).matchAll(/^(?:counter|gauge)\.(\w+) = (\d+)$/gm)].map(
      ([, name, value]) => [name!, Number(value)],
    ),
  )

test.serial('what clients do is seen: sessions, queues, retained messages, figures', async t => {
  const away = await connectClient(house, { clientId: 'away', clean: false, username: 'eve' })
  await away.subscribeAsync('o/#', { qos: 1 })
  await away.endAsync()
  const here = await connectClient(house, { clientId: 'here', username: 'bob' })
  await here.subscribeAsync({ 'a/+': { qos: 1 }, b: { qos: 0 } })
  await here.publishAsync('o/1', 'waits', { qos: 1 })
  await here.publishAsync('ret/1', 'stays', { qos: 1, retain: true })
  await here.publishAsync('nobody/cares', 'x', { qos: 1 })

  t.deepEqual((await call('/session/show?--client_id&--is_online&--offline_messages&--clean_session')).table, [
    { clean_session: false, client_id: 'away', is_online: false, offline_messages: 1 },
    { clean_session: true, client_id: 'here', is_online: true, offline_messages: 0 },
  ])
  t.deepEqual((await call('/session/show?--client_id=away&--payload&--routing_key&--msg_qos')).table, [
    { msg_qos: 1, payload: 'waits', routing_key: 'o/1' },
  ])
  t.deepEqual((await call('/session/show?--user=bob&--topic&--qos')).table, [
    { qos: 1, topic: 'a/+' },
    { qos: 0, topic: 'b' },
  ])
  t.deepEqual((await call('/retain/show')).table, [{ payload: 'stays', topic: 'ret/1' }])

  const figures = await counters()
  t.like(figures, {
    mqtt_connect_received: 2,
    mqtt_connack_accepted_sent: 2,
    mqtt_subscribe_received: 2,
    mqtt_suback_sent: 2,
    mqtt_publish_received: 3,
    mqtt_puback_sent: 3,
    mqtt_disconnect_received: 1,
    queue_processes: 2,
    retain_messages: 1,
    router_subscriptions: 3,
    total_active_connections: 1,
    active_mqtt_connections: 1,
  })
  t.true(figures['bytes_received']! > 100)
  t.true(figures['queue_message_unhandled']! >= 1)
  t.true(figures['vm_memory_total']! > 10_000_000)
  const { body } = await house.ask({ path: '/metrics' })
  t.regex(body, /^mqtt_publish_received\{node="VerneMQ@127\.0\.0\.1",mqtt_version="4"\} 3$/m)
  const status = (await call('/node/status')).table as { Status: string; Value: unknown }[]
  t.like(Object.fromEntries(status.map(({ Status, Value }) => [Status, Value])), {
    num_online: 1,
    num_offline: 1,
    msg_in: 3,
    num_retained: 1,
    num_subscriptions: 3,
  })
  await call('/metrics/reset')
  t.is((await counters())['mqtt_publish_received'], 0)
  t.is((await counters())['retain_messages'], 1)
  here.end(true)
})

test.serial('sessions are ended, subscriptions and retained messages removed', async t => {
  const clients = await Promise.all(
    ['c1', 'c2', 'c3'].map(clientId => connectClient(house, { clientId, clean: false, username: 'u' })),
  )
  await clients[0]!.subscribeAsync({ 'a/+': { qos: 1 }, b: { qos: 1 } })
  await clients[0]!.publishAsync('r', 'x', { qos: 1, retain: true })
  t.is((await call('/session/unsubscribe?client-id=c1&topic=a/%2B')).text, 'Done')
  t.deepEqual((await call('/session/show?--client_id=c1&--topic')).table, [{ topic: 'b' }])
  t.is((await call('/session/reauthorize?username=u&client-id=c1')).text, 'Unchanged')
  t.regex((await call('/session/reauthorize?username=x&client-id=c1')).alert[0].text, /is connected as "u", not as "x"/)
  t.is((await call('/retain/delete?--topic=r')).text, 'Done')
  t.deepEqual((await call('/retain/show')).table, [])

  await call('/session/disconnect/batch?count=1&--filter-client-ids=c1,c3')
  await closed(clients[1]!)
  t.true(clients[0]!.connected && clients[2]!.connected)
  await call('/session/disconnect/clients?client-ids=c1,c3&--cleanup')
  await Promise.all(clients.map(closed))
  t.deepEqual((await call('/session/show?--client_id&--is_online')).table, [{ client_id: 'c2', is_online: false }])
})

for (const [flags, type, scheme] of [
  ['', 'mqtt', 'mqtt'],
  ['&--ssl', 'mqtts', 'mqtts'],
  ['&--websocket', 'mqttws', 'ws'],
  ['&--websocket&--ssl', 'mqttwss', 'wss'],
] as const) {
  test.serial(`listener start opens ${type}, stop keeps clients, --kill_sessions does not`, async t => {
    const port = await freePort()
    const where = `address=127.0.0.1&port=${port}`
    t.is((await call(`/listener/start?${where}${flags}&--max_connections=5`)).text, 'Done')
    const connect = async () => {
      const options = { reconnectPeriod: 0, rejectUnauthorized: false, connectTimeout: 5000 }
      const client = mqtt.connect(`${scheme}://127.0.0.1:${port}/mqtt`, options)
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve()).once('error', reject)
        client.once('close', () => reject(new Error('closed')))
      })
      return client
    }
    const row = async () =>
      ((await call('/listener/show')).table as Record<string, unknown>[]).find(each => each['port'] === String(port))
    const client = await connect()
    t.like(await row(), { type, status: 'running', ip: '127.0.0.1', max_conns: 5, active_conns: 1, all_conns: 1 })
    t.regex((await call(`/listener/start?${where}${flags}`)).alert[0].text, /can't start listener due to/)
    t.is((await call(`/listener/stop?${where}`)).text, 'Done')
    t.true(client.connected)
    t.is((await row())?.['status'], 'stopped')
    const { status, body } = await house.ask({ path: '/health' })
    t.deepEqual([status, JSON.parse(body).reasons], [503, [`Listeners are not ready: [${type}]`]])
    await t.throwsAsync(connect())
    t.is((await call(`/listener/restart?${where}`)).text, 'Done')
    const second = await connect()
    t.is((await call(`/listener/stop?${where}&-k`)).text, 'Done')
    await Promise.all([closed(client), closed(second)])
    t.is((await call(`/listener/delete?${where}`)).text, 'Done')
    await eventually(async () => (await row()) === undefined, 'the listener is gone')
  })
}
