import test from 'ava'
import { plugin } from 'patchbay'
import { elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login, RawClient } from '../client.js'
import { openXmpp, withXmpp, type XmppHouse } from '../house.js'
import { ABORT, auth, decode, encode, plain, response, scram, step } from './sasl-client.js'
import { ScramClient } from './scram-client.js'

async function opened({ port }: XmppHouse, domain = 'localhost'): Promise<RawClient> {
  const client = new RawClient(port)
  await client.open(domain)
  return client
}

test('the mechanisms are offered, the best first, and each logs in', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const client = new RawClient(house.port)
    const [mechanisms] = elements(await client.open()).filter(({ name }) => name === 'mechanisms')
    t.deepEqual(elements(mechanisms!).map(textOf), ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'])
    t.like(await scram(client, 'sha256', 'alice', 'alice'), { word: 'success', proved: true })
    t.true(elements(await client.open()).some(({ name }) => name === 'bind'))
    t.like(await scram(await opened(house), 'sha1', 'alice', 'alice'), { word: 'success', proved: true })
    t.is((await step(await opened(house), plain('alice', 'alice'))).word, 'success')
    // Names are prepared before they are looked up.
    t.like(await scram(await opened(house), 'sha1', 'ALICE', 'alice'), { word: 'success', proved: true })
    t.is((await step(await opened(house), plain('Alice', 'alice'))).word, 'success')
  })
})

test('without an initial response the server asks for the first message', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const one = await opened(house)
    const asked = await step(one, auth('PLAIN'))
    t.is(asked.word, 'challenge')
    t.is(textOf(asked.said), '')
    t.is((await step(one, response(encode('\0alice\0alice')))).word, 'success')
    const other = await opened(house)
    t.is((await step(other, auth('SCRAM-SHA-256'))).word, 'challenge')
    const own = new ScramClient('sha256', 'alice', 'alice', { header: 'y,a=alice@localhost,' })
    const { said } = await step(other, response(encode(own.first)))
    t.is((await step(other, response(encode(own.final(decode(said)))))).word, 'success')
  })
})

test('who says for whom it acts must say its own account', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost', 'bob@localhost')
    for (const [authorization, word] of [
      ['alice@localhost', 'success'],
      ['Alice@LOCALHOST', 'success'],
      ['bob@localhost', 'invalid-authzid'],
      ['alice@b.example', 'invalid-authzid'],
      ['alice@localhost/lab', 'invalid-authzid'],
      ['alice', 'invalid-authzid'],
      ['@', 'invalid-authzid'],
    ] as const) {
      t.is((await step(await opened(house), plain('alice', 'alice', authorization))).word, word, authorization)
      const own = new ScramClient('sha1', 'alice', 'alice', { header: `n,a=${authorization},` })
      const first = await step(await opened(house), auth('SCRAM-SHA-1', encode(own.first)))
      t.is(first.word, word === 'success' ? 'challenge' : word, authorization)
    }
  })
})

