import { spawn } from 'node:child_process'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { runLine } from '../../kernel/cli/program.js'
import { boxTable } from '../../kernel/cli/vernemq/box-table.js'
import { callLine, pathOf } from '../../kernel/cli/vernemq/call-line.js'
import {
  configuration,
  type Ended,
  ended,
  folderWith,
  PATCHBAY,
  type Served,
  served,
  start,
} from './patchbay-process.js'

const BIN = (name: string) => join(PATCHBAY, '..', `${name}.js`)

/** Commands with every type of result, in place of those that other plugins serve. */
const STAND_INS = `
const access = { public: true }
exports.default = { name: 'stand-ins', version: '1.0.0', start(ctx) {
  const ejabberd = (name, result, args, handler, more = {}) => ctx.command('ejabberd', { access, name, description: 'About ' + name, tags: ['testing'], arguments: args, result, ...more }, handler)
  const text = name => ({ name, type: 'string' })
  const listOf = element => ({ name: 'all', type: { list: element } })
  const tuple = (...fields) => ({ name: 'one', type: { tuple: fields } })
  const num = name => ({ name, type: 'integer' })
  ejabberd('code', { name: 'res', type: 'rescode' }, [text('which')], call => call.arguments.which === 'good')
  ejabberd('said', { name: 'res', type: 'restuple' }, [text('what')], call => { if (call.arguments.what === 'no') throw new (require('patchbay').EjabberdError)(409, 'User john@localhost already registered', 10090); return 'said ' + call.arguments.what })
  ejabberd('number', num('num'), [num('n')], call => call.arguments.n + 1)
  ejabberd('word', text('w'), [], () => 'één')
  ejabberd('words', listOf(text('word')), [], () => ['b', 'a'])
  ejabberd('nothing', listOf(text('word')), [], () => [])
  ejabberd('rows', listOf(tuple(text('jid'), num('nr'), { ...listOf(text('scope')), name: 'scopes' })), [], () => [{ jid: 'a@b', nr: 1, scopes: ['x', 'y'] }, { jid: 'c@d', nr: 2, scopes: [] }])
  ejabberd('row', tuple(text('timestamp'), text('status')), [], () => ({ timestamp: '2026', status: '' }))
  ejabberd('options', listOf(tuple(text('name'), text('value'))), [], () => [{ name: 'title', value: 'T' }, { name: 'public', value: 'true' }])
  ejabberd('set', listOf(tuple(text('key'), text('value'))), [{ name: 'pairs', type: { list: tuple(text('key'), text('value')) } }], call => call.arguments.pairs)
  ejabberd('issue', tuple(text('token'), { ...listOf(text('scope')), name: 'scopes' }, text('expires_in')), [text('jid'), num('ttl'), { ...listOf(text('scope')), name: 'scopes' }], call => ({ token: call.arguments.jid, scopes: call.arguments.scopes, expires_in: call.arguments.ttl + ' seconds' }))
  ejabberd('version', num('v'), [], call => call.version)
  const vernemq = (path, definition, handler) => ctx.command('vernemq', { access, path, ...definition }, handler)
  vernemq('thing show', { flags: { col: {}, limit: { value: 'number', short: 'l' } } }, call => ({ table: [{ Node: 'VerneMQ@a', Running: true, why: null, 'Hook(s)': 'one\\ntwo\\n' }].slice(0, Number(call.flags.get('limit') ?? 1)) }))
  vernemq('thing set', { params: ['key', 'scope'], flags: { force: { short: 'f' }, note: { value: true } } }, call => ({ text: JSON.stringify([[...call.params], [...call.flags]]) }))
  vernemq('thing fail', {}, () => ({ alert: [{ text: 'no such thing' }] }))
  vernemq('thing none', {}, () => [])
} }
`

let house: Served
const undo: (() => unknown)[] = []

test.before(async () => {
  const all = { teardown: (act: () => unknown) => void undo.unshift(act) }
  const folder = folderWith(all, {
    'patchbay.yml': configuration('plugin_folders: [mine]\nplugins:'),
    'mine/stand-ins/index.js': STAND_INS,
  })
  house = await served(all, folder)
})

test.after.always(async () => {
  for (const act of undo) await act()
})

