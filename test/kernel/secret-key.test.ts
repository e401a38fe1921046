import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Store } from '../../kernel/store/store.js'
import { temporaryFolder } from '../fixtures/process.js'

test('the key is made once, readable by its owner alone, and gives every purpose bytes of its own', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const store = await Store.open(path)
  const file = join(path, 'secret.key')
  t.is(statSync(file).mode & 0o777, 0o600)
  const written = readFileSync(file, 'utf8')
  const derived = store.secret.derive('auth', 'api keys')
  t.is(derived.length, 32)
  t.notDeepEqual(store.secret.derive('auth', 'other'), derived)
  t.notDeepEqual(store.secret.derive('other', 'api keys'), derived)
  t.notDeepEqual(store.secret.derive('auth api', 'keys'), derived, 'owner and purpose do not run into each other')
  t.false(written.includes(derived.toString('base64')))
  await store.close()
  const again = await Store.open(path)
  t.deepEqual(again.secret.derive('auth', 'api keys'), derived)
  t.is(readFileSync(file, 'utf8'), written)
  await again.close()
})

test('a damaged key is a sentence, and never silently a new one', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  await (await Store.open(path)).close()
  const file = join(path, 'secret.key')
  writeFileSync(file, 'half a k')
  await t.throwsAsync(Store.open(path), { message: /secret\.key is damaged: it does not hold a key of 32 bytes/ })
  t.is(readFileSync(file, 'utf8'), 'half a k')
})
