import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { COMMANDS } from '../../kernel/cli/commands.js'
import {
  configuration,
  ended,
  folderWith,
  PATCHBAY,
  patchbay,
  pluginSays,
  type Served,
  served,
  start,
  until,
  write,
} from './patchbay-process.js'

let house: Served
const undo: (() => unknown)[] = []

test.before(async () => {
  const all = { teardown: (act: () => unknown) => void undo.unshift(act) }
  const folder = folderWith(all, {
    'patchbay.yml': configuration('plugin_folders: [mine]\nplugins:'),
    'mine/lower/index.js': pluginSays('lower', 'low', "aliases: ['mod_low'], storage: ['things'],"),
    'mine/upper/index.js': pluginSays('upper', 'up', "requires: ['lower'],"),
    'mine/broken/index.js': "throw new Error('no luck today')\n",
    'mine/late/index.js': pluginSays('late', 'x', 'autostart: false,').replace(
      'start(ctx) {',
      "start(ctx) { throw new Error('not today');",
    ),
  })
  house = await served(all, folder)
})

test.after.always(async () => {
  for (const act of undo) await act()
})

const json = async (t: ExecutionContext, ...given: string[]) => {
  const { code, out, err } = await house.run(...given, '--json')
  t.is(code, 0, err)
  return JSON.parse(out)
}

test('every command has a help page with an example and the exit codes', async t => {
  const folder = folderWith(t)
  const [all, plugin] = [await patchbay(folder, ['--help']), await patchbay(folder, ['plugin', '-h'])]
  for (const { code, out } of [all, plugin]) {
    t.is(code, 0)
    t.regex(out, /Example\n {2}patchbay /)
    t.regex(out, /3 no Patchbay is running/)
  }
  t.notRegex(plugin.out, /config show/)
  await Promise.all(
    COMMANDS.map(async ({ name, example, options }) => {
      t.true(all.out.includes(`  ${name}`), name)
      const { code, out } = await patchbay(folder, [...name.split(' '), '--help'])
      t.is(code, 0)
      t.true(out.includes(`Example\n  ${example}`), out)
      t.regex(out, /Exit codes: 0 done/)
      for (const option of options) t.true(out.includes(`--${option}`), `${name} --${option}`)
    }),
  )
  t.is(
    (await patchbay(folder, ['help', 'plugin', 'start'])).out,
    (await patchbay(folder, ['plugin', 'start', '--help'])).out,
  )
})

test('nothing, or a group alone, shows its help and is wrong usage', async t => {
  const folder = folderWith(t)
  for (const given of [[], ['plugin']]) {
    const { code, out, err } = await patchbay(folder, given)
    t.is(code, 2)
    t.is(out, '')
    t.regex(err, /plugin start NAME/)
  }
})

const MISTAKES: [given: string[], sentence: RegExp][] = [
  [['plugn', 'list'], /there is no command "plugn"; did you mean "plugin"\?/],
  [['lsit'], /did you mean "plugin list"\?/],
  [['mqtt', 'acl', 'ad', 'x'], /there is no command "mqtt acl ad"; did you mean "add"\?/],
  [['mqtt', 'users'], /there is no command "mqtt users"; did you mean "user"\?/],
  [
    ['mqtt', 'ban', 'add', 'client', 'x', '--for', '1h', '--until', '2027-01-01'],
    /"--for" and "--until" both say when/,
  ],
  [['mqtt', 'retaind'], /there is no command "mqtt retaind"; did you mean "retained"\?/],
  [['plugin', 'strat', 'x'], /there is no command "plugin strat"; did you mean "start"\?/],
  [['status', '--jsn'], /patchbay status has no option "--jsn"; did you mean "--json"\?/],
  [['plugin', 'load', 'x', '--cascade'], /patchbay plugin load has no option "--cascade"/],
  [['plugin', 'start'], /"patchbay plugin start" needs NAME\n {2}→ usage: patchbay plugin start NAME/],
  [['plugin', 'replace', 'a'], /needs SUCCESSOR/],
  [['plugin', 'start', ''], /a name that is not empty/],
  [['plugin', 'start', 'a', 'b'], /"b" is one word too many/],
  [['status', '--data'], /"--data" needs a value/],
  [['status', '--data', '--json'], /"--data" needs a value/],
  [['status', '--json=yes'], /"--json" takes no value/],
  [['logs', '--limit', 'many'], /"--limit many" is not a number of lines/],
  [['plugin', 'purge', 'lower', 'things'], /nothing was removed yet\n {2}→ patchbay plugin purge lower things --yes/],
]
for (const [given, sentence] of MISTAKES) {
  test(`wrong usage: ${JSON.stringify(given)}`, async t => {
    const { code, out, err } = await house.run(...given)
    t.is(code, 2)
    t.regex(err, sentence)
    if (!given.some(word => word.startsWith('--json'))) t.is(out, '')
  })
}

