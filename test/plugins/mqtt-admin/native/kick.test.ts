import test from 'ava'
import { session } from '../stand-in.js'
import { withNative } from './house.js'

const people = () => [
  session({ clientId: 'a', username: 'bob' }),
  session({ clientId: 'b/1', username: 'bob', cleanSession: false }),
  session({ clientId: 'c', username: 'eve', cleanSession: false, connected: false }),
]

test('DELETE disconnects one client, and ends its session when that is said', async t => {
  await withNative({ sessions: people() }, async ({ send, asked }) => {
    t.deepEqual(await send('DELETE', '/mqtt/v1/clients/b%2F1'), {
      status: 200,
      body: { client_id: 'b/1', disconnected: true, session_ended: false },
    })
    t.deepEqual((await send('DELETE', '/mqtt/v1/clients/c?session=end')).body, {
      client_id: 'c',
      disconnected: false,
      session_ended: true,
    })
    t.is((await send('DELETE', '/mqtt/v1/clients/c')).status, 409)
    t.is((await send('DELETE', '/mqtt/v1/clients/nobody')).status, 404)
    t.is((await send('DELETE', '/mqtt/v1/clients/a?sesion=end')).status, 400, 'a typo must not kick in another way')
    t.deepEqual(asked, ['disconnect b/1', 'forget c'])
  })
})

test('a bulk kick takes the filters of the list, counts, and can be tried first', async t => {
  await withNative({ sessions: people() }, async ({ send, asked }) => {
    const kick = (body: object) => send('POST', '/mqtt/v1/clients/kick', body)
    t.deepEqual((await kick({ username: 'bob', dry_run: true })).body, { matched: 2, done: 0, dry_run: true })
    t.deepEqual(asked, [])
    t.deepEqual((await kick({ username: 'bob' })).body, { matched: 2, done: 2, dry_run: false })
    t.deepEqual(asked.splice(0), ['disconnect a', 'disconnect b/1'])
    t.deepEqual((await kick({ username: 'eve' })).body, { matched: 0, done: 0, dry_run: false }, 'eve is away')
    t.deepEqual((await kick({ username: 'eve', session: 'end' })).body, { matched: 1, done: 1, dry_run: false })
    t.deepEqual(asked.splice(0), ['forget c'])
    t.deepEqual((await kick({ client_id: ['a', 'b/1'], like: 'B*' })).body, { matched: 1, done: 1, dry_run: false })
    t.deepEqual((await kick({ all: true })).body, { matched: 2, done: 2, dry_run: false })
  })
})

test('nobody is kicked without a filter, by an empty one, or by a typo in one', async t => {
  await withNative({ sessions: people() }, async ({ send, asked }) => {
    for (const body of [
      {},
      { dry_run: false },
      { state: 'connected' },
      { usernme: 'bob' },
      { all: false },
      [],
      'all',
      null,
    ]) {
      const { status } = await send('POST', '/mqtt/v1/clients/kick', body)
      t.is(status, 400, JSON.stringify(body))
    }
    t.is((await send('POST', '/mqtt/v1/clients/kick')).status, 400)
    t.is((await send('POST', '/mqtt/v1/clients/kick', { client_id: Array(1001).fill('a') })).status, 400)
    t.deepEqual(asked, [])
  })
})

test('clients that come back at once do not keep a bulk kick going', async t => {
  const sessions = Array.from({ length: 30 }, (_, index) =>
    session({ clientId: `c${index}`, createdAt: 1, connectedAt: 1 }),
  )
  await withNative({ sessions }, async ({ send, backend, asked }) => {
    let back = 0
    backend.sessions.disconnect = async clientId => {
      asked.push(clientId)
      const now = Date.now() + 5
      sessions.push(session({ clientId: `${clientId}-again-${back++}`, createdAt: now, connectedAt: now }))
      return true
    }
    backend.sessions.blocks = async function* () {
      for (let at = 0; at < sessions.length; at += 10) {
        yield sessions.slice(at, at + 10)
        await new Promise(setImmediate)
      }
    }
    t.deepEqual((await send('POST', '/mqtt/v1/clients/kick', { all: true })).body, {
      matched: 30,
      done: 30,
      dry_run: false,
    })
    t.is(asked.length, 30)
  })
})
