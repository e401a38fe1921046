import { join } from 'node:path'
import test from 'ava'
import { runLine } from '../../kernel/cli/program.js'
import { wrapped } from '../../kernel/cli/wrap.js'
import { configuration, type Ended, folderWith, type Served, served } from './patchbay-process.js'

/** Explains in place of `auth`: whatever it was asked comes back in its sentences. */
const JUDGE = `
exports.default = { name: 'judge', version: '1.0.0', autostart: false, start(ctx) {
  ctx.authenticate({
    recall: () => undefined,
    verify: async () => undefined,
    permits: () => false,
    explain: (subject, call) => {
      const allowed = subject.as === 'admin'
      const asked = JSON.stringify({ ...subject, command: call.command, tag: call.tag, tags: call.tags })
      return {
        allowed,
        caller: subject.as ? 'account ' + subject.as : 'nobody',
        rules: [
          { name: 'console commands', origin: 'configuration', allows: false, part: 'from', because: 'from: it speaks of mod_cron, not of ejabberd' },
          { name: 'admin access', origin: 'built in', allows: allowed, ...(allowed ? {} : { part: 'who' }), because: asked },
        ],
        ...(allowed ? {} : { change: 'add admin@localhost to acl.apicommands, or its address ' + call.address + ' to the networks that the rule names there' }),
      }
    },
  })
  ctx.command('ejabberd', { access: { permission: 'kernel:plugins.read' }, name: 'greet', description: 'Greets', tags: ['testing'], arguments: [{ name: 'host', type: 'string' }], result: { type: 'rescode' } }, () => true)
} }
`

let house: Served
const undo: (() => unknown)[] = []

test.before(async () => {
  const all = { teardown: (act: () => unknown) => void undo.unshift(act) }
  house = await served(
    all,
    folderWith(all, {
      'patchbay.yml': configuration('plugin_folders: [mine]\nplugins:'),
      'mine/judge/index.js': JUDGE,
    }),
  )
  await house.get('/kernel/plugins/sip-registrar/stop', { method: 'POST' })
  await house.get('/api/v2/nodes/emq@127.0.0.1/plugins/sip-registrar', { method: 'PUT', body: '{"active":true}' })
  for (const _ of [1, 2])
    await fetch(`${house.url}/kernel/status`, { headers: { authorization: `Basic ${btoa('eve:wrong')}` } })
})

test.after.always(async () => {
  for (const act of undo) await act()
})

async function run(...given: string[]): Promise<Ended> {
  const written = { out: '', err: '' }
  const streams = {
    out: (text: string) => {
      written.out += text
    },
    err: (text: string) => {
      written.err += text
    },
  }
  const code = await runLine('patchbay', [...given, '--data', join(house.folder, 'data')], streams)
  return { code, ...written }
}

test.serial('audit: one line an entry, the newest last; filters; JSON as the API has it', async t => {
  const { out, code } = await run('audit', '--who', 'admin')
  t.is(code, 0)
  const lines = out.trimEnd().split('\n')
  t.is(lines.length, 2, out)
  t.regex(
    lines[0]!,
    /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}done {2}operator admin {2}127\.0\.0\.1 {2}native {2}POST \/kernel\/plugins\/sip-registrar\/stop$/,
  )
  t.regex(lines[1]!, / {2}emq {5}PUT/)
  t.is(lines[0]!.indexOf('POST'), lines[1]!.indexOf('PUT'))
  const limited = (await run('audit', '--who', 'admin', '--limit', '1')).out
  t.is(limited.trimEnd().split('\n').length, 1)
  t.regex(limited, /emq/)
  t.regex((await run('audit', '--face', 'native', '--since', '1h')).out, /sip-registrar\/stop/)
  t.is((await run('audit', '--who', 'nobody')).out, '')
  t.is((await run('audit', '--until', '1h')).out, '')
  const page = JSON.parse((await run('audit', '--json', '--who', 'admin')).out)
  t.deepEqual(
    page.entries.map(({ face }: { face: string }) => face),
    ['emq', 'native'],
  )
  t.is(page.next, null)
})