/** In this process: starting one for each line takes longer than all else. */
async function run(program: string, given: readonly string[]): Promise<Ended> {
  const written = { out: '', err: '' }
  const line = [program, '--data', join(house.folder, 'data'), ...given]
  const code = await runLine(program, line, {
    out: text => {
      written.out += text
    },
    err: text => {
      written.err += text
    },
  })
  return { code, ...written }
}
const ctl = (...given: string[]) => run('ejabberdctl', given)
const vmq = (...given: string[]) => run('vmq-admin', given)

const PRINTED: [given: string[], out: string, code?: number][] = [
  [['code', 'good'], ''],
  [['code', 'bad'], '', 1],
  [['said', 'yes'], 'said yes\n'],
  [['said', 'no'], 'Error: conflict: User john@localhost already registered\n', 1],
  [['number', '41'], '42\n'],
  [['number', '-1'], '0\n'],
  [['word'], 'één\n'],
  [['words'], 'b\na\n'],
  [['nothing'], ''],
  [['rows'], 'a@b\t1\t[<<"x">>,<<"y">>]\nc@d\t2\t[]\n'],
  [['row'], '2026\t\n'],
  [['options'], 'title\tT\npublic\ttrue\n'],
  [['issue', 'tezX', '3600', 'ejabberd:admin;status'], 'tezX\t[<<"ejabberd:admin">>,<<"status">>]\t3600 seconds\n'],
  [['issue', 'a', '1', 'b, c'], 'a\t[<<"b">>,<<"c">>]\t1 seconds\n'],
  [['issue', 'a', '1', '["é\\"", "2"]'], 'a\t[<<"é\\""/utf8>>,<<"2">>]\t1 seconds\n'],
  [['issue', 'a', '1'], 'a\t[]\t1 seconds\n'],
  [['issue', 'a', '1', '["é", 2]'], 'Error: Arg 2 is not in format string\n', 1],
  [['set', 'title:T,a:b:c, x'], 'title\tT\na\tb:c\nx\t\n'],
  [['set', '[{"key":"k","value":"v,w"},{"title":"T"}]'], 'k\tv,w\ntitle\tT\n'],
  [['version'], '1\n'],
  [['--version', '2', 'version'], '2\n'],
  [['--version', '0', 'version'], '0\n'],
  [['--no-timeout', 'number', '1'], '2\n'],
  [['--json', 'rows'], '[{"jid":"a@b","nr":1,"scopes":["x","y"]},{"jid":"c@d","nr":2,"scopes":[]}]\n'],
  [
    ['status'],
    "The node 'ejabberd@localhost' is started with status: started\nejabberd 23.01-1 is running in that node\n",
  ],
  [['started'], ''],
]
for (const [given, out, code = 0] of PRINTED) {
  test(`ejabberdctl ${given.join(' ')}`, async t => {
    const answer = await ctl(...given)
    t.is(answer.out, out, answer.err)
    t.is(answer.code, code)
    t.is(answer.err, '')
  })
}

const WRONG_CTL: [given: string[], sentence: RegExp, code?: number][] = [
  [['wordss'], /^ejabberdctl: unknown command "wordss"; did you mean "words"\?/],
  [['number'], /"number" requires 1 more argument\n {2}→ usage: ejabberdctl number n\n {4}About number/],
  [['words', 'a', 'b'], /"words" requires 2 less arguments/],
  [['number', 'x'], /"n" of the command "number" is a whole number, not "x"/],
  [['issue', 'a', '1', '[x'], /begins as a JSON list and is none/],
  [['--nod', 'x', 'words'], /ejabberdctl has no option "--nod"/],
  [['--version', 'x', 'words'], /"--version x" is not a version/],
  [['help', 'nobody'], /unknown command "nobody"/],
  [[], /\n {2}number n\n {6}About number\n/, 2],
]
for (const [given, sentence, code = 1] of WRONG_CTL) {
  test(`ejabberdctl refuses: ${given.join(' ')}`, async t => {
    const answer = await ctl(...given)
    t.regex(answer.err, sentence)
    t.is(answer.code, code)
    t.is(answer.out, '')
  })
}

test('ejabberdctl is a program of its own, and a command of patchbay', async t => {
  const alone = await ended(start(house.folder, [BIN('ejabberdctl'), 'words']))
  t.deepEqual([alone.out, alone.code], ['b\na\n', 0])
  t.deepEqual(await house.run('ejabberdctl', 'words'), alone)
})

