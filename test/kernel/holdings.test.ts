import test from 'ava'
import { onDisk, sentenceOf } from '../support/on-disk.js'

const events: string[] = []
;(globalThis as { note?: (what: string) => void }).note = what => events.push(what)
test.beforeEach(() => void events.splice(0))

/** Keeps one value whose `say` answers with a word of the current generation. */
const keeps = (word: string, key = 'door') => `
  const door = await ctx.keep('${key}', {
    open: call => { note('open ${key}'); return { say: () => call.say(), opened: ctx.generation } },
    close: () => { note('close ${key}') },
    behaviour: { say: () => '${word} of ' + ctx.generation },
  })
  ctx.route('GET', '/say', { public: true }, () => ({ said: door.say(), opened: door.opened }))`

test.serial('a kept value survives reloads, with the behaviour of the generation that is live', async t => {
  const house = await onDisk(t, folder => folder.define('keeper', keeps('hello')))
  const say = async () => (await house.fetch('/say')).json()
  await house.kernel.start('keeper')
  t.deepEqual(await say(), { said: 'hello of 1', opened: 1 })
  house.folder.define('keeper', keeps('good day'))
  await house.kernel.reload('keeper')
  t.deepEqual(await say(), { said: 'good day of 2', opened: 1 })
  t.deepEqual(events, ['open door'])
  await house.kernel.stop('keeper')
  t.deepEqual(events, ['open door', 'close door'])
})

test.serial('a start that fails closes what it had opened, and nothing else', async t => {
  const house = await onDisk(t, folder => folder.define('keeper', keeps('hello')))
  await house.kernel.start('keeper')
  house.folder.define(
    'keeper',
    `${keeps('worse')}; await ctx.keep('window', { open: () => note('open window'), close: () => note('close window') }); throw new Error('no')`,
  )
  await sentenceOf(t, house.kernel.reload('keeper'))
  t.deepEqual(events, ['open door', 'open window', 'close window'])
  t.deepEqual(house.inspect('keeper').holdings, ['door'])
  t.deepEqual(await (await house.fetch('/say')).json(), { said: 'hello of 1', opened: 1 })
})

test.serial('what the new generation does not keep is closed after the old one has gone', async t => {
  const house = await onDisk(t, folder => folder.define('keeper', keeps('hello')))
  await house.kernel.start('keeper')
  house.folder.define('keeper', keeps('hello', 'gate'))
  await house.kernel.reload('keeper')
  t.deepEqual(events, ['open door', 'open gate', 'close door'])
})

test.serial('an open that fails or comes too late leaves nothing behind', async t => {
  const house = await onDisk(
    t,
    folder =>
      folder.define(
        'keeper',
        `await ctx.keep('late', { open: () => new Promise(resolve => setTimeout(resolve, 300, {})), close: () => note('close late') })`,
      ),
    { config: { limits: { start_seconds: 0.1 } } },
  )
  await sentenceOf(t, house.kernel.start('keeper'))
  await new Promise(resolve => setTimeout(resolve, 300))
  t.deepEqual(events, ['close late'])
  house.folder.define(
    'keeper',
    `await ctx.keep('bad', { open: () => { throw new Error('no port') }, close: () => note('close bad') })`,
  )
  await house.kernel.reload('keeper')
  t.regex((await sentenceOf(t, house.kernel.start('keeper'))).text, /did not start: no port/)
  t.deepEqual(events, ['close late'])
})

test.serial('a holding has storage of its own that outlives the generation', async t => {
  const source = `
    const counter = await ctx.keep('counter', {
      open: (_, holding) => { const notes = holding.storage('notes'); return { async add() { const n = ((await notes.get('n')) ?? 0) + 1; await notes.put('n', n); return n } } },
      close() {},
    })
    ctx.route('GET', '/count', { public: true }, () => counter.add().then(String))`
  const house = await onDisk(t, folder => folder.define('keeper', source, `storage: ['notes']`))
  await house.kernel.start('keeper')
  t.is(await (await house.fetch('/count')).text(), '1')
  await house.kernel.reload('keeper')
  t.is(await (await house.fetch('/count')).text(), '2')
})
