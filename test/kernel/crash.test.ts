import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'

const LAB = join(__dirname, '..', 'fixtures', 'crash-lab.js')

async function lab(scenario: string): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, [LAB, scenario])
  return JSON.parse(stdout) as Record<string, unknown>
}

const restarted = (why: string) => ({
  word: 'up 2',
  state: 'running',
  error: `generation 1 of plugin "fragile" crashed: ${why}; it was restarted`,
})

test('an error in a timer restarts the plugin it belongs to', async t => {
  t.deepEqual(await lab('timer'), restarted('in a timer'))
})

test('so does a rejection that nobody handles', async t => {
  t.deepEqual(await lab('rejection'), restarted('unheard'))
})

test('an error in a kept socket belongs to the generation that is live, not to the one that opened it', async t => {
  const { word, error } = await lab('socket')
  t.regex(String(word), /^up [34]$/)
  t.regex(String(error), /generation 2 of plugin "fragile" crashed: heard knock in 2; the code of before runs again/)
})

test('a plugin that crashes too often is out of service until it is mended', async t => {
  const { word, state, error, after } = await lab('intensity')
  t.is(word, '404')
  t.is(state, 'failed')
  t.regex(
    String(error),
    /generation 4 of plugin "fragile" crashed: again once too often; it is out of service, everything else keeps running/,
  )
  t.regex(String(after), /^mended \d+$/)
})

test('a crash soon after a reload brings back the code of before', async t => {
  t.deepEqual(await lab('probation'), {
    during: 'bad 2',
    after: 'good 3',
    error: 'generation 2 of plugin "fragile" crashed: too new; the code of before runs again',
  })
})

test('an uncaught error of a generation that is still starting fails that start', async t => {
  t.deepEqual(await lab('starting'), {
    error: 'plugin "fragile" did not start: while starting; generation 1 keeps serving',
    word: 'good 1',
    crashes: 0,
  })
})

test('an error between the end of start and the swap stops the swap', async t => {
  t.deepEqual(await lab('between'), {
    error: 'plugin "fragile" did not start: before the swap; generation 1 keeps serving',
    word: 'good 1',
  })
})

test('an error in onLive is a crash of the new generation', async t => {
  t.deepEqual(await lab('onLive'), {
    after: 'good 3',
    error: 'generation 2 of plugin "fragile" crashed: at the swap; the code of before runs again',
  })
})

test('an error from a retired generation is only reported', async t => {
  t.deepEqual(await lab('retired'), { word: 'up 2', warned: true })
})

test('an error of a plugin that is gone is only reported', async t => {
  t.deepEqual(await lab('unloaded'), { warned: true, unattributed: false })
})

test('an error in a listener on a request belongs to the plugin that put it there', async t => {
  t.deepEqual(await lab('listener'), {
    word: 'up 2',
    error: 'generation 1 of plugin "fragile" crashed: in a listener of 1; it was restarted',
  })
})

test('an error of a backend is not blamed on the face that called it', async t => {
  t.deepEqual(await lab('backend'), {
    face: 1,
    fragile: 'generation 1 of plugin "fragile" crashed: of the backend; it was restarted',
  })
})

test('the code of before comes back also after a hot upgrade of its storage', async t => {
  t.deepEqual(await lab('upgrade'), { during: 'bad 2', after: 'good 3' })
})

test('an error of no plugin is the kernel’s own', async t => {
  t.deepEqual(await lab('kernel'), { unattributed: true })
})
