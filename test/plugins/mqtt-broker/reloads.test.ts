import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'ava'
import { asAdmin, type HouseOptions, openHouse, type TestHouse, withKey } from '../../faces/house.js'
import { brokerPort, closed, connectClient, eventually, nextMessage } from '../../faces/mqtt.js'

async function withBroker(options: HouseOptions, act: (house: TestHouse) => Promise<void>): Promise<void> {
  const house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin'], ...options })
  try {
    await act(house)
  } finally {
    await house.close()
  }
}

const shown = async (house: TestHouse, path: string) =>
  JSON.parse((await house.ask((path.startsWith('/api/v1') ? withKey : asAdmin)({ path }))).body)
const sessions = async (house: TestHouse): Promise<{ client_id: string; is_online: boolean; user: string | null }[]> =>
  (await shown(house, '/api/v1/session/show')).table
const emqClient = async (house: TestHouse, id: string) =>
  (await shown(house, `/api/v2/clients/${encodeURIComponent(id)}`)).result.objects[0]
const kick = async (house: TestHouse, id: string) =>
  JSON.parse((await house.ask(asAdmin({ method: 'DELETE', path: `/api/v2/clients/${encodeURIComponent(id)}` }))).body)

test.serial('a client is listed by both faces, and kicked, while the plugins are reloaded underneath', async t => {
  await withBroker({}, async house => {
    const subscriber = await connectClient(house, { clientId: 'subscriber' })
    const publisher = await connectClient(house, { clientId: 'publisher', username: 'bob' })
    const arrived: string[] = []
    subscriber.on('message', (_topic, payload) => arrived.push(payload.toString()))
    await subscriber.subscribeAsync('news/#', { qos: 1 })

    const sent: string[] = []
    let publishing = true
    const stream = (async () => {
      for (let number = 0; publishing; number++) {
        await publisher.publishAsync('news/today', String(number), { qos: 1 })
        sent.push(String(number))
      }
    })()
    for (let round = 0; round < 5; round++) {
      await house.kernel.reload('mqtt-broker')
      await house.kernel.reload('mqtt-admin')
      t.is((await emqClient(house, 'publisher')).username, 'bob')
      t.deepEqual((await sessions(house)).map(({ client_id }) => client_id).sort(), ['publisher', 'subscriber'])
    }
    publishing = false
    await stream
    await eventually(() => arrived.length === sent.length, 'every acknowledged message has arrived')
    t.deepEqual(arrived, sent)
    t.true(subscriber.connected && publisher.connected, 'no reload closes a connection')
    t.is(house.inspect('mqtt-broker').generation, 6)

    const gone = closed(publisher)
    t.deepEqual(await kick(house, 'publisher'), { code: 0, result: [] })
    await gone
    t.deepEqual(await kick(house, 'publisher'), { code: 112 })
    t.deepEqual(
      (await sessions(house)).map(({ client_id }) => client_id),
      ['subscriber'],
    )
    t.true(subscriber.connected)
    subscriber.end(true)
  })
})

test.serial('whoever takes over a client id is the one that is listed', async t => {
  await withBroker({}, async house => {
    const first = await connectClient(house, { clientId: 'same', username: 'first' })
    const left = closed(first)
    const second = await connectClient(house, { clientId: 'same', username: 'second', clean: false })
    await left
    t.is((await emqClient(house, 'same')).username, 'second')
    t.is((await shown(house, '/api/v2/nodes/emq@127.0.0.1/clients')).result.total_num, 1)
    second.end(true)
    await eventually(async () => (await sessions(house))[0]?.is_online === false, 'the persistent session is offline')
    const third = await connectClient(house, { clientId: 'same' })
    t.is((await sessions(house)).length, 1)
    third.end()
    await eventually(async () => (await sessions(house)).length === 0, 'a clean session ends with its connection')
  })
})

test.serial('take-overs and kicks at the same moment leave nobody behind in the lists', async t => {
  await withBroker({}, async house => {
    const rounds = Array.from({ length: 30 }, (_, round) => round)
    const clients = await Promise.all(
      rounds.map(async round => {
        await new Promise(resolve => setTimeout(resolve, round % 7))
        if (round % 3 === 0) await kick(house, 'same')
        return connectClient(house, { clientId: 'same', clean: round % 2 === 0 }).catch(() => undefined)
      }),
    )
    t.true((await sessions(house)).length <= 1)
    const last = await connectClient(house, { clientId: 'same' })
    t.is((await shown(house, '/api/v2/nodes/emq@127.0.0.1/clients')).result.total_num, 1)
    t.is((await kick(house, 'same')).code, 0)
    for (const client of [...clients, last]) client?.end(true)
    await eventually(async () => (await sessions(house)).length === 0, 'nobody is left')
  })
})