test('ejabberdctl reads past what means another server, takes dashes, and has help for commands, tags and patterns', async t => {
  const other = await ctl('--node', 'a@b', '--auth', 'u', 'h', 'p', 'number', '1')
  t.is(other.out, '2\n')
  t.regex(other.err, /--node is ignored.*\n.*--auth is ignored/)
  t.is((await ctl('modules-installed')).code, 0)
  t.regex(
    (await ctl('help', 'issue')).out,
    /^ejabberdctl issue jid ttl scopes\n[\s\S]*ttl \(whole number\)[\s\S]*scopes \(list/,
  )
  t.regex((await ctl('help', 'testing')).out, /issue jid ttl scopes[\s\S]*words/)
  t.regex((await ctl('help', 'tags')).out, /^logs +get_loglevel\n +set_loglevel$/m)
  t.regex(
    (await ctl('help', 'set')).out,
    /pairs \(list: key:value,key:value\)[\s\S]*result +all: list<one: \(key: string, value: string\)>/,
  )
  const pattern = await ctl('help', 'wor*')
  t.regex(pattern.out, /word\n[\s\S]*words\n/)
  t.notRegex(pattern.out, /issue/)
  t.regex((await ctl('help')).out, /Exit codes: 0 done[\s\S]*started\n[\s\S]*words/)
})

test('ejabberdctl lists each command once', async t => {
  const { out } = await ctl('help', 'commands')
  const names = [...out.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name)
  t.true(names.includes('status') && names.includes('started'))
  t.deepEqual(names, [...new Set(names)])
})

test('ejabberdctl says where to look when nothing serves XMPP', async t => {
  const all = { teardown: t.teardown }
  const alone = await served(all, folderWith(all, { 'patchbay.yml': configuration() }))
  t.is((await alone.run('plugin', 'stop', 'xmpp-server')).code, 0)
  const { code, out, err } = await alone.run('ejabberdctl', 'connected_users')
  t.is(code, 1)
  t.regex(out, /^Error: no running plugin provides "xmpp-backend"/)
  t.regex(err, /patchbay plugin list shows what is stopped/)
})

const BOX = `+---------+-------+---------+-------+
|  Node   |Running|   why   |Hook(s)|
+---------+-------+---------+-------+
|VerneMQ@a| true  |undefined|  one  |
|         |       |         |  two  |
+---------+-------+---------+-------+

`

test('vmq-admin draws tables and prints texts as the original; JSON as it came', async t => {
  t.is((await vmq('thing', 'show')).out, BOX)
  const none = await vmq('thing', 'show', '--limit', '0')
  t.deepEqual([none.out, none.code], ['', 0])
  t.is((await vmq('thing', 'none')).out, '')
  t.is(JSON.parse((await vmq('thing', 'show', '--col', '--format=json')).out).type, 'table')
  t.is(JSON.parse((await vmq('--json', 'thing', 'show', '-l=1')).out).type, 'table')
  const set = await vmq('thing', 'set', '-f', 'scope=a b', '--note=x&y=z', 'key=ü')
  t.deepEqual(JSON.parse(set.out), [
    [
      ['scope', 'a b'],
      ['key', 'ü'],
    ],
    [
      ['force', true],
      ['note', 'x&y=z'],
    ],
  ])
  t.is((await house.run('vmq-admin', 'thing', 'show')).out, BOX)
  t.is((await ended(start(house.folder, [BIN('vmq-admin'), 'thing', 'show']))).out, BOX)
})

test('vmq-admin: an alert is on stderr and ends with 1', async t => {
  const { code, out, err } = await vmq('thing', 'fail')
  t.deepEqual([code, out, err], [1, '', 'no such thing\n'])
})

const WRONG_VMQ: [given: string[], sentence: RegExp][] = [
  [['thing', 'shwo'], /^vmq-admin: there is no command "thing shwo"; did you mean "thing show"\?/],
  [['thing'], /"thing" wants one more word: fail, none, set, show/],
  [
    ['thing', 'show', '--cool'],
    /takes no "--cool"; did you mean "--col"\?\n {2}→ usage: vmq-admin thing show \[--col\]/,
  ],
  [['thing', 'set', 'kye=1'], /takes no "kye"; did you mean "key"/],
  [['thing', 'set', 'key='], /"key" needs a value/],
  [['thing', 'show', '--limit=many'], /"--limit" is a number, not "many"/],
  [['thing', 'show', 'more'], /"more" is one word too many/],
  [['thing', 'show', '--format=csv'], /"--format=csv" is not one of human, json/],
  [[], /vmq-admin thing show \[--col\]/],
]
for (const [given, sentence] of WRONG_VMQ) {
  test(`vmq-admin refuses: ${given.join(' ')}`, async t => {
    const answer = await vmq(...given)
    t.regex(answer.err, sentence)
    t.is(answer.code, 1)
    t.is(answer.out, '')
  })
}

test('vmq-admin lists the commands that are served, or those of a group', async t => {
  t.regex((await vmq('--help')).out, /Exit codes: 0 done[\s\S]*vmq-admin thing show \[--col\] \[--limit=…\|-l\]/)
  const group = await vmq('api-key', '--help')
  for (const words of ['create', 'add', 'show', 'delete']) t.true(group.out.includes(`\n  vmq-admin api-key ${words}`))
})

test('patchbay api-key is vmq-admin api-key', async t => {
  const made = await house.run('api-key', 'create', 'scope=metrics')
  t.regex(made.out, /^\w{32}\n$/)
  t.regex((await vmq('api-key', 'create')).out, /^\w{32}\n$/)
  t.true((await vmq('api-key', 'show')).out.includes(made.out.trim()))
  t.is(JSON.parse((await house.run('api-key', 'show', '--json')).out).type, 'table')
  t.is((await house.run('api-key', 'delete', `key=${made.out.trim()}`, 'scope=metrics')).out, 'ok\n')
  t.false((await vmq('api-key', 'show')).out.includes(made.out.trim()))
})

test('/kernel/commands has arguments and results as data', async t => {
  const read = async (query: string) => (await (await house.get(`/kernel/commands${query}`)).json()) as Commands
  const { commands } = await read('?face=ejabberd')
  const { plugin, arguments: given, result } = commands.find(({ name }) => name === 'number')!
  t.deepEqual(
    [plugin, given, result],
    ['stand-ins', [{ name: 'n', type: 'integer' }], { name: 'num', type: 'integer' }],
  )
  t.true((await read('')).commands.some(({ face }) => face === 'emq'))
  t.is((await house.get('/kernel/commands?face=ejaberd')).status, 400)
})

interface Commands {
  commands: { face: string; name?: string; plugin: string; arguments?: unknown; result?: unknown }[]
}

test('without a server both end with 3, and say how to start one; their help says what is always true', async t => {
  const nowhere = folderWith(t)
  for (const program of ['vmq-admin', 'ejabberdctl']) {
    const { code, err } = await ended(start(nowhere, [BIN(program), 'thing', 'show']))
    t.is(code, 3)
    t.regex(err, new RegExp(`^${program}: no Patchbay is running: nothing listens on .*\\n {2}→ start one`))
    t.regex((await ended(start(nowhere, [BIN(program), '--help']))).out, /none is running/)
    const named = await ended(start(nowhere, [BIN(program), '--data', join(house.folder, 'data'), '--help']))
    t.notRegex(named.out, /none is running/)
  }
  t.is((await ended(start(nowhere, [BIN('ejabberdctl'), 'stopped']))).code, 0)
})

test('whoever reads may go away early', async t => {
  const child = spawn('sh', ['-c', `${process.execPath} ${BIN('vmq-admin')} thing show | true`], { cwd: house.folder })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    err += text
  })
  t.is(await new Promise(resolve => child.once('close', resolve)), 0)
  t.is(err, '')
})

test('a line of vmq-admin: parameters before flags, the value of a flag also as the next word', (t: ExecutionContext) => {
  const line = callLine(['session', 'show', '--limit', '10', '--client_id', '--user=a b', 'mp=x'])
  t.is(pathOf(line), '/api/v1/session/show?mp=x&--limit=10&--client_id&--user=a%20b')
})

test('a table without columns is nothing; a character beyond the basic plane is one', t => {
  t.is(boxTable([]), '')
  t.is(boxTable([{ a: '🙂🙂' }]).split('\n')[0], '+--+')
})
