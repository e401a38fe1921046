import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import test from 'ava'
import { child, elements } from '../../../../plugins/xmpp-server/xml/element.js'
import { login, RawClient } from '../client.js'
import { withXmpp } from '../house.js'

const header = (given: Record<string, string>, name = 'stream:stream') => {
  const attributes = {
    to: 'localhost',
    version: '1.0',
    xmlns: 'jabber:client',
    'xmlns:stream': 'http://etherx.jabber.org/streams',
    ...given,
  }
  const written = Object.entries(attributes).map(([key, value]) => `${key}='${value}'`)
  return `<${name} ${written.join(' ')}>`
}

const HEADERS: [what: string, said: string, condition: string][] = [
  ['another host', header({ to: 'elsewhere.example' }), 'host-unknown'],
  ['no host', header({ to: '' }), 'improper-addressing'],
  ['what is no host', header({ to: 'a b' }), 'improper-addressing'],
  ['version 0.9', header({ version: '0.9' }), 'unsupported-version'],
  ['no version', header({ version: '' }), 'unsupported-version'],
  ['another namespace', header({ 'xmlns:stream': 'urn:x' }), 'invalid-namespace'],
  ['that of servers', header({ xmlns: 'jabber:server' }), 'invalid-namespace'],
  ['another root', header({}, 'stream:flood'), 'bad-format'],
  ['no XML', 'GET / HTTP/1.1\r\n', 'not-well-formed'],
]

for (const [what, said, condition] of HEADERS) {
  test(`a stream opened with ${what}: ${condition}`, async t => {
    await withXmpp(async ({ port, backend }) => {
      const client = new RawClient(port)
      client.send(said)
      await client.closed
      t.regex(client.text, /^<\?xml version='1.0'\?><stream:stream [^>]*version='1.0'/, 'the error comes in a stream')
      t.true(
        client.text.endsWith(
          `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
        ),
      )
      t.is(await backend.sessions.count(), 0)
    })
  })
}

const EARLY: [what: string, said: string, heard: RegExp][] = [
  ['a message', "<message to='a@localhost'/>", /<not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/],
  ['an IQ', "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", /<stream:error><not-authorized/],
  ['a second header', header({}), /<stream:error>/],
  [
    'starttls twice',
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    /<policy-violation/,
  ],
  ['a stanza behind starttls', "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><message/>", /<policy-violation/],
  ['half a stanza behind starttls', "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><mess", /<policy-violation/],
  [
    'another step of TLS',
    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    /<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'\/><\/stream/,
  ],
]

for (const [what, said, heard] of EARLY) {
  test(`before the login, ${what} ends the stream`, async t => {
    await withXmpp(async ({ port }) => {
      const client = new RawClient(port)
      await client.open()
      client.send(said)
      await client.closed
      t.regex(client.text, heard)
      t.notRegex(client.text, /<proceed/)
    })
  })
}

test('what is not offered is refused, and the stream goes on', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('alice@localhost')
    const stranger = new RawClient(port)
    await stranger.open()
    stranger.send("<enable xmlns='urn:xmpp:sm:3'/>")
    t.is(elements(await stranger.next('failed'))[0]?.name, 'unexpected-request')
    const alice = await login(port, 'alice@localhost')
    alice.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
    const failed = await alice.next('failed')
    t.is(failed.xmlns, 'urn:xmpp:sm:3')
    t.is(elements(failed)[0]?.name, 'feature-not-implemented')
    alice.send("<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>")
    t.is(elements(await alice.next('failure'))[0]?.name, 'unsupported-method')
    t.is((await alice.ask('set', "<enable xmlns='urn:xmpp:carbons:2'/>")).attributes['type'], 'error')
    t.true(await alice.nothing('error'))
    alice.send("<resume xmlns='urn:xmpp:sm:3' previd='x' h='0'/>")
    await alice.next('failed')
    await alice.close()
    stranger.socket.destroy()
  })
})

test('with TLS required nothing else is offered or taken before it', async t => {
  await withXmpp(
    async ({ port, register }) => {
      await register('alice@localhost')
      const client = new RawClient(port)
      const features = await client.open()
      t.deepEqual(
        elements(features).map(({ name }) => name),
        ['starttls'],
      )
      t.is(elements(elements(features)[0]!)[0]?.name, 'required')
      client.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAGFsaWNl</auth>")
      await client.closed
      t.regex(client.text, /<policy-violation/)
    },
    { starttls: 'required' },
  )
})

test('TLS begins anew: what was said before is forgotten, and it is not offered again', async t => {
  await withXmpp(async ({ port }) => {
    const client = new RawClient(port)
    t.truthy(child(await client.open(), 'starttls', 'urn:ietf:params:xml:ns:xmpp-tls'))
    client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    await client.next('proceed')
    client.socket.removeAllListeners('data')
    const secure = connectTls({ socket: client.socket, rejectUnauthorized: false })
    await once(secure, 'secureConnect')
    secure.write(header({}))
    let text = ''
    secure.on('data', chunk => {
      text += chunk
    })
    while (!text.includes('</stream:features>')) await once(secure, 'data')
    t.notRegex(text, /starttls/)
    t.regex(text, /<mechanism>PLAIN/)
    secure.end('</stream:stream>')
    await once(secure, 'close')
    t.true(text.endsWith('</stream:stream>'))
  })
})

test('without TLS there is none, and asking for it ends the stream', async t => {
  await withXmpp(
    async ({ port }) => {
      const client = new RawClient(port)
      t.falsy(child(await client.open(), 'starttls', 'urn:ietf:params:xml:ns:xmpp-tls'))
      client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
      await client.closed
      t.regex(client.text, /<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'\/><\/stream:stream>$/)
    },
    { starttls: 'off' },
  )
})

test('a stream id is never seen twice, and the answer names who asked', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('alice@localhost')
    const alice = await login(port, 'alice@localhost')
    const ids = [...alice.text.matchAll(/<stream:stream [^>]* id='([^']+)'/g)].map(([, id]) => id)
    t.is(new Set(ids).size, 2)
    await alice.close()
    t.true(alice.text.endsWith('</stream:stream>'))
  })
})

test('a client that reports an error is not answered with another one', async t => {
  await withXmpp(async ({ port }) => {
    const client = new RawClient(port)
    await client.open()
    client.send("<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")
    await client.closed
    t.notRegex(client.text, /stream:error/)
    t.true(client.text.endsWith('</stream:stream>'))
  })
})