test('without a server the sentence names the socket, and how to start one', async t => {
  const folder = folderWith(t)
  const { code, out, err } = await patchbay(folder, ['plugin', 'list', '--json'])
  t.is(code, 3)
  t.true(err.includes(`nothing listens on ${join(folder, 'data', 'control.sock')}`), err)
  t.regex(err, /→ start one with patchbay serve/)
  t.is(JSON.parse(out).error.code, 'no_server')
})

test('a configuration that is missing or not YAML is an error of the command', async t => {
  const folder = folderWith(t, { 'wrong.yml': 'a: [1' })
  const missing = await patchbay(folder, ['status'], { PATCHBAY_CONFIG: 'nowhere.yml' })
  t.is(missing.code, 1)
  t.regex(missing.err, /nowhere\.yml does not exist\n {2}→ set PATCHBAY_CONFIG/)
  const wrong = await patchbay(folder, ['status'], { PATCHBAY_CONFIG: 'wrong.yml' })
  t.is(wrong.code, 1)
  t.regex(wrong.err, /wrong\.yml is not YAML/)
})

test('the data folder: --data, else PATCHBAY_DATA, else that of the configuration', async t => {
  const elsewhere = folderWith(t, { 'patchbay.yml': 'data: kept/here\n' })
  const data = join(house.folder, 'data')
  t.is((await patchbay(elsewhere, ['status', '--data', data])).code, 0)
  t.is((await patchbay(elsewhere, ['status', `--data=${data}`], { PATCHBAY_DATA: '/nowhere' })).code, 0)
  t.is((await patchbay(elsewhere, ['status'], { PATCHBAY_DATA: data })).code, 0)
  const { code, err } = await patchbay(elsewhere, ['status'])
  t.is(code, 3)
  t.true(err.includes(join(elsewhere, 'kept', 'here', 'control.sock')), err)
})

test('a command loads nothing of the kernel that takes long to load', async t => {
  const hook = folderWith(t, {
    'hook.js': "process.on('exit', () => process.stderr.write(Object.keys(require.cache).join('\\n')))\n",
  })
  const data = join(house.folder, 'data')
  const { code, err } = await ended(
    start(hook, ['--require', join(hook, 'hook.js'), PATCHBAY, 'plugin', 'list', '--data', data]),
  )
  t.is(code, 0)
  t.regex(err, /control-client\.js/)
  t.notRegex(err, /node_modules|kernel\.js|main\.js/)
})

test('version', async t => {
  t.regex((await house.run('version')).out, /^patchbay \d+\.\d+\.\d+, Node v/)
  t.is((await json(t, 'version')).version, (await json(t, 'status')).version)
  t.is((await house.run('--version')).out, (await house.run('version')).out)
})

test.serial('status and plugin list, for people and for scripts', async t => {
  const status = await house.run('status')
  t.is(status.code, 0)
  t.true(status.out.includes(`process ${house.process.pid}`), status.out)
  t.true(status.out.includes(house.url))
  t.regex(status.out, /running: .*auth/)
  for (const address of [
    /mqtt:\/\/127\.0\.0\.1:[1-9]\d* {2}mqtt-broker/,
    /ws:\/\/127\.0\.0\.1:[1-9]\d* {2}mqtt-broker/,
    /xmpp:\/\/127\.0\.0\.1:[1-9]\d* {2}xmpp-server/,
    /xmpps:\/\/127\.0\.0\.1:[1-9]\d* {2}xmpp-server/,
  ]) {
    t.regex(status.out, address)
  }
  t.is((await json(t, 'status')).pid, house.process.pid)

  const list = await house.run('plugin', 'list')
  t.is(list.code, 0)
  const [heading, ...lines] = list.out.split('\n')
  const column = heading!.indexOf('STATE')
  const auth = lines.find(line => line.startsWith('auth '))!
  t.is(auth.indexOf('running'), column)
  t.regex(lines.find(line => line.startsWith('kamailio '))!, /available/)
  t.regex(list.out, /! broken: plugin "broken" cannot be linked: no luck today/)
  const { plugins } = await json(t, 'plugin', 'list')
  t.is(plugins.find(({ name }: { name: string }) => name === 'auth').state, 'running')
})

