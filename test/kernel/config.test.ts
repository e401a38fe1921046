import 'reflect-metadata'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { z } from 'zod'
import { Configuration } from '../../kernel/config/configuration.js'
import { nearest } from '../../kernel/config/nearest.js'
import { Overrides } from '../../kernel/config/overrides.js'
import { defaultSettings, loadSettings } from '../../kernel/config/settings.js'
import { parseYaml } from '../../kernel/config/yaml.js'
import { KernelError } from '../../kernel/errors.js'
import { plugin } from '../../kernel/life/definition.js'
import { Reconfigure } from '../../kernel/reconfigure.js'
import { Store } from '../../kernel/store/store.js'
import { testKernel } from '../../kernel/testing.js'
import { temporaryFolder } from '../fixtures/process.js'

const yaml = (text: string) => parseYaml(text, 'patchbay.yml')
const wrong = (written: Record<string, unknown>) => {
  try {
    defaultSettings(written)
  } catch (thrown) {
    return (thrown as KernelError).message
  }
  return 'nothing was wrong'
}
const wrongYaml = (text: string) => {
  try {
    yaml(text)
  } catch (thrown) {
    return (thrown as KernelError).message
  }
  return 'nothing was wrong'
}

test('a repeated key makes a list, repeated maps are merged', t => {
  t.deepEqual(yaml('from:\n  scope: a\n  scope: b\n  scope: [c, d]\n'), { from: { scope: ['a', 'b', 'c', 'd'] } })
  t.deepEqual(yaml('limits:\n  a: 1\nhosts: [x]\nlimits:\n  b: 2\n'), { limits: { a: 1, b: 2 }, hosts: ['x'] })
  t.deepEqual(yaml('acl:\n  admin:\n    user: a@x\nacl:\n  admin:\n    user: b@x\n'), {
    acl: { admin: { user: ['a@x', 'b@x'] } },
  })
})

test('anchors, aliases and merge keys mean what they mean', t => {
  t.deepEqual(yaml('a: &x\n  p: 1\nb: *x\nc:\n  <<: *x\n  q: 2\n'), { a: { p: 1 }, b: { p: 1 }, c: { p: 1, q: 2 } })
  t.deepEqual(yaml('a: &x {p: 1}\nb: *x\nb: {q: 2}\n'), { a: { p: 1 }, b: { p: 1, q: 2 } })
  t.regex(wrongYaml('a: 1\nb: *nowhere\n'), /there is no anchor "&nowhere" at line 2/)
  t.regex(wrongYaml('a: &x [*x]\n'), /is not YAML/)
})

test('an alias bomb is read in no time', t => {
  const levels = Array.from({ length: 40 }, (_, n) => `l${n + 1}: &l${n + 1} [*l${n}, *l${n}]`)
  t.truthy(yaml(`l0: &l0 [x]\n${levels.join('\n')}\n`))
})

test('what is not YAML names the line', t => {
  t.regex(wrongYaml('listen:\n\t- port: 1\n'), /^patchbay.yml is not YAML: Tabs .* at line 2/)
  t.regex(wrongYaml('a:\n  b: 1\n c: 2\n'), /at line 3/)
  t.regex(wrongYaml('a: "open\n'), /at line/)
  t.notRegex(wrongYaml('a: "open\n'), /\n/)
})

test('an empty file and empty blocks are the defaults', t => {
  t.deepEqual(yaml(''), {})
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  writeFileSync(join(path, 'patchbay.yml'), 'plugins:\nlisten:\n#  - port: 1\n')
  t.deepEqual(loadSettings({}, path).settings.listen, [])
})

test('a key cannot reach a prototype', t => {
  const read = yaml('__proto__:\n  polluted: true\n__proto__:\n  again: true\n') as object
  t.is(({} as Record<string, unknown>)['polluted'], undefined)
  t.deepEqual(Object.keys(read), ['__proto__'])
})

