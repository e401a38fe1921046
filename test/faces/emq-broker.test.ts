import test from 'ava'
import type { MqttClient } from 'mqtt'
import { DONE, NODE, NODES } from './emq-house.js'
import { compare } from './exchange.js'
import { asAdmin, openHouse, type TestHouse } from './house.js'
import { closed, connectClient, eventually, nextMessage } from './mqtt.js'

let house: TestHouse
const clients: MqttClient[] = []
test.before(async () => {
  house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'] })
})
test.after.always(async () => {
  for (const client of clients) client.end(true)
  await house?.close()
})

async function connect(clientId: string, options: object = {}): Promise<MqttClient> {
  const client = await connectClient(house, { clientId, ...options })
  clients.push(client)
  return client
}
const say = (verb: string, body: object) =>
  house.ask(asAdmin({ method: 'POST', path: `/api/v2/mqtt/${verb}`, body: JSON.stringify(body) }))
const result = async (path: string) => JSON.parse((await house.ask(asAdmin({ path: `/api/v2/${path}` }))).body).result

test.serial(
  'a client that is subscribed over HTTP gets what is published over HTTP, until it is unsubscribed',
  async t => {
    const client = await connect('far')
    compare(t, { path: '', ...DONE }, await say('subscribe', { client_id: 'far', topic: 'r/é', qos: 1 }))
    t.deepEqual((await result('subscriptions/far')).objects, [{ client_id: 'far', topic: 'r/é', qos: 1 }])
    t.deepEqual((await result('routes/r/%C3%A9')).objects, [{ topic: 'r/é', node: NODE }])
    const message = nextMessage(client)
    compare(t, { path: '', ...DONE }, await say('publish', { topic: 'r/é', payload: 'ünïcode', qos: 1 }))
    t.deepEqual(await message, ['r/é', 'ünïcode'])
    compare(t, { path: '', ...DONE }, await say('unsubscribe', { client_id: 'far', topic: 'r/é' }))
    t.deepEqual((await result('subscriptions/far')).objects, [])
    t.deepEqual((await result('routes/r/%C3%A9')).objects, [])
  },
)

test.serial('a retained message published over HTTP waits for subscribers, and an empty one takes it away', async t => {
  compare(t, { path: '', ...DONE }, await say('publish', { topic: 'kept', payload: 'x', retain: true }))
  const late = await connect('late')
  const message = nextMessage(late)
  await late.subscribeAsync('kept')
  t.deepEqual(await message, ['kept', 'x'])
  compare(t, { path: '', ...DONE }, await say('publish', { topic: 'kept', payload: '', retain: true }))
  await eventually(
    async () => (await result(`monitoring/stats/${NODE}`))['retained/count'] === 0,
    'nothing is retained',
  )
})

test.serial('the session of a client that was kicked stays, and its client is gone', async t => {
  const client = await connect('kept-on', { clean: false })
  await client.subscribeAsync('s/#', { qos: 1 })
  compare(t, { path: '', ...DONE }, await house.ask(asAdmin({ method: 'DELETE', path: '/api/v2/clients/kept-on' })))
  await closed(client)
  t.deepEqual((await result('clients/kept-on')).objects, [])
  t.like((await result('sessions/kept-on')).objects, [{ client_id: 'kept-on', clean_sess: false, subscriptions: 1 }])
  t.deepEqual((await result(`${NODES.slice('/api/v2/'.length)}/subscriptions/kept-on`)).objects, [
    { client_id: 'kept-on', topic: 's/#', qos: 1 },
  ])
})

test.serial('reloading the face costs no client its connection, and the numbers go on', async t => {
  const client = await connect('steady')
  const before = await result('clients/steady')
  await house.kernel.reload('mqtt-admin')
  t.true(client.connected)
  t.deepEqual(await result('clients/steady'), before)
})