test.serial('plugin inspect, also by an alias; an unknown plugin is refused with the nearest name', async t => {
  const { code, out } = await house.run('plugin', 'inspect', 'mod_low')
  t.is(code, 0)
  t.regex(out, /^name +lower 1\.0\.0$/m)
  t.regex(out, /^required by +upper$/m)
  t.regex(out, /^routes +GET \/lower$/m)
  t.is((await json(t, 'plugin', 'inspect', 'lower')).state, 'running')
  const unknown = await house.run('plugin', 'inspect', 'mqtt-admn', '--json')
  t.is(unknown.code, 1)
  t.regex(
    unknown.err,
    /^patchbay: there is no plugin "mqtt-admn"; did you mean "mqtt-admin"\?\n {2}→ plugins are looked/,
  )
  t.is(JSON.parse(unknown.out).error.code, 'unknown_plugin')
})

test.serial('load, start, reload, stop, unload, with the plugins that need each other', async t => {
  const refused = await house.run('plugin', 'stop', 'lower')
  t.is(refused.code, 1)
  t.regex(refused.err, /"upper" require it\n {2}→ .*--cascade/)
  t.is((await house.run('plugin', 'stop', 'lower', '--cascade')).out, 'lower is stopped\n')
  t.is((await json(t, 'plugin', 'inspect', 'upper')).state, 'stopped')
  t.is((await house.get('/upper')).status, 404)

  t.regex((await house.run('plugin', 'start', 'upper')).err, /requires "lower", which is not running/)
  t.regex((await house.run('plugin', 'start', 'upper', '--cascade')).out, /^upper is running, generation \d+\n$/)
  t.is((await house.get('/lower')).status, 200)
  t.regex((await house.run('plugin', 'start', 'upper')).err, /already running/)

  const before = (await json(t, 'plugin', 'inspect', 'upper')).generation
  t.is((await house.run('plugin', 'reload', 'upper')).out, `upper is running, generation ${before + 1}\n`)
  t.is((await json(t, 'plugin', 'reload', 'upper')).generation, before + 2)

  t.is((await house.run('plugin', 'unload', 'upper')).out, 'upper is unloaded\n')
  t.is((await json(t, 'plugin', 'inspect', 'upper')).state, 'available')
  t.is((await house.run('plugin', 'load', 'upper')).out, 'upper 1.0.0 is loaded\n')
  t.is((await house.run('plugin', 'reload', 'upper')).out, 'upper is loaded; it will start with the newest code\n')
  t.is((await json(t, 'plugin', 'start', 'upper')).state, 'running')
})

test.serial('a plugin that cannot link or start is a failure with its reason', async t => {
  const link = await house.run('plugin', 'load', 'broken')
  t.is(link.code, 1)
  t.regex(link.err, /"broken" cannot be linked: no luck today \(index\.js:1\)/)
  const failing = await house.run('plugin', 'check', 'late')
  t.is(failing.code, 1)
  t.regex(failing.err, /not today/)
  t.is((await json(t, 'plugin', 'inspect', 'late')).state, 'available')
  t.is((await house.run('plugin', 'start', 'late')).code, 1)
  t.is((await json(t, 'plugin', 'inspect', 'late')).state, 'failed')
})

test.serial('check changes nothing; replace swaps; purge removes', async t => {
  const generation = (await json(t, 'plugin', 'inspect', 'mqtt-admin')).generation
  const check = await house.run('plugin', 'check', 'mqtt-admin')
  t.is(check.code, 0)
  t.regex(check.out, /would start; nothing was changed/)
  t.is((await json(t, 'plugin', 'inspect', 'mqtt-admin')).generation, generation)
  t.true((await json(t, 'plugin', 'check', 'mqtt-admin')).ok)

  const replaced = await house.run('plugin', 'replace', 'sip-registrar', 'kamailio')
  t.regex(replaced.out, /^kamailio is running, generation \d+; sip-registrar is stopped\n$/)
  t.is((await json(t, 'plugin', 'replace', 'kamailio', 'sip-registrar')).name, 'sip-registrar')

  const running = await house.run('plugin', 'purge', 'lower', 'things', '--yes')
  t.is(running.code, 1)
  t.regex(running.err, /nothing was removed/)
  await house.run('plugin', 'stop', 'lower', '--cascade')
  t.is(
    (await house.run('plugin', 'purge', 'lower', 'things', '--yes')).out,
    'all data of "lower" in "things" is removed\n',
  )
  t.true((await json(t, 'plugin', 'purge', 'lower', 'things', '--yes')).ok)
  t.is((await house.run('plugin', 'start', 'upper', '--cascade')).code, 0)
})

