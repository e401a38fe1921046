import test from 'ava'
import { onDisk, sentenceOf } from '../support/on-disk.js'

const greets = (word: string) =>
  `ctx.route('GET', '/greet', { public: true }, () => ({ word: '${word}', generation: ctx.generation }))`
const greeting = async (house: { fetch(path: string): Promise<Response> }) =>
  (await (await house.fetch('/greet')).json()) as { word: string; generation: number }

test('load, start, reload, stop and unload, with what each leaves behind', async t => {
  const house = await onDisk(t, folder => folder.define('greeter', greets('hello')))
  const { kernel } = house
  t.is(house.inspect('greeter').state, 'available')
  t.is((await kernel.load('greeter')).state, 'loaded')
  t.is((await house.fetch('/greet')).status, 404)
  t.is((await kernel.start('greeter')).state, 'running')
  t.deepEqual(await greeting(house), { word: 'hello', generation: 1 })

  house.folder.define('greeter', greets('good day'))
  t.is((await kernel.reload('greeter')).state, 'running')
  t.deepEqual(await greeting(house), { word: 'good day', generation: 2 })

  t.is((await kernel.stop('greeter')).state, 'stopped')
  t.is((await house.fetch('/greet')).status, 404)
  t.is((await kernel.start('greeter')).live?.number, 3)
  await kernel.unload('greeter')
  t.is((await house.fetch('/greet')).status, 404)
  t.is(house.inspect('greeter').state, 'available')
})

test('a reload sees edits in every file of the plugin, however deep it is required', async t => {
  const write = (word: string) => `exports.word = () => '${word}'`
  const house = await onDisk(t, folder => {
    folder.write('greeter', write('one'), 'word.js')
    folder.write('greeter', `exports.say = () => require('./word').word()`, 'say.js')
    folder.define(
      'greeter',
      `const { say } = require('./say'); ctx.route('GET', '/greet', { public: true }, () => ({ word: say() }))`,
    )
  })
  await house.kernel.start('greeter')
  t.is((await greeting(house)).word, 'one')
  house.folder.write('greeter', write('two'), 'word.js')
  t.is((await greeting(house)).word, 'one', 'nothing changes before the reload')
  await house.kernel.reload('greeter')
  t.is((await greeting(house)).word, 'two')
})

const broken: [what: string, source: string, says: RegExp][] = [
  ['does not parse', 'exports.default = {', /cannot be linked: Unexpected end of input/],
  ['exports nothing', 'module.exports = {}', /has no default export/],
  ['lies about its name', `exports.default = { name: 'other', version: '1', start() {} }`, /it calls itself "other"/],
  ['has no start', `exports.default = { name: 'greeter', version: '1' }`, /has no "start"/],
  [
    'misspells a field',
    `exports.default = { name: 'greeter', version: '1', permisions: {}, start() {} }`,
    /unknown field "permisions"; did you mean "permissions"/,
  ],
  ['throws while linking', 'throw new Error("no such luck")', /cannot be linked: no such luck \(index.js:1\)/],
  ['requires a file that is missing', `require('./absent')`, /cannot be linked: Cannot find module '.\/absent'/],
  [
    'throws in start',
    `exports.default = { name: 'greeter', version: '1', start() { throw new Error('no such luck') } }`,
    /did not start: no such luck/,
  ],
  [
    'rejects in start',
    `exports.default = { name: 'greeter', version: '1', async start() { await null; throw new Error('no such luck') } }`,
    /did not start: no such luck/,
  ],
  [
    'throws in a callback while starting',
    `exports.default = { name: 'greeter', version: '1', start() { return new Promise(() => {}) } }`,
    /did not start: still starting after 300 ms.*never settles/,
  ],
  [
    'requires what does not exist',
    `exports.default = { name: 'greeter', version: '1', requires: ['greter'], start() {} }`,
    /there is no plugin "greter"; did you mean "greeter"/,
  ],
  [
    'requires itself',
    `exports.default = { name: 'greeter', version: '1', requires: ['greeter'], start() {} }`,
    /requires itself/,
  ],
  [
    'asks for undeclared storage',
    `exports.default = { name: 'greeter', version: '1', storage: ['notes'], start(ctx) { ctx.storage('note') } }`,
    /asked for storage "note", which it does not declare; did you mean "notes"/,
  ],
  [
    'declares no access',
    `exports.default = { name: 'greeter', version: '1', start(ctx) { ctx.route('GET', '/greet', {}, () => 1) } }`,
    /GET \/greet: it declares neither a permission nor public/,
  ],
  [
    'names an undeclared permission',
    `exports.default = { name: 'greeter', version: '1', permissions: { greet: 'Be greeted' }, start(ctx) { ctx.route('GET', '/greet', { permission: 'gret' }, () => 1) } }`,
    /permission "gret" is not declared; did you mean "greet"/,
  ],
  [
    "claims another's route",
    `exports.default = { name: 'greeter', version: '1', start(ctx) { ctx.route('GET', '/kernel/status', { public: true }, () => 1) } }`,
    /GET \/kernel\/status, which plugin "kernel" already serves/,
  ],
  [
    'contributes a route twice',
    `exports.default = { name: 'greeter', version: '1', start(ctx) { for (const id of ['a', 'b']) ctx.route('GET', '/x/:' + id, { public: true }, () => 1) } }`,
    /GET \/x\/:b twice/,
  ],
  [
    'has an unknown option',
    `exports.default = { name: 'greeter', version: '1', start() {} }; module.exports.default.config = { safeParse: () => ({ success: false, error: { issues: [{ code: 'custom', path: ['x'], message: 'must be blue' }] } }) }`,
    /"plugins.greeter.x": must be blue/,
  ],
]

