import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import type { KernelError } from '../../kernel/errors.js'
import { plugin } from '../../kernel/life/definition.js'
import { Namespace, type Range } from '../../kernel/store/namespace.js'
import { Store } from '../../kernel/store/store.js'
import { testKernel } from '../../kernel/testing.js'
import { temporaryFolder } from '../fixtures/process.js'

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

test('a value can be read in the very turn that opened its namespace', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const store = await Store.open(path)
  await store.namespace<number>('a', 'n').put('k', 1)
  const fresh = store.namespace<number>('a', 'n')
  t.is(fresh.getSync('k'), 1)
  t.is(fresh.getSync('other'), undefined)
  t.deepEqual(await fresh.getMany(['k', 'x']), [1, undefined])
  await store.close()
})

test('a page has as many entries as were asked for, however large', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const store = await Store.open(path)
  const namespace = store.namespace<string>('a', 'n')
  const key = (n: number) => String(n).padStart(4, '0')
  await namespace.batch(Array.from({ length: 2500 }, (_, n) => ({ put: key(n), value: 'x'.repeat(500) })))
  const page = await namespace.page(1000)
  t.is(page.entries.length, 1000)
  t.is(page.next, '0999')
  let count = 0
  for await (const [at] of namespace.entries({ gte: '0000', lte: '2400' })) t.is(at, key(count++))
  t.is(count, 2401)
  await store.close()
})

test('pages and ranges agree with a sorted list', async t => {
  const store = await Store.inMemory()
  let round = 0
  const keys = fc.uniqueArray(fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'b', '!', '~', 'ä', '😀', ' ') }), {
    maxLength: 20,
  })
  const bound = fc.option(fc.string({ maxLength: 2, unit: fc.constantFrom('a', 'b', '!', '~', 'ä') }), {
    nil: undefined,
  })
  await fc.assert(
    fc.asyncProperty(
      keys,
      fc.record({ gt: bound, gte: bound, lt: bound, lte: bound, reverse: fc.boolean() }),
      fc.integer({ min: 1, max: 7 }),
      async (given, range: Range, size) => {
        const namespace = store.namespace<string>('model', `n${round++}`)
        await namespace.batch(given.map(key => ({ put: key, value: `of ${key}` })))
        const within = (key: string) =>
          (range.gt === undefined || byBytes(key, range.gt) > 0) &&
          (range.gte === undefined || byBytes(key, range.gte) >= 0) &&
          (range.lt === undefined || byBytes(key, range.lt) < 0) &&
          (range.lte === undefined || byBytes(key, range.lte) <= 0)
        const model = given.filter(within).sort(byBytes)
        if (range.reverse) model.reverse()

        const all: string[] = []
        for await (const [key, value] of namespace.entries(range)) {
          all.push(key)
          t.is(value, `of ${key}`)
        }
        t.deepEqual(all, model)

        const paged: string[] = []
        let next: string | undefined
        do {
          const from = next === undefined ? {} : { [range.reverse ? 'lt' : 'gt']: next }
          const page: { entries: [string, string][]; next: string | undefined } = await namespace.page(size, {
            ...range,
            ...from,
          })
          t.true(page.entries.length <= size)
          paged.push(...page.entries.map(([key]) => key))
          next = page.next
        } while (next !== undefined)
        t.deepEqual(paged, model)

        await namespace.clear(range)
        const left: string[] = []
        for await (const [key] of namespace.entries()) left.push(key)
        t.deepEqual(left, given.filter(key => !within(key)).sort(byBytes))
        await store.release(namespace as Namespace<unknown>)
      },
    ),
    { numRuns: 150 },
  )
  t.deepEqual(store.open, [])
  await store.close()
})

test('a batch across namespaces is all or nothing', async t => {
  const store = await Store.inMemory()
  const [one, two] = [store.namespace<number>('a', 'one'), store.namespace<number>('a', 'two')]
  await one.batch([
    { put: 'k', value: 1 },
    { put: 'k', value: 2, in: two },
  ])
  t.deepEqual([one.getSync('k'), two.getSync('k')], [1, 2])
  const circle: unknown[] = []
  circle.push(circle)
  await t.throwsAsync(
    one.batch([
      { put: 'k', value: 9 },
      { delete: 'k', in: two },
      { put: 'bad', value: circle as never },
    ]),
  )
  t.deepEqual([one.getSync('k'), two.getSync('k')], [1, 2])
  await two.close()
  await t.throwsAsync(
    one.batch([
      { put: 'k', value: 9 },
      { delete: 'k', in: two },
    ]),
    { message: /"a:two" was closed/ },
  )
  t.is(one.getSync('k'), 1)
  await one.batch([])
  await store.close()
})

