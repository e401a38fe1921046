import { scryptSync } from 'node:crypto'
import { getPriority } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import test from 'ava'
import { derive, newHashing, warmUp } from '../../../kernel/passwords/hashing.js'

const OPTIONS = { N: 16_384, r: 8, p: 1, maxmem: 1 << 27 }
const derivation = (password: string, N = OPTIONS.N) => ({
  password,
  salt: Buffer.from('salt'),
  bytes: 32,
  options: { ...OPTIONS, N },
})

test('the thread and the pool derive what scrypt derives, each caller its own', async t => {
  const hashing = newHashing()
  const passwords = ['', 'a', 'pässwörd', 'x'.repeat(1000)]
  const keys = await Promise.all(passwords.map(password => derive(hashing, derivation(password))))
  t.deepEqual(
    keys,
    passwords.map(password => scryptSync(password, 'salt', 32, OPTIONS)),
  )
  t.truthy(hashing.worker)
  const cheap = newHashing()
  t.deepEqual(await derive(cheap, derivation('a', 1024)), scryptSync('a', 'salt', 32, { ...OPTIONS, N: 1024 }))
  t.is(cheap.worker, undefined, 'a derivation of a few milliseconds starts no thread')
  t.is(getPriority(), 0, 'only the thread steps back')
  await hashing.worker?.terminate()
})

test('the event loop turns while a key is derived', async t => {
  const hashing = newHashing()
  warmUp(hashing, OPTIONS.N)
  let turns = 0
  const deriving = derive(hashing, derivation('x', 65_536)).then(() => 'done')
  while ((await Promise.race([deriving, pause(1)])) !== 'done') turns++
  t.true(turns > 20, String(turns))
  await hashing.worker?.terminate()
})

test('a derivation that fails, and a thread that ends, are errors of those who wait; the next ones get a key', async t => {
  const hashing = newHashing()
  const tooLittle = derivation('x')
  tooLittle.options.maxmem = 1024
  await t.throwsAsync(derive(hashing, tooLittle), { message: /a key could not be derived/ })
  const waiting = derive(hashing, derivation('x', 1 << 17))
  await hashing.worker!.terminate()
  await t.throwsAsync(waiting, { message: /could not be derived|ended with/ })
  t.is((await derive(hashing, derivation('x'))).length, 32)
  await hashing.worker?.terminate()
})
