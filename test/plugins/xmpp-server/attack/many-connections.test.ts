import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import test from 'ava'
import { Holdings } from '../../../../kernel/life/holdings.js'
import type { Registry } from '../../../../plugins/xmpp-server/registry.js'
import { xmppPort } from '../../../support/xmpp-port.js'
import { login } from '../client.js'
import { openXmpp, type XmppHouse } from '../house.js'

function registryOf({ kernel }: XmppHouse): Registry {
  return kernel.house.container.resolve(Holdings).of('xmpp-server').get('registry')!.value as Registry
}

test.serial('ten thousand who came and went leave nothing behind', async t => {
  t.timeout(240_000)
  const house = await openXmpp({ max_connection_rate: 1_000_000 })
  const registry = registryOf(house)
  await house.register('alice@localhost')
  const come = async (n: number) => {
    if (n % 20 === 0) {
      const client = await login(house.port, `alice@localhost/r${n % 7}`, { presence: '<presence/>' })
      client.send(`<presence to='den${n}@conference.localhost/a'/>`)
      if (n % 40 === 0) client.socket.destroy()
      else await client.close()
      return
    }
    if (n % 50 === 1) {
      const secure = connectTls({ port: xmppPort(house.kernel, 'tls'), host: '127.0.0.1', rejectUnauthorized: false })
      secure.on('error', () => undefined)
      await once(secure, 'secureConnect')
      secure.destroy()
      return
    }
    const socket = connect(house.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    if (n % 3 === 0) socket.write("<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:st")
    if (n % 3 === 1) socket.write('<?xml version="1.0"?><!DOCTYPE x>')
    socket.destroy()
  }
  for (let from = 0; from < 10_000; from += 50) await Promise.all(Array.from({ length: 50 }, (_, n) => come(from + n)))
  const sizes = () => {
    const { streams, sessions, unbound, byHost, wire, books, rooms, sessionCount } = registry
    const { negotiating, closing, resting, pinged } = wire
    const bound = [...byHost.values()].reduce((sum, each) => sum + each.sessions.size + each.users, 0)
    const left = {
      streams,
      sessions,
      unbound,
      negotiating,
      closing,
      resting,
      pinged,
      turns: books.turns,
      rooms: rooms.all,
      places: rooms.places,
    }
    return { ...Object.fromEntries(Object.entries(left).map(([name, { size }]) => [name, size])), bound, sessionCount }
  }
  for (let n = 0; n < 300 && Object.values(sizes()).some(size => size > 0); n++) await pause(50)
  t.deepEqual(
    Object.entries(sizes()).filter(([, size]) => size > 0),
    [],
  )
  await house.close()
})

test.serial('streams go on when an error that nobody caught restarts the server', async t => {
  const caught = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const house = await openXmpp({}, { supervise: true })
  try {
    await house.register('alice@localhost', 'bob@localhost')
    const alice = await login(house.port, 'alice@localhost/a', { presence: '<presence/>' })
    const bob = await login(house.port, 'bob@localhost/b', { presence: '<presence/>' })
    for (const each of [alice, bob]) await each.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
    const registry = registryOf(house)
    const { engine } = registry
    const broken = {
      ...engine,
      received: () => {
        throw new Error('a fault of one generation')
      },
    }
    registry.engine = broken
    alice.send("<message to='bob@localhost' type='chat'><body>lost with the fault</body></message>")
    for (let n = 0; n < 300 && registry.engine === broken; n++) await pause(10)
    t.regex(
      house.kernel.inspect('xmpp-server').last_error?.sentence ?? '',
      /a fault of one generation; it was restarted/,
    )
    t.false(house.kernel.log.some(({ message }) => /of no plugin/.test(message)))
    bob.send("<message to='alice@localhost' type='chat'><body>after it</body></message>")
    await alice.next('message')
    alice.send("<message to='bob@localhost' type='chat'><body>too</body></message>")
    await bob.next('message')
    t.is(await house.backend.sessions.count(), 2)
    await Promise.all([alice.close(), bob.close()])
  } finally {
    await house.close()
    for (const each of caught) process.on('uncaughtException', each)
  }
})
