import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { onDisk } from '../support/on-disk.js'

/** What `tsc` writes for decorated classes with constructor injection. */
const CLASSES = `
require('reflect-metadata')
const { singleton, injectable, inject } = require('tsyringe')
class Counter { constructor() { this.count = 0 } next() { return ++this.count } }
Reflect.decorate([singleton()], Counter)
let Greeter = class Greeter {
  constructor(counter, word, log) { this.counter = counter; this.word = word; this.log = log }
  greet() { this.log.info('greeting'); return this.word() + ' ' + this.counter.next() }
}
Greeter = Reflect.decorate([
  injectable(),
  Reflect.metadata('design:paramtypes', [Counter, Function, Object]),
  (target) => inject('word')(target, undefined, 1),
  (target) => inject('log')(target, undefined, 2),
], Greeter)
exports.Greeter = Greeter
exports.Counter = Counter
`
const START = `
  const { Greeter, Counter } = require('./classes')
  globalThis.seen?.push(new WeakRef(Greeter))
  const greeter = ctx.container.resolve(Greeter)
  ctx.route('GET', '/greet', { public: true }, () => greeter.greet())
  ctx.route('GET', '/same', { public: true }, () => String(ctx.container.resolve(Counter) === ctx.container.resolve(Counter)))`

test.serial('decorated classes resolve from a container that holds what the plugin may use', async t => {
  const house = await onDisk(t, folder => {
    folder.write('greeter', CLASSES, 'classes.js')
    folder.define('greeter', START, `uses: ['word']`)
    folder.define('words', `ctx.provide('word', 'hello')`)
    folder.define('others', `ctx.provide('word', 'bonjour')`)
  })
  await house.kernel.start('words')
  await house.kernel.start('greeter')
  const greet = async () => (await house.fetch('/greet')).text()
  t.is(await greet(), 'hello 1')
  t.is(await greet(), 'hello 2')
  t.is(await (await house.fetch('/same')).text(), 'true')
  await house.kernel.replace('words', 'others')
  t.is(await greet(), 'bonjour 3', 'an injected service is an accessor and does not go stale')
  await house.kernel.reload('greeter')
  t.is(await greet(), 'bonjour 1', 'every generation has singletons of its own')
})

test.serial('nothing of a retired generation stays in memory', async t => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const seen: WeakRef<object>[] = []
  ;(globalThis as { seen?: WeakRef<object>[] }).seen = seen
  const house = await onDisk(
    t,
    folder => {
      folder.write('greeter', CLASSES, 'classes.js')
      folder.define('greeter', START, `uses: ['word']`)
      folder.define('words', `ctx.provide('word', 'hello')`)
    },
    { config: { limits: { probation_seconds: 0 } } },
  )
  await house.kernel.start('words')
  await house.kernel.start('greeter')
  for (let round = 0; round < 20; round++) {
    await house.kernel.reload('greeter')
    await (await house.fetch('/greet')).text()
  }
  for (let round = 0; round < 10; round++) {
    await new Promise(resolve => setTimeout(resolve, 20))
    gc()
  }
  const alive = seen.filter(reference => reference.deref() !== undefined).length
  t.is(seen.length, 21)
  t.true(alive <= 2, `${alive} of 21 generations are still reachable`)
})
