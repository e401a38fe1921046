import test from 'ava'
import type { MqttSession } from '../../../../plugins/mqtt-admin/backend.js'
import { session } from '../stand-in.js'
import { withNative } from './house.js'

const noon = Date.parse('2026-11-22T12:00:00Z')

function sessions(): MqttSession[] {
  return Array.from({ length: 45 }, (_, index) =>
    session({
      clientId: `Sensor-${index}`,
      username: index % 3 === 0 ? 'bob' : undefined,
      address: `10.0.${index % 2}.${index}`,
      connected: index % 5 !== 0,
      cleanSession: index % 5 !== 0,
      transport: index % 2 === 0 ? 'tcp' : 'ws',
      connectedAt: noon + index * 1000,
      subscriptions: index === 7 ? new Map([['news/#', { qos: 1 }]]) : new Map(),
    }),
  )
}

test('pages follow one another by cursor, each with the total, and the last has no next', async t => {
  await withNative({ sessions: sessions() }, async ({ get }) => {
    const seen: string[] = []
    let after = ''
    for (let page = 0; page < 5; page++) {
      const { body } = await get(`/mqtt/v1/clients?limit=10${after}`)
      t.is(body.total, 45)
      seen.push(...body.clients.map((each: { client_id: string }) => each.client_id))
      t.is('next' in body, page < 4)
      after = `&after=${body.next}`
    }
    t.deepEqual(
      seen,
      sessions().map(({ clientId }) => clientId),
    )
  })
})

test('a page that ends with the last session has no next', async t => {
  await withNative({ sessions: sessions() }, async ({ get }) => {
    t.false('next' in (await get('/mqtt/v1/clients?limit=45')).body)
    t.false('next' in (await get('/mqtt/v1/clients?limit=15&username=bob')).body)
    t.true('next' in (await get('/mqtt/v1/clients?limit=14&username=bob')).body)
    t.true('next' in (await get('/mqtt/v1/clients?limit=14&username=bob&count=false')).body)
    t.false('next' in (await get('/mqtt/v1/clients?limit=15&username=bob&count=false')).body)
  })
})

test('every filter, alone and together', async t => {
  await withNative({ sessions: sessions() }, async ({ get }) => {
    const ids = async (query: string) => {
      const { status, body } = await get(`/mqtt/v1/clients?fields=client_id&limit=1000&${query}`)
      t.is(status, 200, query)
      t.is(body.total, body.clients.length, query)
      return body.clients.map((each: { client_id: string }) => Number(each.client_id.slice(7)))
    }
    const which = (holds: (index: number) => boolean) => [...Array(45).keys()].filter(holds)
    t.deepEqual(
      await ids('username=bob'),
      which(i => i % 3 === 0),
    )
    t.deepEqual(
      await ids('state=connected'),
      which(i => i % 5 !== 0),
    )
    t.deepEqual(
      await ids('state=away'),
      which(i => i % 5 === 0),
    )
    t.deepEqual(
      await ids('clean=false'),
      which(i => i % 5 === 0),
    )
    t.deepEqual(await ids('address=10.0.1.7'), [7])
    t.deepEqual(
      await ids('address=10.0.1.0%2F24'),
      which(i => i % 2 === 1),
    )
    t.deepEqual(
      await ids('transport=ws'),
      which(i => i % 2 === 1),
    )
    t.deepEqual(
      await ids('listener=127.0.0.1:1883'),
      which(() => true),
    )
    t.deepEqual(await ids('listener=127.0.0.1:1884'), [])
    t.deepEqual(await ids('like=sensor-4'), [4, 40, 41, 42, 43, 44])
    t.deepEqual(await ids('like=*-4'), [4])
    t.deepEqual(await ids('like=s*r*4*'), [4, 14, 24, 34, 40, 41, 42, 43, 44])
    t.deepEqual(
      await ids('like=*'),
      which(() => true),
    )
    t.deepEqual(await ids('like=sensor-4*4'), [44], 'head and tail do not share a character')
    t.deepEqual(await ids('subscribed=news%2F%23'), [7])
    t.deepEqual(await ids('client_id=Sensor-3&client_id=Sensor-9&client_id=nobody'), [3, 9])
    t.deepEqual(await ids('connected_before=2026-11-22T12:00:02Z'), [0, 1])
    t.deepEqual(await ids('connected_after=2026-11-22T13:00:42%2B01:00'), [43, 44])
    t.deepEqual(await ids('username=bob&address=10.0.1.0/24&state=connected&like=sensor-2'), [21, 27])
  })
})

