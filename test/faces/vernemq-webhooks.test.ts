import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import test from 'ava'
import { openHouse, type TestHouse, withKey } from './house.js'
import { connectClient, eventually } from './mqtt.js'

interface Told {
  hook: string
  type: string
  body: Record<string, unknown>
}

/** An endpoint that answers after `wait` milliseconds; the last one that is told is last. */
async function endpoint(wait = 0): Promise<{ url: string; told: Told[]; server: Server }> {
  const told: Told[] = []
  const server = createServer(async (request, response) => {
    const { 'vernemq-hook': hook, 'content-type': type = '' } = request.headers
    told.push({ hook: String(hook), type, body: (await json(request)) as Record<string, unknown> })
    setTimeout(() => response.end('{}'), wait)
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, told, server }
}

let house: TestHouse
test.beforeEach(async () => {
  house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'] })
})
test.afterEach.always(() => house?.close())

const call = async (path: string) => (await house.ask(withKey({ path: `/api/v1/webhooks/${path}` }))).body
const at = (url: string) => `endpoint=${encodeURIComponent(url)}`
const DONE = '{"text":"Done","type":"text"}'

test.serial('an endpoint is told who comes, subscribes and goes, in order', async t => {
  const { url, told, server } = await endpoint()
  const hooks = [
    'on_register',
    'on_subscribe',
    'on_unsubscribe',
    'on_client_wakeup',
    'on_client_offline',
    'on_client_gone',
  ]
  for (const hook of hooks) t.is(await call(`register?hook=${hook}&${at(url)}`), DONE)
  const lasting = await connectClient(house, { clientId: 'lasting', username: 'bob', clean: false })
  await lasting.subscribeAsync('a/+', { qos: 1 })
  await lasting.unsubscribeAsync('a/+')
  await lasting.endAsync()
  await eventually(() => told.at(-1)?.hook === 'on_client_offline', 'it has gone')
  const passing = await connectClient(house, { clientId: 'passing' })
  await passing.endAsync()
  await eventually(() => told.at(-1)?.hook === 'on_client_gone', 'the other has gone')
  const client = { mountpoint: '', client_id: 'lasting' }
  t.true(told.every(({ type }) => type === 'application/json'))
  t.like(told[0], { hook: 'on_register', body: { peer_addr: '127.0.0.1', ...client, username: 'bob' } })
  t.is(typeof told[0]!.body['peer_port'], 'number')
  t.deepEqual(
    told.slice(1, 5).map(({ hook, body }) => [hook, body]),
    [
      ['on_client_wakeup', client],
      ['on_subscribe', { username: 'bob', ...client, topics: [{ topic: 'a/+', qos: 1 }] }],
      ['on_unsubscribe', { username: 'bob', ...client, topics: ['a/+'] }],
      ['on_client_offline', client],
    ],
  )
  t.like(told[5], { hook: 'on_register', body: { client_id: 'passing', username: null } })
  t.like(told[6], { hook: 'on_client_gone', body: { client_id: 'passing' } })
  server.close()
})

test.serial('what is registered is shown, once, and outlives reloads', async t => {
  const { url, told, server } = await endpoint()
  t.is(await call(`register?hook=on_register&${at(url)}&--response_timeout=900&--base64payload=false`), DONE)
  t.regex(await call(`register?hook=on_register&${at(url)}`), /can't register endpoint due to 'already_registered'/)
  await house.kernel.reload('mqtt-admin')
  await house.kernel.reload('mqtt-broker')
  const table = [{ hook: 'on_register', endpoint: url, base64payload: false, response_timeout: 900 }]
  t.deepEqual(JSON.parse(await call('show')), { table, type: 'table' })
  const clients = []
  for (const clientId of ['one', 'two']) {
    clients.push(await connectClient(house, { clientId }))
    await house.kernel.reload('mqtt-admin')
  }
  await eventually(() => told.length === 2, 'each was told once')
  t.deepEqual(
    told.map(({ body }) => body['client_id']),
    ['one', 'two'],
  )
  t.is(await call(`deregister?hook=on_register&${at(url)}`), DONE)
  t.deepEqual(JSON.parse(await call('show')).table, [])
  clients.push(await connectClient(house, { clientId: 'three' }))
  for (const client of clients) await client.endAsync()
  t.is(told.length, 2)
  server.close()
})

test.serial('a slow endpoint delays no other, and no client', async t => {
  const [slow, fast] = [await endpoint(60_000), await endpoint()]
  for (const { url } of [slow, fast]) await call(`register?hook=on_register&${at(url)}&--response_timeout=60000`)
  const clients = []
  for (let index = 0; index < 5; index++) clients.push(await connectClient(house, { clientId: `c${index}` }))
  await eventually(() => fast.told.length === 5, 'the fast one was told of all')
  t.is(slow.told.length, 1)
  for (const client of clients) await client.endAsync()
  slow.server.closeAllConnections()
  slow.server.close()
  fast.server.close()
})

test.serial('hooks that would decide, and what is none, are refused', async t => {
  for (const hook of ['auth_on_register', 'auth_on_publish', 'on_deliver', 'on_register_m5', 'on_auth_m5']) {
    t.regex(await call(`register?hook=${hook}&endpoint=http://127.0.0.1/`), /can't register endpoint due to '/, hook)
  }
  for (const bad of [
    'hook=nope&endpoint=http://a',
    'hook=on_register&endpoint=a',
    'hook=on_register&endpoint=file:///a',
  ]) {
    t.is((await house.ask(withKey({ path: `/api/v1/webhooks/register?${bad}` }))).status, 400, bad)
  }
  t.deepEqual(JSON.parse(await call('show')).table, [])
})
