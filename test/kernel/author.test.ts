import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import test from 'ava'
import { INSTALLATION } from '../../kernel/cli/installation.js'
import {
  configuration,
  ended,
  folderWith,
  patchbay,
  pluginSays,
  type Served,
  served,
  start,
  until,
  write,
} from './patchbay-process.js'

const OWN_PLUGINS = { 'patchbay.yml': configuration('plugin_folders: [mine]\nplugins:') }

async function answer(house: Served, path: string): Promise<Record<string, unknown>> {
  const reply = await house.get(path)
  return reply.status === 200 ? ((await reply.json()) as Record<string, unknown>) : { status: reply.status }
}

const says = (house: Served, name: string, what: string) =>
  until(async () => (await answer(house, `/${name}`))['says'] === what)

const reloads = (house: Served, name: string) => house.output().split(`plugin \\"${name}\\" was saved`).length - 1

/** Saves until it shows: a compiler that only begins to watch does not see the first time. */
async function save(file: string, text: string, shows: () => Promise<boolean>): Promise<void> {
  let saved = Number.NEGATIVE_INFINITY
  await until(async () => {
    if (performance.now() - saved > 4000) {
      write(file, text)
      saved = performance.now()
    }
    return shows()
  }, 30_000)
}

/** The processes that work in `folder`. */
function compilersOf(folder: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  return stdout.split('\n').filter(line => line.includes('--watch') && line.includes(folder))
}

test('plugin new refuses bad names, names that are taken, and folders that exist', async t => {
  const folder = folderWith(t, { 'here/keep.txt': 'kept' })
  for (const [name, sentence] of [
    ['Hello World', /cannot be the name of a plugin.*\n {2}→ patchbay plugin new hello-world/],
    ['../up', /cannot be the name of a plugin/],
    ['kernel', /what the kernel calls itself/],
  ] as const) {
    const { code, err } = await patchbay(folder, ['plugin', 'new', name])
    t.is(code, 2)
    t.regex(err, sentence)
  }
  const taken = await patchbay(folder, ['plugin', 'new', 'auth'])
  t.is(taken.code, 1)
  t.regex(taken.err, /Patchbay has a plugin "auth" already/)
  const existing = await patchbay(folder, ['plugin', 'new', 'here'])
  t.is(existing.code, 1)
  t.regex(existing.err, /here exists already; nothing was written/)
  t.false(existsSync(join(folder, 'here', 'index.ts')))
})

test('plugin build says what is missing, and lists mistakes', async t => {
  const folder = folderWith(t, { 'empty/readme.txt': '' })
  t.regex((await patchbay(folder, ['plugin', 'build', 'nowhere'])).err, /there is no folder .*nowhere/)
  const empty = await patchbay(folder, ['plugin', 'build', 'empty'])
  t.is(empty.code, 1)
  t.regex(empty.err, /empty has no tsconfig\.json.*\n {2}→ patchbay plugin new NAME/)
  await patchbay(folder, ['plugin', 'new', 'wrong'])
  write(join(folder, 'wrong', 'other.ts'), 'export const n: number = "text"\n')
  const wrong = await patchbay(folder, ['plugin', 'build', 'wrong'])
  t.is(wrong.code, 1)
  t.regex(wrong.err, /other\.ts\(1,14\): error TS2322/)
  t.regex(wrong.err, /wrong has mistakes/)
})

