import { createServer } from 'node:net'
import test from 'ava'
import { child, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { basic } from '../../../faces/exchange.js'
import { PASSWORD, QUIET, start, temporaryFolder } from '../../../fixtures/process.js'
import { login } from '../client.js'
import { conditionOf, ofType, settled } from './talk.js'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

test('messages, requests and blocks that were answered survive kill -9', async t => {
  const folder = temporaryFolder()
  const headers = { Authorization: basic('admin@localhost', PASSWORD) }
  const port = await freePort()
  const config = {
    ...QUIET,
    plugins: { ...QUIET.plugins, 'xmpp-server': { port, tls_port: 0, scram_iterations: 4096 } },
  }
  try {
    const first = await start(folder.path, config)
    for (const user of ['alice', 'bob', 'eve']) {
      const body = JSON.stringify({ user, host: 'localhost', password: user })
      await first.fetch('/api/register', { method: 'POST', headers, body })
    }
    const quiet = await login(port, 'alice@localhost/q')
    const blocked = "<block xmlns='urn:xmpp:blocking'><item jid='eve@localhost'/></block>"
    t.is((await quiet.ask('set', blocked)).attributes['type'], 'result')
    const bob = await login(port, 'bob@localhost/b')
    bob.send("<presence to='alice@localhost' type='subscribe'><status>me</status></presence>")
    for (let n = 0; n < 50; n++) bob.send(`<message to='alice@localhost' type='chat'><body>${n}</body></message>`)
    await settled(bob)
    first.child.kill('SIGKILL')
    t.is(await first.ended, 'SIGKILL')

    const second = await start(folder.path, config)
    const eve = await login(port, 'eve@localhost/e')
    eve.send("<message to='alice@localhost'><body>x</body></message>")
    t.is(conditionOf(await eve.next('message')), 'service-unavailable')
    const alice = await login(port, 'alice@localhost/a', { presence: '<presence/>' })
    t.is(textOf(child(await alice.next(ofType('subscribe')), 'status')), 'me')
    for (let n = 0; n < 50; n++) t.is(textOf(child(await alice.next('message'), 'body')), String(n))
    await settled(alice)
    t.deepEqual(
      alice.heard.filter(({ name }) => name === 'message'),
      [],
    )
    second.child.kill('SIGTERM')
    t.is(await second.ended, 0)
  } finally {
    folder.remove()
  }
})