test.serial('audit: refusals that are still being counted are shown too; a wrong option is refused', async t => {
  const refused = await run('audit', '--result', 'wrong credentials')
  t.regex(
    refused.out,
    /^\S+ {2}wrong credentials ×2 {2}unknown eve {2}127\.0\.0\.1 {2}native {2}GET \/kernel\/status\n$/,
  )
  t.regex((await run('audit', '--limit', '1')).out, /^\S+ {2}wrong credentials .*\n$/)
  t.is((await run('audit', '--result', 'denied')).out, '')
  const wrong = await run('audit', '--limit', 'many')
  t.is(wrong.code, 2)
  t.regex(wrong.err, /"--limit many" is not a number of entries/)
  const since = await run('audit', '--since', 'yesterday')
  t.is(since.code, 1)
  t.regex(since.err, /"since" is a time such as .* not "yesterday"/)
})

const DENIED = `denied: account john@localhost may not call greet (ejabberd, from 10.0.0.7,
  listener tagged outside)
  for localhost

Rules, as they were tried:
  no  "console commands" (configuration)
      from: it speaks of mod_cron, not of ejabberd
  no  "admin access" (built in)
      who:
      {"as":"john@localhost","scopes":["a","b"],"command":"greet","tag":"outside","tags":["testing"]}

The smallest change that would allow it:
  add admin@localhost to acl.apicommands, or its address 10.0.0.7 to the networks that the rule names there
`

test.serial('explain: the verdict, every rule with what did not match, the smallest change', async t => {
  t.is((await house.run('plugin', 'replace', 'auth', 'judge')).code, 0)
  const who = ['--as', 'john@localhost', '--ip', '10.0.0.7', '--tag', 'outside']
  const denied = await run('explain', 'greet', 'host=localhost', ...who, '--scope', 'a', '--scope', 'b')
  t.is(denied.out, DENIED, denied.err)
  t.is(denied.code, 4)
  t.is((await run('explain', 'greet', 'host=localhost', ...who, '--scope', 'a,b')).out, DENIED)
  const allowed = await run('explain', '--as', 'admin', 'greet')
  t.is(allowed.code, 0)
  t.regex(allowed.out, /^allowed: account admin may call greet \(ejabberd, from 127\.0\.0\.1\)\n/)
  t.notRegex(allowed.out, /change/)
})

test.serial('explain: other faces, words with blanks, JSON, refusals', async t => {
  t.regex(
    (await run('explain', '--face', 'vernemq', '--as', 'admin', 'plugin', 'show')).out,
    /may call plugin show \(vern/,
  )
  t.regex(
    (await run('explain', '--face', 'native', '--as', 'admin', 'GET /kernel/plugins')).out,
    /GET \/kernel\/plugins/,
  )
  t.regex((await run('explain', '--face', 'emq', '--as', 'admin', 'GET', 'clients/c1')).out, /^allowed/)
  const json = await run('explain', 'greet', '--json')
  t.is(json.code, 4)
  t.is(JSON.parse(json.out).rules.length, 2)
  const unknown = await run('explain', 'gret')
  t.is(unknown.code, 1)
  t.regex(unknown.err, /no API has a command "gret"; did you mean "greet"\?/)
  t.is((await run('explain')).code, 2)
  t.is((await run('explain', 'host=x')).code, 2)
  t.regex((await run('explain', 'greet', '--face', 'emqq')).err, /there is no face "emqq"; did you mean "emq"\?/)
})

test('text is wrapped at 80 columns, words are not', t => {
  t.is(wrapped('a b', '- '), '- a b')
  t.is(wrapped(`${'x'.repeat(90)} y`, '  '), `  ${'x'.repeat(90)}\n  y`)
  t.is(wrapped(''), '')
})
