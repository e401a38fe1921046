import { join } from 'node:path'
import test from 'ava'
import { runLine } from '../../kernel/cli/program.js'
import { configuration, folderWith, type Served, served } from '../kernel/patchbay-process.js'

let house: Served
const undo: (() => unknown)[] = []
test.before(async () => {
  const all = { teardown: (act: () => unknown) => void undo.unshift(act) }
  house = await served(all, folderWith(all, { 'patchbay.yml': configuration() }))
})
test.after.always(async () => {
  for (const act of undo) await act()
})

async function vmq(...given: string[]) {
  const written = { out: '', err: '' }
  const code = await runLine('vmq-admin', ['vmq-admin', '--data', join(house.folder, 'data'), ...given], {
    out: text => {
      written.out += text
    },
    err: text => {
      written.err += text
    },
  })
  return { code, ...written }
}

const PRINTED: [given: string[], out: RegExp][] = [
  [['cluster', 'show'], /^\+-+\+-+\+\n\|\s+Node\s+\|Running\|\n\+-+\+-+\+\n\|VerneMQ@127\.0\.0\.1\| true {2}\|\n/],
  [['node', 'status'], /\|\s*num_online\s*\|\s*0\s*\|\n/],
  [['listener', 'show'], /\|\s*type\s*\|\s*status\s*\|\s*ip\s*\|\s*address\s*\|/],
  [['listeners', 'show', '--tls'], /require_certificate/],
  [['metrics', 'show'], /^(?:(?:counter|gauge)\.\w+ = \d+\n)+$/],
  [['metrics', 'show', '-d'], /^# connections opened\ncounter\.socket_open = \d+\n\n# /],
  [['metrics', 'show', '--mqtt_version', '4'], /^counter\.mqtt_connect_received = \d+\n/],
  [['set', 'max_message_rate=500', 'allow_anonymous=off'], /^$/],
  [
    ['show', 'max_message_rate', 'allow_anonymous'],
    /\|max_message_rate\|allow_anonymous\|\n.*\n\|VerneMQ@127\.0\.0\.1\| {6}500 {7}\| {6}off {6}\|/,
  ],
  [['show', 'allow_anonymous', '--all'], /\| {6}off {6}\|/],
  [['describe', 'max_message_rate'], /^max_message_rate:\n {2}Messages a second/],
  [['config', 'show', 'app=vmq_server', '--key=max_message_rate'], /^Scope: env\nValue: 500\n$/],
  [['session', 'show', '--client_id', '--limit', '5'], /^$/],
  [['session', 'disconnect', 'client-id=nobody', '-c'], /^Done\n$/],
  [['retain', 'show'], /^$/],
  [['retain', 'delete', '--topic=a'], /^Done\n$/],
  [['tls', 'check'], /^All fine\n$/],
  [['trace', 'stop_all'], /^Done\n$/],
  [['metrics', 'reset'], /^Done\n$/],
]
for (const [given, out] of PRINTED) {
  test.serial(`vmq-admin ${given.join(' ')}`, async t => {
    const answer = await vmq(...given)
    t.deepEqual([answer.err, answer.code], ['', 0])
    t.regex(answer.out, out)
  })
}

const REFUSED: [given: string[], err: RegExp][] = [
  [
    ['set', 'nope=1'],
    /there is no key "nope"; nothing was changed\n {2}→ vmq-admin config show app=vmq_server lists them/,
  ],
  [['set'], /"set" wants KEY=VALUE/],
  [['show'], /"show" wants a KEY/],
  [['show', 'nope'], /there is no key "nope"\n/],
  [['listener', 'start', 'address=here', 'port=1'], /"address" is an IP address, not "here"/],
  [['listener', 'start', 'address=127.0.0.1', 'port=99999'], /"port" is a port, not "99999"/],
  [['listener', 'start'], /^vmq-admin listener start address=IpAddr port=Port\n[\s\S]*--require_certificate/],
  [['listener', 'stop', 'address=127.0.0.1', 'port=1'], /^can't stop listener due to 'not_found'\n$/],
  [['session', 'show', '--client_id=~('], /is no pattern: there is a "\(" without its "\)"/],
  [['cluster', 'join', 'discovery-node=a@b'], /cannot join a@b/],
  [['node', 'stop'], /plugin disable/],
  [['webhooks', 'register', 'hook=on_publish', 'endpoint=http://a'], /can't register endpoint/],
  [['health'], /there is no command "health"/],
]
for (const [given, err] of REFUSED) {
  test.serial(`vmq-admin refuses: ${given.join(' ')}`, async t => {
    const answer = await vmq(...given)
    t.regex(answer.err, err)
    t.deepEqual([answer.out, answer.code], ['', 1])
  })
}

test.serial('vmq-admin listener start opens a listener until it is deleted', async t => {
  const where = ['address=127.0.0.1', 'port=0']
  t.regex((await vmq('listener', 'start', ...where, '--http')).err, /port 0/)
})

test('vmq-admin --help has a usage for every command, and for one', async t => {
  const { out } = await vmq('--help')
  for (const words of [
    'session show',
    'retain delete',
    'listener start',
    'metrics show',
    'set',
    'show',
    'api-key create',
  ]) {
    t.true(out.includes(`\n  vmq-admin ${words} `), words)
  }
  t.notRegex(out, /vmq-admin \//)
  t.regex((await vmq('listener', '--help')).out, /listener stop address=… port=… \[--kill_sessions\|-k\]/)
})