test('an unknown option gives its path and the nearest name', t => {
  t.regex(wrong({ host: ['x'] }), /^the configuration: unknown option "host"; did you mean "hosts"\?$/)
  t.regex(wrong({ 'mqtt-broker': { port: 1 } }), /"mqtt-broker"; options of a plugin stand below "plugins:"$/)
  t.regex(wrong({ limits: { body_byte: 1 } }), /"limits.body_byte"; did you mean "body_bytes"\?/)
  t.regex(
    wrong({ listen: [{ port: 1, reqest_handlers: {} }] }),
    /"listen\[0\].reqest_handlers"; did you mean "request_handlers"\?/,
  )
  t.regex(wrong({ node_names: { emqx: 'a' } }), /"node_names.emqx"; did you mean "emq"\?/)
  t.regex(
    wrong({ log: { level: 'warning' } }),
    /"log.level": expected one of debug, info, warn, error, got .*; did you mean "warn"\?/,
  )
})

test('a wrong type gives its path, what was expected and what was there', t => {
  t.regex(wrong({ hosts: 'localhost' }), /"hosts": expected a list, got "localhost"/)
  for (const host of ['exa mple.org', 'ok@x', 'localhost/x', '', '-x']) {
    t.regex(wrong({ hosts: [host] }), /"hosts\[0\]": expected a domain such as example\.org, got /)
  }
  t.regex(wrong({ hosts: [] }), /"hosts": expected at least 1 in the list/)
  t.regex(wrong({ limits: { body_bytes: 'many' } }), /"limits.body_bytes": expected a(n? whole)? number, got "many"/)
  t.regex(wrong({ limits: { request_seconds: 0 } }), /"limits.request_seconds": expected more than 0, got 0/)
  t.regex(wrong({ listen: [{ port: 70000 }] }), /"listen\[0\].port": expected at most 65535, got 70000/)
  t.regex(wrong({ listen: [{ port: 'http' }] }), /"listen\[0\].port": expected a number, got "http"/)
  t.regex(wrong({ listen: [{}] }), /"listen\[0\].port": expected .*, got nothing/)
  t.regex(wrong({ listen: [{ port: 1, ip: 'localhost' }] }), /"listen\[0\].ip": expected an address such as 127.0.0.1/)
  t.regex(
    wrong({ listen: [{ port: 1, module: 'ejabberd_htp' }] }),
    /"listen\[0\].module": expected one of .*; did you mean "ejabberd_http"\?/,
  )
  t.regex(wrong({ certfiles: 3 }), /"certfiles": expected a text or a list, got 3/)
  t.regex(wrong({ plugins: { auth: 'x' } }), /"plugins.auth": expected options/)
})

test('the value of a secret is not repeated in the sentence', async t => {
  const configuration = await configurationOf({ plugins: { db: { password: 12_345 } } })
  const schema = z.strictObject({ password: z.string() })
  const error = t.throws(() => configuration.of('db', { config: schema }), { instanceOf: KernelError })
  t.regex(error.message, /"plugins.db.password": expected a text/)
  t.notRegex(error.message, /12345/)
})

test("ejabberd's documented blocks load as printed", t => {
  const printed = `
hosts:
  - localhost
certfiles:
  - /etc/letsencrypt/live/*/fullchain.pem
listen:
  -
    port: 5222
    ip: "::"
    module: ejabberd_c2s
    max_stanza_size: 262144
    shaper: c2s_shaper
    access: c2s
    starttls_required: true
  -
    port: 5269
    module: ejabberd_s2s_in
  -
    port: 3478
    ip: "::"
    transport: udp
    module: ejabberd_stun
    use_turn: true
  -
    port: 5443
    ip: "::"
    module: ejabberd_http
    tls: true
    protocol_options: [no_sslv3]
    request_handlers:
      "/admin": ejabberd_web_admin
      "/api": mod_http_api
      "/bosh": mod_bosh
      /ws: ejabberd_http_ws
    custom_headers:
      "Access-Control-Allow-Origin": "*"
  - port: "5281"
    module: ejabberd_http
    request_handlers:
      "/api": mod_http_api
      "/oauth": ejabberd_oauth
acl:
  admin:
    user:
      - "admin@localhost"
  loopback:
    ip:
      - 127.0.0.0/8
access_rules:
  configure:
    allow: admin
oauth_expire: 3600
oauth_access: all
api_permissions:
  "admin access":
    who:
      access:
        allow:
          - acl: admin
      oauth:
        scope: "ejabberd:admin"
        scope: "sasl_auth"
        access:
          allow: admin
    what:
      - "*"
      - "!stop"
`
  const { settings } = defaultSettings(yaml(printed) as Record<string, unknown>)
  t.is(settings.listen.length, 5)
  t.deepEqual(settings.listen[4]!.port, 5281)
  t.deepEqual(settings.certfiles, ['/etc/letsencrypt/live/*/fullchain.pem'])
  const permissions = settings.api_permissions as Record<string, { who: { oauth: { scope: string[] } } }>
  t.deepEqual(permissions['admin access']!.who.oauth.scope, ['ejabberd:admin', 'sasl_auth'])
  t.deepEqual(defaultSettings({ certfiles: 'one.pem' }).settings.certfiles, ['one.pem'])
})

