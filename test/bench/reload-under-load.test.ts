import test from 'ava'
import { reloadsUnderLoad } from '../../bench/parts/reloads-under-load.js'
import { removeTemporaryFolders } from '../../bench/parts/temporary.js'

test.after.always(removeTemporaryFolders)

test('not one of 20,000 requests fails while plugins are reloaded, also when the new code is broken', async t => {
  const { load, refused, unexpected } = await reloadsUnderLoad({ requests: 20_000, reloads: 100, rate: 2500 })
  t.deepEqual(unexpected, [])
  t.is(refused, 10)
  t.is(load.firstFailure, undefined)
  t.deepEqual(load.failures, {})
  t.is(load.answered, 20_000)
})
