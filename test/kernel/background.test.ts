import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import test from 'ava'
import { onDisk, sentenceOf } from '../support/on-disk.js'

interface Notes {
  ticks: number[]
  order: string[]
}
const notes: Notes = { ticks: [], order: [] }
;(globalThis as { notes?: Notes }).notes = notes
test.beforeEach(() => {
  notes.ticks.splice(0)
  notes.order.splice(0)
})

test.serial('every begins with the swap, ends with the generation, and never runs twice at once', async t => {
  const house = await onDisk(t, folder =>
    folder.define(
      'clock',
      `let busy = 0
       ctx.every(5, async () => {
         if (++busy > 1) notes.order.push('twice')
         notes.ticks.push(ctx.generation)
         await new Promise(resolve => setTimeout(resolve, 20))
         busy--
       })
       await new Promise(resolve => setTimeout(resolve, 60))
       notes.order.push('ticks before live: ' + notes.ticks.filter(each => each === ctx.generation).length)`,
    ),
  )
  await house.kernel.start('clock')
  await pause(100)
  t.true(notes.ticks.length > 0)
  await house.kernel.reload('clock')
  const first = notes.ticks.filter(each => each === 1).length
  await pause(100)
  t.is(notes.ticks.filter(each => each === 1).length, first, 'generation 1 has stopped')
  t.true(notes.ticks.includes(2))
  t.deepEqual(notes.order, ['ticks before live: 0', 'ticks before live: 0'])
})

test.serial('onLive runs in the turn of the swap, and not at all when the start fails', async t => {
  const start = (more: string) =>
    `ctx.onLive(() => notes.order.push('live ' + ctx.generation)); notes.order.push('start ' + ctx.generation); ${more}`
  const house = await onDisk(t, folder => folder.define('lamp', start('')))
  await house.kernel.start('lamp')
  house.folder.define('lamp', start(`throw new Error('no')`))
  await sentenceOf(t, house.kernel.reload('lamp'))
  t.deepEqual(notes.order, ['start 1', 'live 1', 'start 2'])
})

test.serial('contributions after start are refused with a sentence', async t => {
  const house = await onDisk(t, folder =>
    folder.define(
      'late',
      `ctx.route('GET', '/add', { public: true }, () => { ctx.route('GET', '/more', { public: true }, () => 1) })`,
    ),
  )
  await house.kernel.start('late')
  const answer = await house.fetch('/add')
  t.is(answer.status, 500)
  t.regex(await answer.text(), /made a route after its start; it was not added and everything else keeps running/)
  t.is((await house.fetch('/more')).status, 404)
})

test.serial('stored data stays when a plugin is unloaded, and goes only when it is told to', async t => {
  const source = `
    const notes = ctx.storage('notes')
    ctx.route('PUT', '/note/:text', { public: true }, async ({ params }) => { await notes.put('note', params.text); return 'kept' })
    ctx.route('GET', '/note', { public: true }, async () => (await notes.get('note')) ?? 'nothing')`
  const house = await onDisk(t, folder => folder.define('memo', source, `storage: ['notes']`))
  const note = async () => (await house.fetch('/note')).text()
  await house.kernel.start('memo')
  await house.fetch('/note/milk', { method: 'PUT' })
  const running = await house.fetch('/kernel/plugins/memo/storage/notes', { method: 'DELETE' })
  t.is(running.status, 409)
  t.regex(await running.text(), /nothing was removed/)
  await house.kernel.unload('memo')
  await house.kernel.start('memo')
  t.is(await note(), 'milk')
  await house.kernel.stop('memo')
  t.is((await house.fetch('/kernel/plugins/memo/storage/notes', { method: 'DELETE' })).status, 200)
  await house.kernel.start('memo')
  t.is(await note(), 'nothing')
})

test.serial(
  'a plugin has a listener of its own: the socket stays, what it carries changes with the generation',
  async t => {
    const port = await freePort()
    const start = (path: string) => `
    await ctx.listen({ port: ${port}, requestHandlers: { '${path}': 'native' } })
    ctx.route('GET', '/own', { public: true }, () => 'generation ' + ctx.generation)`
    const own = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`)
      return answer.status === 200 ? answer.text() : answer.status
    }
    const house = await onDisk(t, folder => folder.define('doorman', start('/')))
    await house.kernel.start('doorman')
    t.is(await own('/own'), 'generation 1')
    house.folder.define('doorman', start('/inner'))
    await house.kernel.reload('doorman')
    t.is(await own('/own'), 404)
    t.is(await own('/inner/own'), 404, 'native routes are found by their whole path')
    house.folder.define('doorman', start('/'))
    await house.kernel.reload('doorman')
    t.is(await own('/own'), 'generation 3')
    await house.kernel.stop('doorman')
    await t.throwsAsync(own('/own'))
  },
)

test.serial('a flag that is neither true nor false stops nothing', async t => {
  const house = await onDisk(t, folder => folder.define('plain', ''))
  await house.kernel.start('plain')
  const answer = await house.fetch('/kernel/plugins/plain/stop?cascade=maybe', { method: 'POST' })
  t.is(answer.status, 400)
  const { error } = (await answer.json()) as { error: { message: string } }
  t.is(error.message, '"cascade" is true or false, not "maybe"; nothing was done')
  t.is(house.inspect('plain').state, 'running')
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
