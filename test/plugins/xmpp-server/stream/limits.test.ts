import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import test from 'ava'
import { login, RawClient } from '../client.js'
import { withXmpp } from '../house.js'

test.serial('who does not log in in time is closed, who has logged in stays', async t => {
  await withXmpp(
    async ({ port, register, backend }) => {
      await register('alice@localhost')
      const alice = await login(port, 'alice@localhost')
      const [silent, slow] = [new RawClient(port), new RawClient(port)]
      await slow.open()
      await Promise.all([silent.closed, slow.closed])
      t.regex(silent.text, /<connection-timeout/)
      t.regex(slow.text, /<connection-timeout/)
      await alice.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
      t.is(await backend.sessions.count(), 1)
      await alice.close()
    },
    { login_timeout: 1 },
  )
})

test.serial('connections beyond the limit are not taken, and are again when others have gone', async t => {
  await withXmpp(
    async ({ port }) => {
      const taken = [new RawClient(port), new RawClient(port)]
      await Promise.all(taken.map(client => client.open()))
      const refused = new RawClient(port)
      await refused.closed
      t.is(refused.text, '')
      await taken[0]!.close()
      const next = new RawClient(port)
      await next.open()
      await Promise.all([next.close(), taken[1]!.close()])
    },
    { max_connections: 2 },
  )
})

test.serial('one address may open only so many connections a second', async t => {
  await withXmpp(
    async ({ port }) => {
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, async () => {
          const client = new RawClient(port)
          const outcome = await Promise.race([client.open().then(() => 'taken'), client.closed.then(() => 'refused')])
          client.socket.destroy()
          return outcome
        }),
      )
      const taken = outcomes.filter(each => each === 'taken').length
      t.true(taken >= 4 && taken <= 6, `${taken} were taken`)
    },
    { max_connection_rate: 1 },
  )
})

test.serial('who says too much is read more slowly, and nobody else is', async t => {
  await withXmpp(
    async ({ port, register }) => {
      await register('alice@localhost', 'bob@localhost')
      const alice = await login(port, 'alice@localhost')
      const bob = await login(port, 'bob@localhost')
      const began = performance.now()
      // Two seconds of input may come at once; the rest takes two seconds more.
      for (let n = 0; n < 20; n++)
        alice.send(`<message to='nobody@localhost' type='headline'>${'x'.repeat(4000)}</message>`)
      const last = alice.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
      await bob.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
      t.true(performance.now() - began < 1000)
      await last
      t.true(performance.now() - began > 1500)
      await Promise.all([alice.close(), bob.close()])
    },
    { max_input_rate: 20_000 },
  )
})

test.serial('who does not read is closed once too much waits, and nobody else notices', async t => {
  await withXmpp(
    async ({ port, register, backend }) => {
      await register('alice@localhost', 'bob@localhost', 'carol@localhost')
      const alice = await login(port, 'alice@localhost', { presence: '<presence/>' })
      const [bob, carol] = [
        await login(port, 'bob@localhost'),
        await login(port, 'carol@localhost', { presence: '<presence/>' }),
      ]
      await alice.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
      alice.socket.pause()
      const body = `<body>${'x'.repeat(60_000)}</body>`
      let sent = 0
      while ((await backend.sessions.count({ jid: 'alice@localhost' })) === 1 && sent < 1000) {
        bob.send(
          `<message to='alice@localhost' type='headline'>${body}</message><message to='carol@localhost' type='headline'><body>${sent++}</body></message>`,
        )
        await carol.next('message')
      }
      t.true(sent < 1000, `${sent} messages`)
      t.is(await backend.sessions.count(), 2)
      await bob.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
      alice.socket.destroy()
      await Promise.all([bob.close(), carol.close()])
    },
    { max_unread_bytes: 100_000, max_input_rate: 0 },
  )
})

test.serial('who asks without reading the answers is not listened to until it reads', async t => {
  await withXmpp(
    async ({ port, register, backend }) => {
      await register('alice@localhost')
      const alice = await login(port, 'alice@localhost')
      alice.socket.pause()
      const asked = 40_000
      for (let n = 0; n < asked; n++) alice.send(`<iq type='get' id='n${n}'><nothing xmlns='urn:unknown'/></iq>`)
      await pause(500)
      t.is(await backend.sessions.count(), 1)
      let text = ''
      alice.socket.removeAllListeners('data')
      alice.socket.on('data', chunk => {
        text += chunk
      })
      while (!text.endsWith('</iq>') || !text.includes(` id='n${asked - 1}'`)) await once(alice.socket, 'data')
      await alice.close()
      const ids = [...text.matchAll(/ id='n(\d+)'/g)].map(([, id]) => Number(id))
      t.is(ids.length, asked)
      t.true(ids.every((id, n) => id === n))
    },
    { max_unread_bytes: 16_384 * 64, max_input_rate: 0 },
  )
})

test.serial('a silent client is asked whether it is there', async t => {
  await withXmpp(
    async ({ port, register }) => {
      await register('alice@localhost')
      const alice = await login(port, 'alice@localhost')
      const ping = await alice.next('iq', 15_000)
      t.like(ping.attributes, { type: 'get', from: 'localhost', to: alice.jid })
      alice.send(`<iq type='result' id='${ping.attributes['id']}' to='localhost'/>`)
      await alice.close()
    },
    { ping_interval: 1 },
  )
})

test.serial('a client that closes is answered, one that vanishes is noticed', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost')
    const alice = await login(port, 'alice@localhost')
    alice.send('</stream:stream>')
    await once(alice.socket, 'end')
    t.true(alice.text.endsWith('</stream:stream>'))
    const gone = await login(port, 'alice@localhost')
    gone.socket.destroy()
    while ((await backend.sessions.count()) > 0) await pause(5)
    t.is(await backend.sessions.count(), 0)
  })
})

test.serial('a client that never closes after us is cut off', async t => {
  await withXmpp(async ({ port, register, backend }) => {
    await register('alice@localhost')
    const alice = await login(port, 'alice@localhost')
    alice.socket.pause()
    t.is(await backend.sessions.end('alice@localhost', { condition: 'policy-violation' }), 1)
    t.is(await backend.sessions.count(), 0)
    alice.socket.resume()
    await alice.closed
    t.regex(alice.text, /<policy-violation/)
  })
})