test('a file that is named must be there; a folder is no file; PATCHBAY_DATA wins', t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  t.throws(() => loadSettings({ PATCHBAY_CONFIG: 'gone.yml' }, path), { message: /gone.yml does not exist$/ })
  mkdirSync(join(path, 'folder.yml'))
  t.throws(() => loadSettings({ PATCHBAY_CONFIG: 'folder.yml' }, path), {
    message: /folder.yml cannot be read: EISDIR/,
  })
  writeFileSync(join(path, 'list.yml'), '- a\n')
  t.throws(() => loadSettings({ PATCHBAY_CONFIG: 'list.yml' }, path), { message: /list.yml: expected options/ })
  t.is(loadSettings({}, path).file, undefined)
  t.is(loadSettings({}, path).settings.data, join(path, 'data'))
  mkdirSync(join(path, 'etc'))
  writeFileSync(
    join(path, 'etc', 'p.yml'),
    'data: there\ncertfiles: a.pem\nplugin_folders: [mine]\nlisten: [{port: 1, certfile: b.pem}]\n',
  )
  const { settings } = loadSettings({ PATCHBAY_CONFIG: 'etc/p.yml' }, path)
  t.is(settings.data, join(path, 'etc', 'there'))
  t.deepEqual(settings.certfiles, [join(path, 'etc', 'a.pem')])
  t.deepEqual(settings.plugin_folders, [join(path, 'etc', 'mine')])
  t.like(settings.listen[0], { certfile: join(path, 'etc', 'b.pem') })
  t.is(loadSettings({ PATCHBAY_CONFIG: 'etc/p.yml', PATCHBAY_DATA: 'won' }, path).settings.data, join(path, 'won'))
})

test('the nearest name is near', t => {
  t.is(nearest('prt', ['ip', 'port']), 'port')
  t.is(nearest('colour', ['ip', 'port']), undefined)
  t.is(nearest('', []), undefined)
})

test('a block may stand under an alias; face options are nobody’s own', async t => {
  const configuration = await configurationOf(
    { plugins: { admin_rest: { depth: 2, admin_rest_secure: true }, 'xmpp-admin': { width: 3 } } },
    name => (name === 'admin_rest' ? 'xmpp-admin' : name),
  )
  const schema = z.strictObject({ depth: z.int().default(1), width: z.int().default(1) })
  t.deepEqual(configuration.of('xmpp-admin', { config: schema }), { depth: 2, width: 3 })
  t.is(configuration.faceOption('admin_rest_secure'), true)
  const slip = await configurationOf({ plugins: { admin_rest: { admin_rest_secur: true } } }, () => 'xmpp-admin')
  t.throws(() => slip.of('xmpp-admin', {}), {
    message:
      'the configuration: unknown option "plugins.admin_rest.admin_rest_secur"; did you mean "admin_rest_secure"?',
  })
})