test('a plugin of one’s own: new, test, build, load, call, edit, reload', async t => {
  const folder = folderWith(t, OWN_PLUGINS)
  write(join(folder, 'mine', '.keep'), '')
  const house = await served(t, folder)
  const own = (...given: string[]) => patchbay(join(folder, 'mine'), given, { PATCHBAY_CONFIG: '../patchbay.yml' })
  const made = await own('plugin', 'new', 'hello')
  t.is(made.code, 0, made.err)
  t.regex(made.out, /plugin test hello\n[\s\S]* dev\n[\s\S]*curl .*\/hello/)
  t.notRegex(made.out, /plugin_folders/)
  const source = join(folder, 'mine', 'hello', 'index.ts')
  const code = readFileSync(source, 'utf8')
  t.true(code.split('\n').length <= 21)
  t.is(code.match(/^import/gm)?.length, 1)

  const tested = await own('plugin', 'test', 'hello')
  t.is(tested.code, 0, tested.out + tested.err)
  t.regex(tested.out, /# pass 2\n/)

  t.is((await house.run('plugin', 'start', 'hello')).out, 'hello is running, generation 1\n')
  t.deepEqual(await answer(house, '/hello'), { hello: 'world', greeted: 1 })
  t.is((await fetch(`${house.url}/hello`)).status, 401)

  // A package that only Patchbay has installed.
  write(source, `import { z } from 'zod'\n${code.replace("hello: 'world'", "hello: z.string().parse('again')")}`)
  t.is((await own('plugin', 'build', 'hello')).code, 0)
  t.is((await house.run('plugin', 'reload', 'hello')).out, 'hello is running, generation 2\n')
  t.is((await answer(house, '/hello'))['hello'], 'again')

  const failing = await own('plugin', 'test', 'hello')
  t.is(failing.code, 1)
  t.regex(failing.err, /the suite of hello fails/)
})

test('what plugin new prints outside of any plugin folder names the line for the configuration', async t => {
  const folder = folderWith(t)
  const { out } = await patchbay(folder, ['plugin', 'new', 'hello'])
  t.true(out.includes(`plugin_folders: [${JSON.stringify(folder)}]`), out)
  const { next } = JSON.parse((await patchbay(folder, ['plugin', 'new', 'other', '--json'])).out)
  const [command] = next[0] as [string]
  const pasted = spawnSync(command, { cwd: folder, shell: true, encoding: 'utf8' })
  t.is(pasted.status, 0, pasted.stdout + pasted.stderr)
})

test('watching: a save is one reload, a mistake leaves the old code serving', async t => {
  const folder = folderWith(t, { ...OWN_PLUGINS, 'mine/one/index.js': pluginSays('one', 'a') })
  const house = await served(t, folder, ['serve', '--watch'])
  const index = join(folder, 'mine', 'one', 'index.js')
  t.deepEqual(await answer(house, '/one'), { says: 'a', generation: 1 })

  // As a compiler does it: several files, and one of them twice.
  write(index, '')
  write(join(folder, 'mine', 'one', 'other.js'), '// new')
  write(index, pluginSays('one', 'b'))
  await says(house, 'one', 'b')
  await pause(300)
  t.deepEqual(await answer(house, '/one'), { says: 'b', generation: 2 })
  t.is(reloads(house, 'one'), 1)

  write(index, pluginSays('one', 'b'))
  write(join(folder, 'mine', 'one', 'index.test.js'), '// a test')
  await pause(300)
  t.is((await answer(house, '/one'))['generation'], 2)

  write(index, 'this is not JavaScript')
  await until(() => house.output().includes('generation 2 keeps serving'))
  t.is((await answer(house, '/one'))['says'], 'b')
  // Editors write a new file and put it in the place of the old one.
  write(`${index}.tmp`, pluginSays('one', 'c'))
  renameSync(`${index}.tmp`, index)
  await says(house, 'one', 'c')
  t.is(await house.end(), 0)
})

test('watching: a plugin that is new, was loaded later, could not link, could not start, or was built anew', async t => {
  const folder = folderWith(t, {
    ...OWN_PLUGINS,
    'mine/unlinked/index.js': 'not JavaScript at all',
    'mine/unstarted/index.js':
      "exports.default = { name: 'unstarted', version: '1.0.0', start() { throw new Error('no') } }",
    'mine/later/dist/index.js': pluginSays('later', 'a', 'autostart: false,'),
    'mine/idle/index.js': pluginSays('idle', 'a'),
  })
  const house = await served(t, folder, ['serve', '--watch'])
  const file = (name: string) => join(folder, 'mine', name, 'index.js')
  t.is((await answer(house, '/unlinked'))['status'], 404)

  write(file('unlinked'), pluginSays('unlinked', 'mended'))
  await says(house, 'unlinked', 'mended')
  write(file('unstarted'), pluginSays('unstarted', 'mended'))
  await says(house, 'unstarted', 'mended')
  write(file('fresh'), pluginSays('fresh', 'a'))
  await says(house, 'fresh', 'a')
  write(file('fresh'), pluginSays('fresh', 'b'))
  await says(house, 'fresh', 'b')

  const later = join(folder, 'mine', 'later', 'dist')
  write(join(later, 'index.js'), pluginSays('later', 'b', 'autostart: false,'))
  await pause(200)
  t.is((await answer(house, '/later'))['status'], 404)
  t.is((await house.run('plugin', 'start', 'later')).code, 0)
  t.is((await answer(house, '/later'))['says'], 'b')
  rmSync(later, { recursive: true })
  write(join(later, 'index.js'), pluginSays('later', 'c'))
  await says(house, 'later', 'c')
  write(join(later, 'index.js'), pluginSays('later', 'd'))
  await says(house, 'later', 'd')

  // What a person has stopped stays so; it starts with the code that was saved last.
  await house.run('plugin', 'stop', 'idle')
  write(file('idle'), pluginSays('idle', 'b'))
  await until(() => reloads(house, 'idle') === 1)
  t.is((await answer(house, '/idle'))['status'], 404)
  await house.run('plugin', 'start', 'idle')
  t.is((await answer(house, '/idle'))['says'], 'b')
})

test('dev compiles and reloads on save, also a plugin that is written meanwhile, and ends its compilers', async t => {
  const folder = folderWith(t, OWN_PLUGINS)
  write(join(folder, 'mine', '.keep'), '')
  const house = await served(t, folder, ['dev'])
  const env = { PATCHBAY_CONFIG: '../patchbay.yml' }
  t.is((await patchbay(join(folder, 'mine'), ['plugin', 'new', 'hello'], env)).code, 0)
  await until(async () => (await answer(house, '/hello'))['hello'] === 'world')
  const source = join(folder, 'mine', 'hello', 'index.ts')
  for (const word of ['one', 'two', 'three']) {
    const text = readFileSync(source, 'utf8').replace(/hello: '\w+'/, `hello: '${word}'`)
    await save(source, text, async () => (await answer(house, '/hello'))['hello'] === word)
  }
  await pause(300)
  const { generation } = JSON.parse((await house.run('plugin', 'inspect', 'hello', '--json')).out)
  t.is(generation, 4)
  t.is(compilersOf(folder).length, 1)
  t.is(await house.end(), 0)
  await until(() => compilersOf(folder).length === 0)
})

test('inside the repository: new, npm test -- --plugin NAME, dev', async t => {
  const folder = folderWith(t, { 'patchbay.yml': configuration() })
  for (const part of ['kernel', 'plugins', 'tsconfig.json', 'package.json', 'test/run.mjs']) {
    cpSync(join(INSTALLATION, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(INSTALLATION, 'node_modules'), join(folder, 'node_modules'))
  const made = await patchbay(folder, ['plugin', 'new', 'hello'])
  t.is(made.code, 0, made.err)
  t.regex(made.out, /npm test -- --plugin hello\n/)
  t.true(existsSync(join(folder, 'plugins', 'hello', 'index.ts')))
  t.is((await patchbay(folder, ['plugin', 'new', 'hello'])).code, 1)

  const suite = spawnSync('npm test -- --plugin hello', { cwd: folder, shell: true, encoding: 'utf8' })
  t.is(suite.status, 0, suite.stdout + suite.stderr)
  t.regex(suite.stdout, /2 tests passed/)

  const house = await served(t, folder, ['dev'], join(folder, 'dist', 'kernel', 'cli', 'patchbay.js'))
  t.is((await answer(house, '/hello'))['hello'], 'world')
  await until(() => house.output().includes('Watching for file changes'))
  t.is(reloads(house, 'auth'), 0)
  const source = join(folder, 'plugins', 'hello', 'index.ts')
  const text = readFileSync(source, 'utf8').replace("hello: 'world'", "hello: 'developer'")
  await save(source, text, async () => (await answer(house, '/hello'))['hello'] === 'developer')
  // tsc does not watch folders near the root by itself, as this one is.
  const status = join(folder, 'kernel', 'status.ts')
  await save(status, `${readFileSync(status, 'utf8')}\nexport const MARK = 1\n`, async () =>
    readFileSync(join(folder, 'dist', 'kernel', 'status.js'), 'utf8').includes('MARK'),
  )
  t.is(reloads(house, 'auth'), 0)
  t.is(await house.end(), 0)
})

test('without a compiler, plugin build says so', async t => {
  const folder = folderWith(t)
  for (const part of ['dist/kernel', 'package.json']) {
    cpSync(join(INSTALLATION, part), join(folder, 'installed', part), { recursive: true })
  }
  await patchbay(folder, ['plugin', 'new', 'hello'])
  const cli = join(folder, 'installed', 'dist', 'kernel', 'cli', 'patchbay.js')
  const { code, err } = await ended(start(folder, [cli, 'plugin', 'build', 'hello']))
  t.is(code, 1)
  t.regex(
    err,
    /the TypeScript compiler is not installed, so nothing was compiled\n {2}→ npm install --save-dev typescript/,
  )
})
