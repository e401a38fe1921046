import test from 'ava'
import { Store } from '../../../kernel/store/store.js'
import { type Asked, basic } from '../../faces/exchange.js'
import { ADMIN, openHouse, PASSWORD, type TestHouse } from '../../faces/house.js'

const FACES: [face: string, asked: Asked, bare: number][] = [
  ['admin_rest', { path: '/admin_rest/ping' }, 404],
  ['ejabberd', { path: '/api/modules_available' }, 401],
  ['emq', { path: '/api/v2/nodes/emq@127.0.0.1/plugins' }, 200],
  ['vernemq', { path: '/api/v1/plugin/show' }, 200],
  ['native', { path: '/kernel/plugins' }, 200],
]

const status = async (house: TestHouse, asked: Asked, Authorization: string) =>
  (await house.ask({ ...asked, headers: { Authorization } })).status

test.serial(
  'an operator is known on every face by Basic, as JID and where the face allows it by the bare name',
  async t => {
    const house = await openHouse()
    for (const [face, asked, bare] of FACES) {
      t.is(await status(house, asked, ADMIN), 200, face)
      t.is(await status(house, asked, ADMIN), 200, `${face}, remembered`)
      t.is(await status(house, asked, basic('admin', PASSWORD)), bare, `${face}, bare name`)
      t.not(await status(house, asked, basic('admin@localhost', 'wrong')), 200, `${face}, wrong password`)
    }
    await house.close()
  },
)

test.serial('the JID belongs to the first host only', async t => {
  const house = await openHouse({ config: { hosts: ['example.org', 'localhost'] } })
  const ping = { path: '/admin_rest/ping' }
  t.is(await status(house, ping, basic('admin@example.org', PASSWORD)), 200)
  t.is(await status(house, ping, basic('admin@localhost', PASSWORD)), 401)
  await house.close()
})

test.serial('passwords may be long, empty, non-ASCII and contain colons, and are compared whole', async t => {
  const house = await openHouse()
  const [, plugins] = FACES[2]!
  for (const wrong of ['', ':', PASSWORD.slice(1), `${PASSWORD} `, 'é'.repeat(2000), PASSWORD.toUpperCase()]) {
    t.is(await status(house, plugins, basic('admin', wrong)), 401, JSON.stringify(wrong.slice(0, 20)))
  }
  await house.close()
})

test.serial('verified credentials are remembered per face, and not for ever', async t => {
  const house = await openHouse({ plugins: { auth: { scrypt_cost: 1024, cache_seconds: 0 } } })
  for (const [face, asked] of FACES) t.is(await status(house, asked, ADMIN), 200, face)
  await house.close()
})

test.serial('a bad header is refused without deriving a key', async t => {
  const house = await openHouse({ plugins: { auth: { scrypt_cost: 16_384 } } })
  const [, plugins] = FACES[2]!
  const began = performance.now()
  for (let round = 0; round < 100; round++) t.is(await status(house, plugins, `Bearer ${round}`), 401)
  t.true(performance.now() - began < 2000)
  await house.close()
})

test.serial('the bootstrap operator is made once, and keeps its password', async t => {
  const house = await openHouse()
  process.env['PATCHBAY_ADMIN_PASSWORD'] = 'another'
  await house.kernel.reload('auth')
  t.is(await status(house, FACES[0]![1], ADMIN), 200)
  t.is(await status(house, FACES[0]![1], basic('admin@localhost', 'another')), 401)
  await house.close()
})

test.serial('neither a password nor a header is in the log or in the store', async t => {
  const store = await Store.inMemory()
  const house = await openHouse({ store })
  await status(house, FACES[0]![1], ADMIN)
  await status(house, FACES[0]![1], basic('admin@localhost', 'wrong secret'))
  const log = JSON.stringify(house.log)
  for (const secret of [PASSWORD, 'wrong secret', ADMIN]) t.false(log.includes(secret))
  const operators = store.namespace<object>('auth', 'operators')
  for await (const [name, operator] of operators.entries()) {
    t.is(name, 'admin')
    t.false(JSON.stringify(operator).includes(PASSWORD))
  }
  await house.close()
})

test.serial('many callers with the same credentials cost one derivation, and a reload of auth none', async t => {
  const house = await openHouse({ plugins: { auth: { scrypt_cost: 16_384 } } })
  const [, plugins] = FACES[2]!
  const once = performance.now()
  t.is(await status(house, plugins, ADMIN), 200)
  const derivation = performance.now() - once
  const [, native] = FACES[4]!
  const began = performance.now()
  const all = await Promise.all(Array.from({ length: 40 }, () => status(house, native, ADMIN)))
  t.true(all.every(each => each === 200))
  t.true(performance.now() - began < derivation * 8, 'forty of them took as long as a few')

  await house.kernel.reload('auth')
  const reloaded = performance.now()
  t.is(await status(house, plugins, ADMIN), 200)
  t.true(performance.now() - reloaded < derivation)
  await house.close()
})