test('nested plugin options: path and nearest name, also of what was set over an API', async t => {
  const schema = z.strictObject({
    pool: z.strictObject({ size: z.int().default(4) }).prefault({}),
    name: z.string().optional(),
  })
  const slip = await configurationOf({ plugins: { db: { pool: { sise: 3 } } } })
  t.throws(() => slip.of('db', { config: schema }), {
    message: /unknown option "plugins.db.pool.sise"; did you mean "size"\?/,
  })
  const configuration = await configurationOf({ plugins: { db: { pool: { size: 3 } } } })
  t.throws(() => configuration.overrideFor('db', { config: schema }, { 'pool.sze': '1' }), {
    message: /unknown option "plugins.db.pool.sze"; did you mean "pool.size"\?/,
  })
  t.throws(() => configuration.overrideFor('db', { config: schema }, { 'pool.size': 'big' }), {
    message: /the options set over an API: "plugins.db.pool.size": expected/,
  })
  t.deepEqual(configuration.overrideFor('db', { config: schema }, { 'pool.size': '9', name: 'x' }), {
    pool: { size: 9 },
    name: 'x',
  })
  t.deepEqual(
    configuration.options('db', { config: schema }).map(({ key, value, source }) => [key, value, source]),
    [
      ['pool.size', '3', 'file'],
      ['name', '', 'default'],
    ],
  )
})

test('an override of a face option survives options set as a whole', async t => {
  const configuration = await configurationOf({ plugins: { x: { admin_rest_whitelist: ['127.0.0.1'] } } })
  await configuration.overrides.set('x', { admin_rest_whitelist: ['::1'] })
  t.deepEqual(configuration.faceOption('admin_rest_whitelist'), ['::1'])
  const schema = z.strictObject({ depth: z.int().default(1) })
  t.deepEqual(configuration.overrideFor('x', { config: schema }, { depth: '2' }), {
    admin_rest_whitelist: ['::1'],
    depth: 2,
  })
})

test('the file may not disappear under a running Patchbay', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const file = join(path, 'patchbay.yml')
  writeFileSync(file, 'hosts: [one]\ndata: here\n')
  const load = () => loadSettings({}, path)
  const configuration = new Configuration(load(), load, await noOverrides(), new Set())
  writeFileSync(file, 'hosts: [two]\ndata: elsewhere\n')
  const goBack = configuration.reread()
  t.deepEqual(configuration.settings.hosts, ['two'])
  t.is(configuration.settings.data, join(path, 'here'), 'the open store does not move')
  goBack()
  t.deepEqual(configuration.settings.hosts, ['one'])
  rmSync(file)
  t.throws(() => configuration.reread(), { message: /has disappeared$/ })
  t.deepEqual(configuration.settings.hosts, ['one'])
})

const number = (name: string, seen: number[], refuse?: number) =>
  plugin({
    name,
    version: '1.0.0',
    config: z.strictObject({ size: z.int().default(1) }),
    start(ctx) {
      if (ctx.config.size === refuse) throw new Error(`${refuse} is too much for me`)
      seen.push(ctx.config.size)
    },
  })

/** A kernel whose configuration the test may change: `written` is read again by a reload. */
async function reloadable(written: Record<string, unknown>, plugins: ReturnType<typeof plugin>[], store?: Store) {
  const kernel = await testKernel(plugins as never, { config: written, ...(store ? { store } : {}) })
  return { kernel, reconfigure: kernel.house.container.resolve(Reconfigure) }
}

test('a reload reloads those plugins whose options changed, and only those', async t => {
  const written = { plugins: { one: { size: 1 }, two: { size: 1 } } }
  const [ones, twos]: number[][] = [[], []]
  const { kernel, reconfigure } = await reloadable(written, [number('one', ones!), number('two', twos!)] as never)
  t.deepEqual(await reconfigure.reload(), [])
  written.plugins.two.size = 2
  t.deepEqual(await reconfigure.reload(), ['two'])
  t.deepEqual([ones, twos], [[1], [1, 2]])
  await kernel.close()
})

