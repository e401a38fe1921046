import { setTimeout as pause } from 'node:timers/promises'
import test from 'ava'
import { onDisk, sentenceOf } from '../support/on-disk.js'

const provides = (word: string) => `ctx.provide('word', () => '${word}')`
/** Asks the service, waits until the test opens the gate, and asks again. */
const ASKS = `
  const word = ctx.service('word')
  ctx.route('GET', '/ask', { public: true }, () => word()())
  ctx.route('GET', '/slow', { public: true }, async () => { const first = word()(); await gate; return { first, second: word()() } })`

function gate(): () => void {
  let open = () => {}
  ;(globalThis as { gate?: Promise<void> }).gate = new Promise(resolve => {
    open = resolve
  })
  return open
}

test.serial('a request keeps the provider it entered with, and that provider is not retired under it', async t => {
  const house = await onDisk(t, folder => {
    folder.define('source', `${provides('old')}; ctx.effect('gone', () => { globalThis.gone = true })`)
    folder.define('face', ASKS)
  })
  await house.kernel.start('source')
  await house.kernel.start('face')
  const open = gate()
  const slow = house.fetch('/slow')
  await pause(30)
  house.folder.define('source', provides('new'))
  const reloaded = house.kernel.reload('source')
  await pause(30)
  t.is(await (await house.fetch('/ask')).text(), 'new', 'a new request sees the new provider at once')
  t.is((globalThis as { gone?: boolean }).gone, undefined, 'the old provider waits for the request that pinned it')
  open()
  t.deepEqual(await (await slow).json(), { first: 'old', second: 'old' })
  await reloaded
  t.true((globalThis as { gone?: boolean }).gone)
})

test.serial('draining is bounded: a request that does not end is cut off from its generation', async t => {
  const house = await onDisk(
    t,
    folder =>
      folder.define(
        'face',
        `ctx.route('GET', '/hang', { public: true }, async request => { await new Promise(resolve => request.signal.addEventListener('abort', resolve)); return 'aborted' })`,
      ),
    { config: { limits: { drain_seconds: 0.2 } } },
  )
  await house.kernel.start('face')
  const hanging = house.fetch('/hang')
  await pause(30)
  const began = performance.now()
  await house.kernel.reload('face')
  const took = performance.now() - began
  t.true(took >= 190 && took < 1500, `${took} ms`)
  t.is(await (await hanging).text(), 'aborted')
  t.true(house.log.some(line => /still had requests after 200 ms/.test(line.message)))
})

test.serial('a stream is not waited for: its signal ends it', async t => {
  const house = await onDisk(t, folder =>
    folder.define(
      'face',
      `ctx.route('GET', '/events', { public: true, stream: true }, request => {
      const { PassThrough } = require('node:stream')
      const stream = new PassThrough()
      stream.write('data: hello\\n\\n')
      request.signal.addEventListener('abort', () => stream.end('data: bye\\n\\n'))
      request.type = 'text/event-stream'
      return stream })`,
    ),
  )
  await house.kernel.start('face')
  const events = await house.fetch('/events')
  const reader = events.body!.getReader()
  await reader.read()
  const began = performance.now()
  await house.kernel.stop('face')
  t.true(performance.now() - began < 1000)
  let rest = ''
  for (let part = await reader.read(); !part.done; part = await reader.read())
    rest += Buffer.from(part.value).toString()
  t.regex(rest, /bye/)
})

test.serial('a reload through an API does not wait for itself', async t => {
  const house = await onDisk(t, folder => folder.define('face', ASKS))
  await house.kernel.start('face')
  const began = performance.now()
  const answer = await house.fetch('/kernel/plugins/face/reload', { method: 'POST' })
  t.is(answer.status, 200)
  t.is(((await answer.json()) as { generation: number }).generation, 2)
  t.true(performance.now() - began < 1000)
})

test.serial('without a provider the accessor says which service is missing', async t => {
  const house = await onDisk(t, folder => folder.define('face', ASKS))
  await house.kernel.start('face')
  const answer = await house.fetch('/ask')
  t.is(answer.status, 503)
  const { error } = (await answer.json()) as { error: { code: string; message: string } }
  t.is(error.code, 'no_backend')
  t.regex(error.message, /no running plugin provides "word", which "face" asked for/)
})