test('namespaces do not see each other', async t => {
  const store = await Store.inMemory()
  const [short, long] = [store.namespace<number>('a', 'b'), store.namespace<number>('a', 'bb')]
  await long.put('k', 1)
  t.is(short.getSync('k'), undefined)
  await short.clear()
  t.is(long.getSync('k'), 1)
  await store.close()
})

test('a closed namespace refuses everything with a sentence', async t => {
  const store = await Store.inMemory()
  const namespace = store.namespace<number>('shop', 'orders')
  await namespace.close()
  await namespace.close()
  const closed = { message: 'namespace "shop:orders" was closed with its generation' }
  t.throws(() => namespace.getSync('k'), closed)
  t.throws(() => namespace.get('k'), closed)
  t.throws(() => namespace.getMany(['k']), closed)
  await t.throwsAsync(namespace.put('k', 1), closed)
  await t.throwsAsync(namespace.delete('k'), closed)
  await t.throwsAsync(namespace.clear(), closed)
  await t.throwsAsync(namespace.batch([]), closed)
  await t.throwsAsync(namespace.page(1), closed)
  await store.close()
})

test('a plugin opens what it declares, and its generation closes it', async t => {
  const kept: Namespace<number>[] = []
  const kernel = await testKernel(
    plugin({
      name: 'shop',
      version: '1.0.0',
      storage: ['orders'],
      start(ctx) {
        kept.push(ctx.storage<number>('orders'))
      },
    }) as never,
  )
  await kernel.kernel.reload('shop')
  t.throws(() => kept[0]!.getSync('k'), { message: /was closed with its generation/ })
  t.is(kept[1]!.getSync('k'), undefined)
  await kernel.close()
  const stranger = plugin({
    name: 'stranger',
    version: '1.0.0',
    storage: ['orders'],
    start: ctx => void ctx.storage('order'),
  })
  await t.throwsAsync(testKernel(stranger as never), {
    message: /asked for storage "order", which it does not declare; did you mean "orders"\?/,
  })
})

const step = (readableBefore: boolean, act: (namespace: Namespace<unknown>) => Promise<void> = async () => {}) => ({
  readableBefore,
  step: act,
})

test('an upgrade runs the missing steps in order, once', async t => {
  const store = await Store.inMemory()
  const ran: number[] = []
  const upgrades = { 2: step(true, async () => void ran.push(2)), 3: step(false, async () => void ran.push(3)) }
  await store.namespace<number>('a', 'n').put('k', 1)
  await store.upgrade('a', 'n', { version: 3, upgrades }, false)
  await store.upgrade('a', 'n', { version: 3, upgrades }, false)
  t.deepEqual(ran, [2, 3])
  await store.upgrade('a', 'empty', { version: 3, upgrades }, false)
  t.deepEqual(ran, [2, 3], 'an empty namespace is new')
  await store.close()
})

test('a hot upgrade takes readable steps only, and changes nothing otherwise', async t => {
  const store = await Store.inMemory()
  const namespace = store.namespace<number>('a', 'n')
  await namespace.put('k', 1)
  const upgrades = { 2: step(true, before => before.put('k', 2)), 3: step(false, before => before.put('k', 3)) }
  const error = await t.throwsAsync<KernelError>(store.upgrade('a', 'n', { version: 3, upgrades }, true), {
    message: /needs the upgrade to version 3, which the running generation could not read/,
  })
  t.regex(error.hint!, /patchbay plugin stop a, then patchbay plugin start a/)
  t.is(namespace.getSync('k'), 1)
  await store.upgrade('a', 'n', { version: 2, upgrades }, true)
  t.is(namespace.getSync('k'), 2)
  await store.upgrade('a', 'n', { version: 3, upgrades }, false)
  t.is(namespace.getSync('k'), 3)
  await store.close()
})