test('an IPv6 address is found in any spelling, and a time that is not known matches no time', async t => {
  const there = [session({ clientId: 'six', address: '2001:db8::1', connectedAt: 0 }), session({ clientId: 'four' })]
  await withNative({ sessions: there }, async ({ get }) => {
    t.is((await get('/mqtt/v1/clients?address=2001:0db8:0::0001')).body.total, 1)
    t.is((await get('/mqtt/v1/clients?address=2001:db8::/32')).body.total, 1)
    t.is((await get('/mqtt/v1/clients?connected_before=2026-11-22T12:00:00Z')).body.total, 0)
  })
})

test('fields select, count=false leaves the total out', async t => {
  await withNative({ sessions: sessions() }, async ({ get }) => {
    const { body } = await get('/mqtt/v1/clients?fields=client_id,username&fields=connected_at&count=false&limit=1')
    t.deepEqual(body.clients, [{ client_id: 'Sensor-0', username: 'bob', connected_at: '2026-11-22T12:00:00.000Z' }])
    t.false('total' in body)
  })
})

test('one client has all fields; ids with a slash, a blank and the names of routes are ordinary', async t => {
  const ids = ['a/b', 'kick', 'x y+%2F', '日本', '__proto__', 'subscriptions', '..a']
  await withNative({ sessions: ids.map(clientId => session({ clientId })) }, async ({ get }) => {
    for (const id of ids) {
      const { status, body } = await get(`/mqtt/v1/clients/${encodeURIComponent(id)}`)
      t.is(status, 200, id)
      t.is(body.client_id, id)
      t.is((await get(`/mqtt/v1/clients/${encodeURIComponent(id)}/history`)).status, 200)
    }
    const { body } = await get('/mqtt/v1/clients/kick')
    t.is(Object.keys(body).length, 25)
    t.like(body, { username: null, disconnected_at: null, protocol: 4, subscriptions: 0 })
  })
})

test('who is not there is a 404 with a sentence; without a broker it is 503', async t => {
  await withNative({}, async ({ get, kernel }) => {
    const { status, body } = await get('/mqtt/v1/clients/nobody')
    t.is(status, 404)
    t.like(body.error, { code: 'not_found', message: 'there is no session of a client "nobody"' })
    await kernel.kernel.stop('stand-in')
    for (const path of ['clients', 'clients/a', 'retained', 'stats', 'events', 'routes', 'settings']) {
      const refused = await get(`/mqtt/v1/${path}`)
      t.is(refused.status, 503, path)
      t.is(refused.body.error.code, 'no_backend')
      t.is(refused.body.error.message, 'no MQTT broker is running; everything else keeps working')
      t.regex(refused.body.error.hint, /patchbay plugin start mqtt-broker/)
    }
    const told = await get('/mqtt/v1/alarms')
    t.is(told.status, 200)
    t.deepEqual(
      told.body.alarms.map(({ id }: { id: string }) => id).filter((id: string) => id === 'no_broker'),
      ['no_broker'],
    )
  })
})

test('a wrong query is refused with the way to what is right', async t => {
  await withNative({}, async ({ get }) => {
    for (const [query, message] of [
      ['usrname=bob', /unknown parameter "usrname"; did you mean "username"\?/],
      ['user=bob', /unknown parameter "user"; did you mean "username"\?/],
      ['state=conected', /expected one of connected, away, all, got .*; did you mean "connected"\?/],
      ['limit=0', /"limit": expected at least 1/],
      ['limit=1001', /"limit": expected at most 1000/],
      ['address=10.0.0', /"address": expected an address or a network/],
      ['address=10.0.0.0/33', /"address": expected an address or a network/],
      ['address=all', /"address": expected an address or a network/],
      ['listener=1883', /"listener": expected an address and a port, such as 127\.0\.0\.1:1883, got "1883"/],
      ['connected_after=yesterday', /expected a time such as/],
      ['fields=client_id,usrname', /"fields\[1\]": expected one of .*; did you mean "username"\?/],
      ['like=', /"like": expected a text that is not empty/],
      ['after=xyz', /"after" is the "next" of an earlier page/],
      ['after=', /"after" is the "next" of an earlier page/],
      ['after=MTIzNDU2Nzg5MDEyMzQ1Njc4', /"after" is the "next" of an earlier page/],
      ['clean=1', /"clean": expected true or false/],
    ] as const) {
      const { status, body } = await get(`/mqtt/v1/clients?${query}`)
      t.is(status, 400, query)
      t.regex(body.error.message, message)
    }
  })
})

test('a search with a pattern made to be slow is not', async t => {
  const many = Array.from({ length: 2000 }, (_, index) => session({ clientId: `${'a'.repeat(200)}${index}` }))
  await withNative({ sessions: many }, async ({ get }) => {
    const began = performance.now()
    t.is((await get(`/mqtt/v1/clients?like=${'*a'.repeat(400)}b`)).body.total, 0)
    t.true(performance.now() - began < 2000)
  })
})
