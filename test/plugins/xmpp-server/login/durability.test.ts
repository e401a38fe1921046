import test from 'ava'
import { basic } from '../../../faces/exchange.js'
import { PASSWORD, QUIET, start, temporaryFolder } from '../../../fixtures/process.js'

test('bans, roles and last activity that were answered survive kill -9', async t => {
  const folder = temporaryFolder()
  const headers = { Authorization: basic('admin@localhost', PASSWORD) }
  const config = {
    ...QUIET,
    plugins: { ...QUIET.plugins, 'xmpp-server': { port: 0, tls_port: 0, scram_iterations: 4096 } },
  }
  const call = async (to: Awaited<ReturnType<typeof start>>, command: string, body: object) => {
    const answer = await to.fetch(`/api/${command}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, body: await answer.json() }
  }
  const role = (to: Awaited<ReturnType<typeof start>>, user: string, method: string, body?: object) =>
    to.fetch(`/admin_rest/user/${user}/role`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  try {
    const first = await start(folder.path, config)
    const host = 'localhost'
    for (const user of ['alice', 'bob']) await call(first, 'register', { user, host, password: user })
    const banned = await call(first, 'ban_account', { user: 'alice', host, reason: 'spam' })
    const gone = await call(first, 'set_last', { user: 'bob', host, timestamp: 1_700_000_000, status: 'GoSleeping' })
    const raised = await role(first, 'bob', 'PATCH', { role: 'prosody:admin' })
    first.child.kill('SIGKILL')
    t.is(await first.ended, 'SIGKILL')
    t.deepEqual([banned.status, gone.status, raised.status], [200, 200, 200])

    const second = await start(folder.path, config)
    t.is((await call(second, 'check_password', { user: 'alice', host, password: 'alice' })).body, 1)
    t.is((await call(second, 'check_password', { user: 'bob', host, password: 'bob' })).body, 0)
    t.deepEqual((await call(second, 'get_last', { user: 'bob', host })).body, {
      timestamp: '2023-11-14T22:13:20Z',
      status: 'GoSleeping',
    })
    // An administrator of admin_rest by role.
    const asked = await second.fetch('/admin_rest/ping', { headers: { Authorization: basic('bob@localhost', 'bob') } })
    t.is(asked.status, 200)
    second.child.kill('SIGTERM')
    t.is(await second.ended, 0)
  } finally {
    folder.remove()
  }
})