test.serial('a kick publishes the will and leaves a persistent session, which --cleanup forgets', async t => {
  await withBroker({}, async house => {
    const witness = await connectClient(house, { clientId: 'witness' })
    await witness.subscribeAsync('wills/#')
    const will = { topic: 'wills/lasting', payload: Buffer.from('gone'), qos: 0 as const, retain: false }
    const lasting = await connectClient(house, { clientId: 'lasting', clean: false, will })
    await lasting.subscribeAsync('queue', { qos: 1 })
    const heard = nextMessage(witness)
    t.is((await kick(house, 'lasting')).code, 0)
    t.deepEqual(await heard, ['wills/lasting', 'gone'])

    t.deepEqual(
      (await sessions(house)).find(({ client_id }) => client_id === 'lasting'),
      {
        client_id: 'lasting',
        is_online: false,
        mountpoint: '',
        peer_host: null,
        peer_port: null,
        user: null,
      } as object,
    )
    t.is(await emqClient(house, 'lasting'), undefined)
    await witness.publishAsync('queue', 'kept', { qos: 1 })
    const queued: string[] = []
    const returned = await connectClient(house, { clientId: 'lasting', clean: false }, (_topic, payload) => {
      queued.push(payload)
    })
    await eventually(() => queued.length > 0, 'the queued message has arrived')
    t.deepEqual(queued, ['kept'])
    returned.end(true)

    await eventually(async () => (await emqClient(house, 'lasting')) === undefined, 'lasting is offline')
    await house.ask(withKey({ path: '/api/v1/session/disconnect?client-id=lasting&--cleanup' }))
    t.deepEqual(
      (await sessions(house)).map(({ client_id }) => client_id),
      ['witness'],
    )
    const fresh = await connectClient(house, { clientId: 'lasting', clean: false })
    let arrived = 0
    fresh.on('message', () => arrived++)
    await witness.publishAsync('queue', 'forgotten', { qos: 1 })
    await witness.publishAsync('queue', 'forgotten', { qos: 1 })
    t.is(arrived, 0)
    fresh.end(true)
    witness.end(true)
  })
})

test.serial('client ids with slashes, wildcards, blanks, non-ASCII and names of Object are ordinary', async t => {
  await withBroker({}, async house => {
    const ids = ['a/b//c/', '+/#', 'dev/2 +é', '日本', '__proto__', 'constructor', '%2F', 'x?y=1&z']
    const clients = await Promise.all(ids.map(clientId => connectClient(house, { clientId })))
    const listed = (await shown(house, '/api/v2/nodes/emq@127.0.0.1/clients')).result
    t.is(listed.total_num, ids.length)
    t.deepEqual(listed.objects.map((each: { client_id: string }) => each.client_id).sort(), [...ids].sort())
    for (const id of ids) {
      t.is((await emqClient(house, id))?.client_id, id)
      const { table } = await shown(house, `/api/v1/session/show?--client_id=${encodeURIComponent(id)}&--client_id`)
      t.true(Array.isArray(table))
    }
    for (const [index, id] of ids.entries()) {
      const gone = closed(clients[index]!)
      t.is((await kick(house, id)).code, 0, id)
      await gone
    }
    t.deepEqual(await sessions(house), [])
  })
})

test.serial('a client without an id gets one', async t => {
  await withBroker({}, async house => {
    const client = await connectClient(house, { clientId: '', clean: true })
    const [session] = await sessions(house)
    t.truthy(session?.client_id)
    t.is((await kick(house, session!.client_id)).code, 0)
    client.end(true)
  })
})

test.serial('bound beyond loopback, anonymous clients and unknown names are refused', async t => {
  await withBroker({ plugins: { 'mqtt-broker': { port: 0, ws_port: 0, ip: '0.0.0.0' } } }, async house => {
    await t.throwsAsync(connectClient(house, { clientId: 'nameless' }), { message: /code: 5|Not authorized/i })
    const named = { clientId: 'named', username: 'bob', password: 'x' }
    await t.throwsAsync(connectClient(house, named), { message: /Bad username or password|code: 4/i })
    t.deepEqual(await sessions(house), [])
  })
})

test.serial('allow_anonymous decides, wherever the broker is bound', async t => {
  await withBroker(
    { plugins: { 'mqtt-broker': { port: 0, ws_port: 0, ip: '0.0.0.0', allow_anonymous: 'always' } } },
    async house => {
      const client = await connectClient(house, { clientId: 'welcome' })
      t.true(client.connected)
      client.end(true)
    },
  )
  await withBroker({ plugins: { 'mqtt-broker': { port: 0, ws_port: 0, allow_anonymous: 'never' } } }, async house => {
    await t.throwsAsync(connectClient(house, { clientId: 'nameless' }), { message: /code: 5|Not authorized/i })
  })
})

test.serial('rubbish, silence and hang-ups at the port harm nobody', async t => {
  await withBroker({}, async house => {
    const steady = await connectClient(house, { clientId: 'steady' })
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\0'.repeat(100), '\x10\xff\xff\xff\xff\x7f', '\x10\x02']) {
      const socket = connect(brokerPort(house), '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(bytes, 'latin1')
      await new Promise(resolve => setTimeout(resolve, 20))
      socket.resetAndDestroy()
    }
    await steady.subscribeAsync('still')
    const heard = nextMessage(steady)
    await steady.publishAsync('still', 'here')
    t.deepEqual(await heard, ['still', 'here'])
    t.deepEqual(
      (await sessions(house)).map(({ client_id }) => client_id),
      ['steady'],
    )
    t.deepEqual(
      house.log.filter(({ level }) => level === 'error'),
      [],
    )
    steady.end(true)
  })
})

test.serial('a port that is taken is one sentence, and only this plugin fails', async t => {
  await withBroker({}, async house => {
    const port = brokerPort(house)
    const other = await openHouse({ plugins: { 'mqtt-broker': { port, ws_port: 0 } } })
    try {
      await t.throwsAsync(other.kernel.start('mqtt-broker'), {
        message: new RegExp(`^port ${port} on 127\\.0\\.0\\.1 is taken by another program`),
      })
      t.is(other.inspect('mqtt-broker').state, 'failed')
      t.is((await other.ask(asAdmin({ path: '/admin_rest/ping' }))).status, 200)
    } finally {
      await other.close()
    }
  })
})
