import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'ava'
import { plugin } from 'patchbay'
import { testKernel } from 'patchbay/testing'

const speaker = plugin({
  name: 'speaker',
  version: '1.0.0',
  start(ctx) {
    ctx.upgrade('xmpp_websocket', ({ socket, head, address }) => {
      socket.on('error', () => undefined)
      socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${ctx.generation} ${address} ${head}`)
    })
  },
})

/** What comes back for `text`, until the connection is closed. */
async function exchange(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let heard = ''
  socket.on('data', chunk => {
    heard += chunk
  })
  socket.write(text)
  await once(socket, 'close')
  return heard
}

const ask = (path: string, protocol: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: ${protocol}\r\n${more}\r\n`

test('a connection that asks for WebSocket is the plugin’s, also with what came behind its request', async t => {
  const house = await testKernel(speaker)
  t.regex(await exchange(house.url, `${ask('/ws', 'websocket')}more`), /^HTTP\/1.1 101 .*\r\n\r\n1 127.0.0.1 more$/s)
  await house.kernel.reload('speaker')
  t.regex(await exchange(house.url, ask('/ws', 'WebSocket')), /\r\n\r\n2 127.0.0.1 $/)
  await house.close()
})

test('whoever offers another protocol, or asks elsewhere, is answered in HTTP', async t => {
  const house = await testKernel(speaker)
  t.regex(await exchange(house.url, ask('/ws', 'h2c')), /^HTTP\/1.1 426 /)
  t.regex(await exchange(house.url, ask('/admin_rest/ping', 'websocket')), /^HTTP\/1.1 400 .*Missing authorization/s)
  t.regex(await exchange(house.url, ask('/kernel/plugins', 'h2c')), /^HTTP\/1.1 401 /)
  const answer = await house.fetch('/ws')
  t.is(answer.status, 426)
  const { error } = (await answer.json()) as { error: { code: string; message: string } }
  t.is(error.code, 'upgrade_required')
  t.is(error.message, 'this path speaks XMPP over WebSocket (RFC 7395)')
  await house.close()
})

test('without a plugin that speaks it, the path says so', async t => {
  const house = await testKernel(undefined)
  t.regex(
    await exchange(house.url, ask('/ws', 'websocket')),
    /^HTTP\/1.1 503 .*no running plugin speaks XMPP over WebSocket/s,
  )
  await house.close()
})

test('two plugins cannot take the same upgrade', async t => {
  const other = plugin({ ...speaker, name: 'other' })
  await t.throwsAsync(testKernel([speaker, other]), {
    message: /the upgrade "xmpp_websocket", which plugin "speaker" already provides/,
  })
})

test('a connection that has left HTTP keeps nobody waiting at the end', async t => {
  const quiet = plugin({
    name: 'quiet',
    version: '1.0.0',
    start: ctx => ctx.upgrade('xmpp_websocket', ({ socket }) => void socket.on('error', () => undefined)),
  })
  const house = await testKernel(quiet)
  const socket = connect(Number(new URL(house.url).port), '127.0.0.1')
  socket.write(ask('/ws', 'websocket'))
  await once(socket, 'connect')
  await house.fetch('/kernel/status')
  const began = performance.now()
  await house.close()
  t.true(performance.now() - began < 2000)
  socket.destroy()
})
