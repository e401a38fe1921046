import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { type ImplementationFn } from 'ava'
import { Store } from '../../kernel/store/store.js'
import { temporaryFolder } from '../fixtures/process.js'
import { installed } from '../live/installed.js'

/** Writes one entry after the other and says which were stored, and when the disk refused one. */
const WRITER = `
const { Store } = require(${JSON.stringify(join(__dirname, '../../kernel/store/store.js'))})
Store.open(process.argv[1]).then(async store => {
  const namespace = store.namespace('test', 'things')
  for (let number = 0; ; number++) {
    try {
      await namespace.put(String(number).padStart(6, '0'), 'x'.repeat(5000))
      console.log('stored ' + number)
    } catch (thrown) {
      console.log('refused ' + thrown.code)
    }
    await new Promise(resolve => setTimeout(resolve, 2))
  }
})`

const HOW = ['sh', 'prlimit']
const missing = HOW.filter(program => !installed(program))
const title = 'what is stored after the disk had refused a write is there after kill -9'

const limitedTest = (act: ImplementationFn<[]>) =>
  missing.length === 0 ? test(title, act) : test.skip(`${title} (not installed: ${missing.join(', ')})`, act)

limitedTest(async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  // A file may not grow beyond 64 KB: the record that reaches the limit is written by half.
  const limited = `trap '' XFSZ; ulimit -S -f 128; exec "$0" "$@"`
  const child = spawn('sh', ['-c', limited, process.execPath, '-e', WRITER, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const stored: number[] = []
  const refused: string[] = []
  let since = 0
  createInterface(child.stdout).on('line', line => {
    const [what, about] = line.split(' ') as [string, string]
    if (what === 'refused') refused.push(about)
    else {
      stored.push(Number(about))
      if (refused.length > 0) since++
    }
  })
  const until = async (holds: () => boolean) => {
    for (let waited = 0; !holds(); waited += 10) {
      if (waited > 20_000) throw new Error(`stored ${stored.length}, refused ${refused.length}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  await until(() => refused.length >= 5)
  t.true(stored.length > 5, 'until the limit it could be stored')
  t.is(since, 0, 'while there is no room, nothing is said to be stored')
  t.deepEqual([...new Set(refused)], ['data_unwritable'])
  execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
  await until(() => since >= 50)
  child.kill('SIGKILL')
  await once(child, 'close')

  const store = await Store.open(path)
  const namespace = store.namespace('test', 'things')
  const lost = stored.filter(number => namespace.getSync(String(number).padStart(6, '0')) === undefined)
  t.deepEqual(lost, [], `of ${stored.length}`)
  await store.close()
})