test('a downgrade, a missing step and a failing step are refused, and the version stays', async t => {
  const store = await Store.inMemory()
  await store.namespace<number>('a', 'n').put('k', 1)
  await t.throwsAsync(store.upgrade('a', 'n', { version: 2 }, false), { message: /has no upgrade to version 2$/ })
  let broken = true
  const fails = step(true, async () => {
    if (broken) throw new Error('no room')
  })
  await t.throwsAsync(store.upgrade('a', 'n', { version: 3, upgrades: { 2: step(true), 3: fails } }, false), {
    message: 'namespace "a:n" could not be upgraded to version 3: no room; it stays at 2',
  })
  await t.throwsAsync(store.upgrade('a', 'n', { version: 1 }, false), {
    message: /has version 2, but this plugin knows only up to 1; nothing was changed/,
  })
  broken = false
  await store.upgrade('a', 'n', { version: 3, upgrades: { 3: fails } }, false)
  t.is(store.namespace<number>('a', 'n').getSync('k'), 1)
  await store.purge('a', 'n')
  t.is(store.namespace<number>('a', 'n').getSync('k'), undefined)
  await store.upgrade('a', 'n', { version: 1 }, false)
  await store.close()
})

test('a plugin of before schemas does not read the data of a newer one', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const shop = (storage: never) =>
    plugin({ name: 'shop', version: '1.0.0', storage, start: ctx => ctx.storage<number>('orders').put('k', 1) })
  const newer = await testKernel(shop({ orders: { version: 2 } } as never) as never, { store: await Store.open(path) })
  await newer.close()
  const store = await Store.open(path)
  await t.throwsAsync(testKernel(shop(['orders'] as never) as never, { store }), {
    message: /namespace "shop:orders" has version 2, but this plugin knows only up to 1/,
  })
})

test('a data folder that is a file, not a folder', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  writeFileSync(join(path, 'file'), '')
  await t.throwsAsync(Store.open(join(path, 'file')), { message: /cannot be written: it is a file, not a folder$/ })
  await t.throwsAsync(Store.open(join(path, 'file', 'below')), { message: /cannot be written: ENOTDIR/ })
})

test('a data folder that is read-only', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const folder = join(path, 'data')
  mkdirSync(folder, { mode: 0o500 })
  // The administrator of the machine may write everywhere but to what the system itself provides.
  const refused = process.getuid?.() === 0 ? '/sys/patchbay' : folder
  const error = await t.throwsAsync<KernelError>(Store.open(refused), {
    message: /^the data folder .* cannot be written: E/,
  })
  t.is(error.code, 'data_unwritable')
  t.regex(error.hint!, /PATCHBAY_DATA/)
})

test('a data folder that another process has open, and one that is damaged', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const script = `require(${JSON.stringify(join(__dirname, '../../kernel/store/store.js'))}).Store.open(${JSON.stringify(path)}).then(() => console.log('open')); setInterval(() => {}, 1000)`
  const other = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => other.kill('SIGKILL'))
  await once(other.stdout, 'data')
  const locked = await t.throwsAsync<KernelError>(Store.open(path), {
    message: /is in use by another Patchbay; nothing was changed$/,
  })
  t.is(locked.code, 'data_locked')
  other.kill('SIGKILL')
  await once(other, 'close')
  await (await Store.open(path)).close()
  writeFileSync(join(path, 'store', 'CURRENT'), 'nonsense\n')
  const damaged = await t.throwsAsync<KernelError>(Store.open(path), { message: /^the store in .* cannot be read: / })
  t.is(damaged.code, 'data_unreadable')
})

test('a data folder that disappears: writes are refused, once it is noticed', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const heard: string[] = []
  const store = await Store.open(join(path, 'data'), lost => heard.push(lost.message))
  const namespace = store.namespace<number>('a', 'n')
  await namespace.put('k', 1)
  rmSync(join(path, 'data'), { recursive: true })
  const until = Date.now() + 5000
  while (heard.length === 0 && Date.now() < until) await new Promise(resolve => setTimeout(resolve, 50))
  t.regex(heard.join(), /has disappeared; what is open still answers, nothing can be stored/)
  await t.throwsAsync(namespace.put('k', 2), { message: /has disappeared/ })
  t.is(namespace.getSync('k'), 1)
  t.is(heard.length, 1)
  await store.close()
})