test('every step that is none is refused with its reason, and the stream lives on', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const first = encode('n,,n=alice,r=abc')
    for (const [steps, word] of [
      [[auth('X-UNKNOWN', '=')], 'invalid-mechanism'],
      [[auth('plain', '=')], 'invalid-mechanism'],
      [[auth('SCRAM-SHA-1-PLUS', first)], 'invalid-mechanism'],
      [["<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"], 'invalid-mechanism'],
      [[auth('PLAIN', '=')], 'malformed-request'],
      [[auth('PLAIN', 'AA=')], 'incorrect-encoding'],
      [[auth('PLAIN', 'A A=')], 'incorrect-encoding'],
      [[auth('PLAIN', '!')], 'incorrect-encoding'],
      [[auth('PLAIN', Buffer.from([0, 0xff, 0, 0x61]).toString('base64'))], 'malformed-request'],
      [[auth('PLAIN', encode('alice\0alice'))], 'malformed-request'],
      [[auth('PLAIN', encode('\0alice\0'))], 'malformed-request'],
      [[auth('PLAIN', encode('\0\0alice'))], 'malformed-request'],
      [[auth('PLAIN', encode('\0alice\0alice\0'))], 'malformed-request'],
      [[auth('PLAIN', encode(`\0alice\0${'x'.repeat(9000)}`))], 'malformed-request'],
      [[auth('PLAIN', '<a/>')], 'malformed-request'],
      [[auth('PLAIN', encode('\0alice\0bob'))], 'not-authorized'],
      [[auth('PLAIN', encode('\0alice\0\u0007'))], 'not-authorized'],
      [[auth('PLAIN', encode('\0a b/c\0x'))], 'not-authorized'],
      [[auth('PLAIN', encode('\0alice@localhost\0alice'))], 'not-authorized'],
      [[response(encode('\0alice\0alice'))], 'malformed-request'],
      [["<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"], 'malformed-request'],
      [[ABORT], 'aborted'],
      [[auth('SCRAM-SHA-1', first), ABORT], 'aborted'],
      [[auth('SCRAM-SHA-1', first), auth('SCRAM-SHA-1', first)], 'malformed-request'],
      [[auth('SCRAM-SHA-1', first), response()], 'malformed-request'],
      [[auth('SCRAM-SHA-1', first), response('=')], 'malformed-request'],
      [[auth('SCRAM-SHA-1', first), response(first)], 'malformed-request'],
      [[auth('PLAIN'), ABORT], 'aborted'],
      [[auth('PLAIN'), response()], 'malformed-request'],
      [[auth('SCRAM-SHA-256', encode('p=tls-unique,,n=alice,r=abc'))], 'malformed-request'],
      [[auth('SCRAM-SHA-256', encode('n,,m=x,n=alice,r=abc'))], 'malformed-request'],
    ] as const) {
      const client = await opened(house)
      for (const early of steps.slice(0, -1)) t.is((await step(client, early)).word, 'challenge')
      t.is((await step(client, steps.at(-1)!)).word, word, steps.join(' '))
      t.like(await scram(client, 'sha256', 'alice', 'alice'), { word: 'success', proved: true }, steps.join(' '))
      client.socket.destroy()
    }
  })
})

test('a stream is closed after five logins that were refused', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const client = await opened(house)
    for (let count = 1; count < 5; count++) t.is((await step(client, ABORT)).word, 'aborted')
    client.send(ABORT)
    await client.closed
    t.regex(client.text, /<aborted\/><\/failure><stream:error><policy-violation/)
  })
})

test('nothing but a login is heard before one', async t => {
  await withXmpp(async house => {
    for (const early of [
      "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
      "<message to='alice@localhost'><body>x</body></message>",
      "<iq type='get' id='1'><query xmlns='jabber:iq:auth'/></iq>",
    ]) {
      const client = await opened(house)
      client.send(early)
      await client.closed
      t.true(client.text.includes('<not-authorized'), early)
    }
  })
})

test('what one exchange proved is worth nothing in another', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const own = new ScramClient('sha1', 'alice', 'alice', { nonce: 'always-the-same' })
    const one = await opened(house)
    const { said } = await step(one, auth('SCRAM-SHA-1', encode(own.first)))
    const final = response(encode(own.final(decode(said))))
    const other = await opened(house)
    const again = await step(other, auth('SCRAM-SHA-1', encode(own.first)))
    t.not(decode(again.said), decode(said))
    t.is((await step(other, final)).word, 'not-authorized')
    t.is((await step(one, final)).word, 'success')
    // A header that says less than the first one (RFC 5802 §6): somebody has changed what was offered.
    const downgraded = await opened(house)
    const honest = new ScramClient('sha1', 'alice', 'alice', { header: 'y,,' })
    const offered = await step(downgraded, auth('SCRAM-SHA-1', encode(honest.first)))
    t.is((await step(downgraded, response(encode(honest.final(decode(offered.said), 'n,,'))))).word, 'not-authorized')
  })
})