test.serial('a backend is replaced without a gap: every answer comes from one or the other', async t => {
  const house = await onDisk(t, folder => {
    folder.define('first', provides('first'))
    folder.define('second', `await new Promise(resolve => setTimeout(resolve, 50)); ${provides('second')}`)
    folder.define('face', ASKS)
  })
  for (const name of ['first', 'face']) await house.kernel.start(name)
  t.regex(
    (await sentenceOf(t, house.kernel.start('second'))).text,
    /service "word", which plugin "first" already provides.*replace first second/,
  )
  const seen = new Set<string>()
  let asking = true
  const asker = (async () => {
    while (asking) {
      const answer = await house.fetch('/ask')
      seen.add(`${answer.status} ${await answer.text()}`)
    }
  })()
  await house.kernel.replace('first', 'second')
  await pause(30)
  asking = false
  await asker
  t.deepEqual([...seen].sort(), ['200 first', '200 second'])
  t.is(house.inspect('first').state, 'stopped')
  t.is(house.inspect('second').state, 'running')
  t.regex(
    (await sentenceOf(t, house.kernel.replace('first', 'second'))).text,
    /"first" is not running, so there is nothing to replace/,
  )
})

test.serial('a replacement that cannot start leaves the old one serving', async t => {
  const house = await onDisk(t, folder => {
    folder.define('first', provides('first'))
    folder.define('second', `throw new Error('no upstream')`)
    folder.define('face', ASKS)
  })
  for (const name of ['first', 'face']) await house.kernel.start(name)
  await sentenceOf(t, house.kernel.replace('first', 'second'))
  t.is(await (await house.fetch('/ask')).text(), 'first')
  t.is(house.inspect('first').state, 'running')
})

test.serial('methods, parameters and precedence of native routes', async t => {
  const house = await onDisk(t, folder =>
    folder.define(
      'face',
      `
      const open = { public: true }
      ctx.route('GET', '/things/:id', open, ({ params }) => ({ id: params.id }))
      ctx.route('DELETE', '/things/:id', open, request => { request.status = 204 })
      ctx.route('GET', '/things/special', open, () => ({ id: 'the special one' }))
      ctx.route('GET', '/things/:id/parts/:part', open, ({ params }) => params)
      ctx.route('GET', '/files/*path', open, ({ params }) => ({ path: params.path }))
      ctx.route('POST', '/things', { public: true, body: 'json' }, ({ input }) => ({ input }))
      ctx.route('POST', '/form', { public: true, body: 'form' }, ({ input }) => ({ input }))`,
    ),
  )
  await house.kernel.start('face')
  const json = async (path: string, init?: RequestInit) => (await house.fetch(path, init)).json()
  t.deepEqual(await json('/things/7'), { id: '7' })
  t.deepEqual(await json('/things/a%2Fb'), { id: 'a/b' })
  t.deepEqual(await json('/things/special'), { id: 'the special one' })
  t.deepEqual(await json('/things/special/parts/3'), { id: 'special', part: '3' })
  t.deepEqual(await json('/files/a/b.txt'), { path: 'a/b.txt' })
  t.deepEqual(await json('/things', { method: 'POST', body: '{"a":1}' }), { input: { a: 1 } })
  t.deepEqual(await json('/form', { method: 'POST', body: 'a=1&b=2' }), { input: { a: '1', b: '2' } })
  t.is((await house.fetch('/things/7', { method: 'DELETE' })).status, 204)
  const head = await house.fetch('/things/7', { method: 'HEAD' })
  t.is(head.status, 200)
  t.is(await head.text(), '')
  const options = await house.fetch('/things/7', { method: 'OPTIONS' })
  t.is(options.status, 204)
  t.is(options.headers.get('allow'), 'GET, DELETE, HEAD, OPTIONS')
  const wrong = await house.fetch('/things/7', { method: 'PUT' })
  t.is(wrong.status, 405)
  t.is(wrong.headers.get('allow'), 'GET, DELETE, HEAD, OPTIONS')
  t.is((await house.fetch('/things/7/')).status, 404)
  t.is((await house.fetch('/nothing')).status, 404)
})

test.serial('an error in a handler reaches the log, and the client without its stack', async t => {
  const house = await onDisk(t, folder =>
    folder.define('face', `ctx.route('GET', '/fail', { public: true }, () => { throw new Error('secret detail') })`),
  )
  await house.kernel.start('face')
  const answer = await house.fetch('/fail')
  t.is(answer.status, 500)
  const text = await answer.text()
  t.notRegex(text, /secret detail|index\.js/)
  t.regex(text, /"request_id"/)
  t.true(house.log.some(line => line.message.includes('secret detail')))
  t.is(house.inspect('face').state, 'running')
})