test.serial('with auth stopped the ports refuse and the command line works', async t => {
  t.is((await house.run('plugin', 'stop', 'auth')).code, 0)
  t.is((await house.get('/kernel/status')).status, 503)
  t.is((await house.run('plugin', 'list')).code, 0)
  t.is((await house.run('plugin', 'inspect', 'auth')).code, 0)
  t.is((await house.run('plugin', 'reload', 'mqtt-admin')).code, 0)
  t.is((await house.run('plugin', 'start', 'auth')).code, 0)
  t.is((await house.get('/kernel/status')).status, 200)
})

test.serial('logs: the newest, of one plugin, as JSON lines', async t => {
  await house.run('plugin', 'start', 'late')
  const lines = (await house.run('logs', '--limit', '2')).out.trimEnd().split('\n')
  t.true(lines.length >= 2)
  t.regex(lines[0]!, /^\d\d:\d\d:\d\d [a-z]+ /)
  const own = (await house.run('logs', '--plugin', 'late', '--json')).out.trimEnd().split('\n')
  t.true(own.length > 0)
  for (const line of own) t.is(JSON.parse(line).plugin, 'late')
  t.is((await house.run('logs', '--plugin', 'nobody')).out, '')
})

test.serial('logs --follow shows every further line once, and ends with its reader', async t => {
  const child = start(house.folder, [PATCHBAY, 'logs', '--follow', '--limit', '1'])
  t.teardown(() => child.kill('SIGKILL'))
  let out = ''
  child.stdout!.setEncoding('utf8').on('data', text => {
    out += text
  })
  await until(() => out.includes('\n'))
  await house.run('plugin', 'stop', 'upper')
  await house.run('plugin', 'start', 'upper')
  await until(() => out.includes('"upper" 1.0.0 is running'))
  t.is(out.split('plugin "upper" is stopped').length, 2)
  child.kill('SIGINT')
  await until(() => child.exitCode !== null || child.signalCode !== null)
})

test.serial('config show names the source of every option; config reload says what it reloaded', async t => {
  const file = join(house.folder, 'patchbay.yml')
  const shown = await house.run('config', 'show')
  t.is(shown.code, 0)
  t.true(shown.out.startsWith(`file: ${file}\n`))
  t.regex(shown.out, /^plugins\.mqtt-broker\.port +0 +file$/m)
  t.regex(shown.out, /^plugins\.mqtt-broker\.allow_anonymous +loopback +default$/m)
  t.regex(shown.out, /^limits\.drain_seconds +5 +default$/m)
  t.is((await json(t, 'config', 'show')).file, file)

  t.is((await house.run('config', 'reload')).out, 'the configuration was read again; reloaded: nothing\n')
  const good = configuration('plugin_folders: [mine]\nplugins:')
  t.teardown(() => write(file, good))
  write(file, `${good}  auth: { cache_seconds: 5 }\n`)
  t.deepEqual(await json(t, 'config', 'reload'), { reloaded: ['auth'] })
  write(file, `${good}  auth: { cache_secnds: 5 }\n`)
  const wrong = await house.run('config', 'reload')
  t.is(wrong.code, 1)
  t.regex(wrong.err, /unknown option "plugins\.auth\.cache_secnds"; did you mean "cache_seconds"\?/)
})

test.serial('config clear forgets what an API has set', async t => {
  const body = JSON.stringify({ cache_seconds: '7', scrypt_cost: '1024' })
  await house.get('/api/v2/nodes/emq@127.0.0.1/plugin_configs/auth', { method: 'PUT', body })
  t.regex((await house.run('config', 'show')).out, /^plugins\.auth\.scrypt_cost +1024 +override$/m)
  t.is((await house.run('config', 'clear', 'auth')).out, 'auth has the options of the configuration again\n')
  t.regex((await house.run('config', 'show')).out, /^plugins\.auth\.scrypt_cost +32768 +default$/m)
})

test('--data chooses where a server keeps its data; a signal ends it with 0', async t => {
  const folder = folderWith(t, { 'patchbay.yml': configuration() })
  const own = await served(t, folder, ['serve', '--data', 'there'])
  t.is((await own.run('status')).code, 3)
  const { code, out } = await own.run('config', 'show', '--data', 'there')
  t.is(code, 0)
  t.true(
    out.split('\n').some(line => /^data +/.test(line) && line.endsWith('environment')),
    out,
  )
  t.is(await own.end(), 0)
  t.is((await own.run('status', '--data', 'there')).code, 3)
})