test('an unknown name cannot be told from one whose password is wrong', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const parts = (challenge: string) => {
      const [, nonce = '', salt = '', iterations = ''] = /^r=(.*),s=(.*),i=(\d+)$/.exec(challenge) ?? []
      return { nonce: nonce.length, salt, iterations }
    }
    for (const digest of ['sha1', 'sha256'] as const) {
      const asked = async (name: string, domain = 'localhost') => {
        const { word, challenge } = await scram(await opened(house, domain), digest, name, 'wrong')
        t.is(word, 'not-authorized')
        return parts(challenge!)
      }
      const known = await asked('alice')
      t.deepEqual(await asked('alice'), known)
      const unknown = await asked('nobody')
      t.deepEqual(await asked('nobody'), unknown, 'it has the same salt each time')
      t.is(unknown.salt.length, known.salt.length)
      t.like(unknown, { nonce: known.nonce, iterations: known.iterations })
      const others = [await asked('nobody2'), await asked('nobody', 'b.example'), known, unknown]
      t.is(new Set(others.map(({ salt }) => salt)).size, 4)
      await house.kernel.kernel.reload('xmpp-server')
      t.deepEqual(await asked('nobody'), unknown, 'also of another generation')
    }
    t.is((await step(await opened(house), plain('alice', 'wrong'))).word, 'not-authorized')
    t.is((await step(await opened(house), plain('nobody', 'wrong'))).word, 'not-authorized')
  })
})

test('after many wrong logins nobody looks at a name from there for a while, known or not; others get in', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost', 'bob@localhost')
    for (const name of ['alice', 'nobody']) {
      // At once, so that the growing delays pass together.
      const words = await Promise.all(
        Array.from({ length: 20 }, async () => (await scram(await opened(house), 'sha1', name, 'wrong')).word),
      )
      t.true(words.every(word => word === 'not-authorized'))
      t.is((await scram(await opened(house), 'sha1', name, name)).word, 'temporary-auth-failure')
      t.is((await step(await opened(house), plain(name, name))).word, 'temporary-auth-failure')
    }
    t.is((await scram(await opened(house), 'sha1', 'bob', 'bob')).word, 'success')
  })
})

test('a password that is changed during a login no longer lets in', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const client = await opened(house)
    const own = new ScramClient('sha256', 'alice', 'alice')
    const { said } = await step(client, auth('SCRAM-SHA-256', encode(own.first)))
    await house.backend.accounts.setPassword('alice@localhost', 'other')
    t.is((await step(client, response(encode(own.final(decode(said)))))).word, 'not-authorized')
    t.is((await scram(client, 'sha256', 'alice', 'other')).word, 'success')
  })
})

test('a login goes on over a reload', async t => {
  await withXmpp(async house => {
    await house.register('alice@localhost')
    const client = await opened(house)
    const own = new ScramClient('sha1', 'alice', 'alice')
    const { said } = await step(client, auth('SCRAM-SHA-1', encode(own.first)))
    await house.kernel.kernel.reload('xmpp-server')
    t.is((await step(client, response(encode(own.final(decode(said)))))).word, 'success')
    await house.kernel.kernel.reload('xmpp-server')
    await client.open()
    const bound = await client.ask('set', "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
    t.is(bound.attributes['type'], 'result')
  })
})

test('the name of an operator is no account, even where one was made before', async t => {
  const operators = new Set<string>()
  const keeper = plugin({
    name: 'keeper',
    version: '1.0.0',
    start: ctx => ctx.provide('operators', { reserved: (jid: string) => operators.has(jid) }),
  })
  const house = await openXmpp({}, { with: [keeper] })
  try {
    await house.register('admin@localhost')
    await login(house.port, 'admin@localhost')
    operators.add('admin@localhost')
    t.is((await scram(await opened(house), 'sha256', 'admin', 'admin')).word, 'not-authorized')
    t.is((await step(await opened(house), plain('admin', 'admin'))).word, 'not-authorized')
  } finally {
    await house.close()
  }
})