for (const [what, source, says] of broken) {
  test(`a plugin that ${what} leaves the old generation serving, and says so`, async t => {
    const house = await onDisk(t, folder => folder.define('greeter', greets('hello')), {
      config: { limits: { start_seconds: 0.3 } },
    })
    await house.kernel.start('greeter')
    house.folder.write('greeter', source)
    const { text } = await sentenceOf(t, house.kernel.reload('greeter'))
    t.regex(text, says)
    t.regex(text, /generation 1 keeps serving/)
    t.is((await greeting(house)).word, 'hello')
    t.is(house.inspect('greeter').state, 'running')
    t.regex(house.inspect('greeter').last_error?.sentence ?? '', /generation 1 keeps serving/)

    house.folder.define('greeter', greets('mended'))
    await house.kernel.reload('greeter')
    t.is((await greeting(house)).word, 'mended')
  })
}

test('a CommonJS plugin may be its module.exports', async t => {
  const house = await onDisk(t, folder =>
    folder.write(
      'greeter',
      `module.exports = { name: 'greeter', version: '1.0.0', start(ctx) { ctx.route('GET', '/greet', { public: true }, () => ({ word: 'hello' })) } }`,
    ),
  )
  await house.kernel.start('greeter')
  t.is((await greeting(house)).word, 'hello')
})

test('a start that failed is not a dead end', async t => {
  const house = await onDisk(t, folder => folder.define('greeter', `throw new Error('not yet')`))
  await sentenceOf(t, house.kernel.start('greeter'))
  t.is(house.inspect('greeter').state, 'failed')
  house.folder.define('greeter', greets('hello'))
  await house.kernel.reload('greeter')
  t.is((await house.kernel.start('greeter')).state, 'running')
  t.is((await greeting(house)).word, 'hello')
})

test('a verb that does not fit the state says what to do', async t => {
  const house = await onDisk(t, folder => folder.define('greeter', greets('hello')))
  t.regex(
    (await sentenceOf(t, house.kernel.stop('greeter'))).text,
    /"greeter" is not loaded → patchbay plugin start greeter starts it/,
  )
  t.regex(
    (await sentenceOf(t, house.kernel.start('greter'))).text,
    /there is no plugin "greter"; did you mean "greeter"/,
  )
  await house.kernel.start('greeter')
  t.regex(
    (await sentenceOf(t, house.kernel.start('greeter'))).text,
    /already running, as generation 1 → .*reload greeter/,
  )
  await house.kernel.stop('greeter')
  t.regex((await sentenceOf(t, house.kernel.stop('greeter'))).text, /not running → patchbay plugin start greeter/)
})

test('effects are undone in reverse, and one that comes too late is undone at once', async t => {
  const undone: string[] = []
  ;(globalThis as { note?: (what: string) => void }).note = what => undone.push(what)
  const house = await onDisk(t, folder =>
    folder.define(
      'greeter',
      `for (const each of ['a', 'b', 'c']) ctx.effect(each, () => note(each)); ctx.effect('late', () => { ctx.effect('after', () => note('after')) })`,
    ),
  )
  await house.kernel.start('greeter')
  t.deepEqual(house.inspect('greeter').effects, ['a', 'b', 'c', 'late'])
  await house.kernel.stop('greeter')
  t.deepEqual(undone, ['after', 'c', 'b', 'a'])
})

test('jobs for one plugin run one after the other, in the order they were asked for', async t => {
  const house = await onDisk(t, folder =>
    folder.define('greeter', `await new Promise(resolve => setTimeout(resolve, 20)); ${greets('hello')}`),
  )
  const results = await Promise.allSettled([
    house.kernel.start('greeter'),
    house.kernel.reload('greeter'),
    house.kernel.start('greeter'),
  ])
  t.deepEqual(
    results.map(each => each.status),
    ['fulfilled', 'fulfilled', 'rejected'],
  )
  t.is((await greeting(house)).generation, 2)
})

test('a dry run does everything up to the swap and undoes it', async t => {
  const house = await onDisk(t, folder => folder.define('greeter', greets('hello')))
  await house.kernel.check('greeter')
  t.is(house.inspect('greeter').state, 'available')
  await house.kernel.start('greeter')
  house.folder.define('greeter', `ctx.route('GET', '/kernel/status', { public: true }, () => 1)`)
  t.regex((await sentenceOf(t, house.kernel.check('greeter'))).text, /already serves; generation 1 keeps serving/)
  house.folder.define('greeter', `await ctx.keep('door', { open: () => ({}), close() {} }); ${greets('new')}`)
  await house.kernel.check('greeter')
  t.deepEqual(await greeting(house), { word: 'hello', generation: 1 })
  t.deepEqual(house.inspect('greeter').holdings, [])
})