test('when one plugin refuses its new options, all is as before', async t => {
  const written = { plugins: { one: { size: 1 }, two: { size: 1 } } }
  const [ones, twos]: number[][] = [[], []]
  const { kernel, reconfigure } = await reloadable(written, [number('one', ones!), number('two', twos!, 9)] as never)
  Object.assign(written.plugins, { one: { size: 5 }, two: { size: 9 } })
  await t.throwsAsync(reconfigure.reload(), {
    message:
      /plugin "two" did not start: 9 is too much for me; generation 1 keeps serving; the configuration of before stays in force$/,
  })
  t.is(ones!.at(-1), 1)
  t.like(kernel.inspect('one').options[0], { key: 'size', value: '1' })
  Object.assign(written.plugins, { two: { size: 'x' } })
  await t.throwsAsync(reconfigure.reload(), { message: /"plugins.two.size": expected a number.*stays in force$/ })
  t.is(ones!.at(-1), 1)
  await kernel.close()
})

test('a plugin that had failed over its options is started by the reload that mends them', async t => {
  const written = { plugins: { one: { size: 9 } } }
  const seen: number[] = []
  const own = await testKernel(number('other', []) as never, {
    config: written,
    with: [{ ...number('one', seen, 9), autostart: false }] as never,
  })
  await t.throwsAsync(own.kernel.start('one'))
  written.plugins.one.size = 2
  t.deepEqual(await own.house.container.resolve(Reconfigure).reload(), ['one'])
  t.deepEqual(seen, [2])
  await own.close()
})

test('overrides win over the file, survive a restart, and are gone when cleared', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const written = { plugins: { one: { size: 2 } } }
  const seen: number[] = []
  const first = await reloadable(written, [number('one', seen)] as never, await Store.open(path))
  await first.reconfigure.setOptions('one', { size: '7' })
  t.deepEqual(seen, [2, 7])
  t.like(first.kernel.inspect('one').options[0], { value: '7', source: 'override' })
  await first.kernel.close()
  const second = await reloadable(written, [number('one', seen)] as never, await Store.open(path))
  t.is(seen.at(-1), 7)
  t.deepEqual(await second.reconfigure.reload(), [])
  await second.reconfigure.setOptions('one', {})
  t.is(seen.at(-1), 2)
  await second.kernel.close()
  const third = await reloadable(written, [number('one', seen)] as never, await Store.open(path))
  t.is(seen.at(-1), 2)
  await third.kernel.close()
})

test('options that the plugin refuses are not stored, however many set them at once', async t => {
  const seen: number[] = []
  const { kernel, reconfigure } = await reloadable({}, [number('one', seen, 9)] as never)
  const outcomes = await Promise.allSettled(
    ['3', '9', '4', '9', '5'].map(size => reconfigure.setOptions('one', { size })),
  )
  t.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  )
  t.is(seen.at(-1), 5)
  t.like(kernel.inspect('one').options[0], { value: '5', source: 'override' })
  await t.throwsAsync(reconfigure.setOptions('one', { sise: '3' }), { message: /did you mean "size"/ })
  t.true(kernel.log.some(({ message }) => /^generation \d+ has the options that were changed$/.test(message)))
  await kernel.close()
})

test('options for a plugin that is not there get one warning with the nearest name', async t => {
  const { kernel } = await reloadable({ plugins: { on: { size: 2 } } }, [number('one', [])] as never)
  t.is(
    kernel.log.filter(line => /no plugin for the options "plugins.on"; did you mean "one"\?/.test(line.message)).length,
    1,
  )
  await kernel.close()
})

test('a wrong face option ends the start, not the first request', async t => {
  await t.throwsAsync(testKernel(undefined, { config: { plugins: { admin_rest: { admin_rest_secure: 3 } } } }), {
    message: /admin_rest_secure": expected true or false, got 3/,
  })
})

async function noOverrides(): Promise<Overrides> {
  return new Overrides((await Store.inMemory()).namespace('kernel', 'overrides'))
}

async function configurationOf(written: Record<string, unknown>, nameOf?: (alias: string) => string) {
  const loaded = defaultSettings(written)
  const faceOptions = new Set(['admin_rest_secure', 'admin_rest_whitelist'])
  return new Configuration(loaded, () => loaded, await noOverrides(), faceOptions, nameOf)
}
