import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import test from 'ava'
import { Live } from '../../kernel/http/live.js'
import { onDisk, sentenceOf } from '../support/on-disk.js'

const events: string[] = []
let open: () => void = () => {}
interface Shared {
  note(what: string): void
  wait?: Promise<void>
}
const shared = globalThis as unknown as Shared
shared.note = what => void events.push(what)
test.beforeEach(() => {
  events.splice(0)
  shared.wait = new Promise(resolve => {
    open = resolve
  })
})

const pins = (house: { house: { container: { resolve(token: typeof Live): Live } } }) => {
  const { gate, table } = house.house.container.resolve(Live)
  return table.pins + [...gate.past].reduce((sum, each) => sum + each.pins, 0)
}

test.serial('a client that hangs up behind its own slow request leaves nothing pinned', async t => {
  const house = await onDisk(t, folder =>
    folder.define('slow', `ctx.route('GET', '/slow', { public: true }, async () => { await wait; return 'done' })`),
  )
  await house.kernel.start('slow')
  const { port, hostname } = new URL(house.url)
  const socket = connect(Number(port), hostname)
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  socket.write(get('/slow') + get('/slow') + get('/nothing'))
  await pause(80)
  t.true(pins(house) > 0)
  socket.destroy()
  await pause(80)
  open()
  await pause(30)
  t.is(pins(house), 0)
  const began = performance.now()
  await house.kernel.reload('slow')
  t.true(performance.now() - began < 2000)
})

const keeper = (keys: string[], more = '') => `
  const kept = {}
  for (const key of ${JSON.stringify(keys)}) {
    kept[key] = await ctx.keep(key, { open: () => { note('open ' + key); return { closed: false } }, close: value => { value.closed = true; note('close ' + key) } })
  }
  ctx.route('GET', '/kept', { public: true }, async () => { await wait; return Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, value.closed])) })
  ${more}`

test.serial('a holding stays open for whoever still has it: live, starting or draining', async t => {
  const house = await onDisk(t, folder => folder.define('keeper', keeper(['door'])))
  await house.kernel.start('keeper')
  const draining = house.fetch('/kept')
  await pause(30)
  house.folder.define('keeper', keeper([]))
  const second = house.kernel.reload('keeper')
  await pause(50)
  house.folder.define('keeper', keeper(['door'], 'await new Promise(resolve => setTimeout(resolve, 150))'))
  const third = house.kernel.reload('keeper')
  await pause(80)
  t.deepEqual(events, ['open door'])
  open()
  t.deepEqual(await (await draining).json(), { door: false }, 'generation 1 answers with its door open')
  await Promise.all([second, third])
  t.deepEqual(await (await house.fetch('/kept')).json(), { door: false }, 'generation 3 has it open')
  t.deepEqual(events, ['open door'])
  await house.kernel.stop('keeper')
  t.deepEqual(events, ['open door', 'close door'])
})

test.serial('keeping one key twice at once is a conflict and leaves nothing open', async t => {
  const twice = `const one = () => ctx.keep('door', { open: () => new Promise(resolve => setTimeout(resolve, 20, note('open'))), close: () => note('close') }); await Promise.all([one(), one()])`
  const house = await onDisk(t, folder => folder.define('keeper', twice))
  t.regex((await sentenceOf(t, house.kernel.start('keeper'))).text, /keeps "door" twice/)
  await pause(60)
  t.deepEqual(events, ['open', 'close'])
})

test.serial('what a starting plugin requires cannot be taken away before it lives', async t => {
  const house = await onDisk(t, folder => {
    folder.define('base', '')
    folder.define('top', 'await wait', `requires: ['base']`)
  })
  await house.kernel.start('base')
  const starting = t.throwsAsync(house.kernel.start('top'))
  await pause(30)
  await house.kernel.stop('base')
  open()
  t.regex((await starting)?.message ?? '', /requires "base", which is not running/)
  t.is(house.inspect('top').state, 'failed')
})

test.serial('a handler does not begin for a request that was given up', async t => {
  const house = await onDisk(
    t,
    folder => {
      folder.define(
        'gate',
        `const who = { kind: 'operator', name: 'x' }; ctx.authenticate({ recall: () => undefined, verify: async () => { await wait; return who }, permits: () => true })`,
      )
      folder.define(
        'door',
        `ctx.route('POST', '/open', { permission: 'open' }, () => { note('opened'); return 'open' })`,
        `permissions: { open: 'Open it' }`,
      )
    },
    { config: { limits: { request_seconds: 0.3 } } },
  )
  await house.kernel.stop('test-auth')
  await house.kernel.start('gate')
  await house.kernel.start('door')
  t.is((await house.fetch('/open', { method: 'POST' })).status, 504)
  open()
  await pause(50)
  t.deepEqual(events, [])
})

test.serial('the numbers of generations go on when a plugin is unloaded and loaded again', async t => {
  const house = await onDisk(t, folder => folder.define('plain', ''))
  t.is((await house.kernel.start('plain')).live?.number, 1)
  await house.kernel.unload('plain')
  t.is((await house.kernel.start('plain')).live?.number, 2)
})

test.serial('nobody can be called kernel', async t => {
  const house = await onDisk(t, folder => {
    folder.define('kernel', '')
    folder.define('usurper', '', `aliases: ['kernel']`)
  })
  t.is((await sentenceOf(t, house.kernel.load('kernel'))).code, 'unknown_plugin')
  t.is((await sentenceOf(t, house.kernel.load('usurper'))).code, 'alias_taken')
})
