import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import test from 'ava'
import { WebSocket } from 'ws'
import { xmppPort } from '../../../support/xmpp-port.js'
import { login, RawClient } from '../client.js'
import { openXmpp, withXmpp } from '../house.js'

const BODY = "<ping xmlns='urn:xmpp:ping'/>"

test('streams survive reloads: none is closed, no message is lost or out of order', async t => {
  await withXmpp(async ({ port, kernel, register, backend }) => {
    const names = Array.from({ length: 30 }, (_, n) => `user${n}@localhost`)
    await register(...names)
    const clients = await Promise.all(names.map(name => login(port, name, { presence: '<presence/>' })))
    const half = new RawClient(port)
    await half.open()
    half.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mecha")
    let reloading = true
    const talking = clients.map(async (client, n) => {
      let sent = 0
      while (reloading) {
        const to = names[(n + 1) % names.length]
        // Cut anywhere, so that reloads come in the middle of a tag.
        client.send(`<message to='${to}' type='chat'><bo`)
        await new Promise(resolve => setImmediate(resolve))
        client.send(`dy>${n} ${sent++}</body></message>`)
        await client.ask('get', BODY)
      }
      return sent
    })
    for (let round = 0; round < 20; round++) await kernel.kernel.reload('xmpp-server')
    reloading = false
    const sent = await Promise.all(talking)
    for (const [n, client] of clients.entries()) {
      const from = (n + clients.length - 1) % clients.length
      await client.ask('get', BODY)
      while (client.heard.filter(({ name }) => name === 'message').length < sent[from]!)
        await client.next('presence', 50).catch(() => undefined)
      const bodies = [...client.text.matchAll(/<body>(\d+ \d+)<\/body>/g)].map(([, body]) => body)
      t.deepEqual(
        bodies,
        Array.from({ length: sent[from]! }, (_, number) => `${from} ${number}`),
      )
    }
    t.is(await backend.sessions.count(), clients.length)
    half.send(`nism='PLAIN'>${Buffer.from('\0user0\0user0').toString('base64')}</auth>`)
    await half.next('success')
    await Promise.all([...clients, half].map(client => client.close()))
  })
})

test('TLS and WebSocket survive reloads too', async t => {
  await withXmpp(async house => {
    const secure = connectTls({ port: xmppPort(house.kernel, 'tls'), host: '127.0.0.1', rejectUnauthorized: false })
    const web = new WebSocket(`${house.kernel.url.replace('http', 'ws')}/ws`, 'xmpp')
    let [told, framed] = ['', '']
    secure.on('data', chunk => {
      told += chunk
    })
    web.on('message', frame => {
      framed += frame
    })
    await Promise.all([once(secure, 'secureConnect'), once(web, 'open')])
    secure.write("<stream:stream to='localhost' version='1.0' xmlns='jabber:client' ")
    for (let round = 0; round < 5; round++) await house.kernel.kernel.reload('xmpp-server')
    secure.write("xmlns:stream='http://etherx.jabber.org/streams'>")
    web.send("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>")
    while (!told.includes('</stream:features>')) await once(secure, 'data')
    while (!framed.includes('</stream:features>')) await once(web, 'message')
    t.regex(framed, /^<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='[^']+' from='localhost' version='1.0'/)
    t.regex(framed, /<stream:features xmlns:stream='http:\/\/etherx.jabber.org\/streams'>/)
    web.send("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>")
    secure.end('</stream:stream>')
    await Promise.all([once(web, 'close'), once(secure, 'close')])
    t.true(told.endsWith('</stream:stream>'))
    t.true(framed.endsWith("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"))
  })
})

test('stopping the server closes streams with system-shutdown', async t => {
  const house = await openXmpp()
  await house.register('alice@localhost')
  const alice = await login(house.port, 'alice@localhost', { presence: '<presence/>' })
  const stranger = new RawClient(house.port)
  await stranger.open()
  await house.kernel.kernel.stop('xmpp-server')
  await Promise.all([alice.closed, stranger.closed])
  for (const { text } of [alice, stranger]) t.regex(text, /<system-shutdown [^>]*\/><\/stream:error><\/stream:stream>$/)
  await house.close()
})

const FRAMES: [what: string, frames: string[], heard: RegExp][] = [
  ['two elements in one frame', ['<presence/><presence/>'], /not-well-formed/],
  ['half an element', ['<presence'], /not-well-formed/],
  ['a stream of TCP', ["<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>"], /not-well-formed/],
  ['a comment', ['<!-- x -->'], /restricted-xml/],
  ['a stanza first', ["<presence xmlns='jabber:client'/>"], /not-authorized/],
  ['starttls', ["<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"], /failure|not-authorized/],
]

for (const [what, frames, heard] of FRAMES) {
  test(`over WebSocket, ${what} ends the stream`, async t => {
    await withXmpp(async ({ kernel }) => {
      const web = new WebSocket(`${kernel.url.replace('http', 'ws')}/ws`, 'xmpp')
      let text = ''
      web.on('message', frame => {
        text += frame
      })
      await once(web, 'open')
      for (const frame of frames) web.send(frame)
      await once(web, 'close')
      t.regex(text, heard)
    })
  })
}

const REFUSED: [what: string, protocols: string[], options: { origin?: string }, status: number][] = [
  ['no subprotocol', [], {}, 400],
  ['another subprotocol', ['mqtt'], {}, 400],
  ['a page of elsewhere', ['xmpp'], { origin: 'https://evil.example' }, 403],
  ['a page of nowhere', ['xmpp'], { origin: 'null' }, 403],
]

for (const [what, protocols, options, status] of REFUSED) {
  test(`a WebSocket with ${what} is refused with ${status}`, async t => {
    await withXmpp(async ({ kernel }) => {
      const web = new WebSocket(`${kernel.url.replace('http', 'ws')}/ws`, protocols, options)
      web.on('error', () => undefined)
      const [, answer] = (await once(web, 'unexpected-response')) as [unknown, { statusCode: number }]
      t.is(answer.statusCode, status)
      web.terminate()
    })
  })
}

test('a page of a served host may connect over WebSocket', async t => {
  await withXmpp(async ({ kernel }) => {
    const web = new WebSocket(`${kernel.url.replace('http', 'ws')}/ws`, 'xmpp', { origin: 'https://b.example' })
    await once(web, 'open')
    t.is(web.protocol, 'xmpp')
    web.terminate()
  })
})
