import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { checkConfiguration } from '../../kernel/check-configuration.js'
import { KernelError } from '../../kernel/errors.js'
import { onDisk } from '../support/on-disk.js'
import { folderWith, patchbay } from './patchbay-process.js'

const ADVISER = `
const { z } = require('zod')
exports.default = { name: 'adviser', version: '1.0.0', aliases: ['mod_adviser'], topLevel: ['acl'],
  config: z.strictObject({ ip: z.string().default('127.0.0.1'), port: z.int().default(0), open: z.boolean().default(false), acl: z.unknown().optional() }),
  advise: ({ open, acl }, { hosts }) => {
    if (acl === 'broken') throw new Error('not that')
    return open ? [
      { level: 'warning', path: 'plugins.adviser.open', text: 'everybody may enter ' + hosts.join(', ') },
      { level: 'note', path: 'plugins.adviser.open', text: 'closing it takes a restart' },
    ] : []
  },
  start() { throw new Error('nothing is started') } }
`
const DEMANDING = `
const { z } = require('zod')
exports.default = { name: 'demanding', version: '1.0.0', autostart: false, config: z.strictObject({ url: z.string() }), start() {} }
`
const PLUGINS = { 'mine/adviser/index.js': ADVISER, 'mine/demanding/index.js': DEMANDING }

/** What a configuration is found to be, with these two plugins and no others. */
function look(t: ExecutionContext, yaml: string, files: Record<string, string> = {}) {
  const folder = folderWith(t, { 'patchbay.yml': `plugin_folders: [mine]\n${yaml}`, ...PLUGINS, ...files })
  const found = checkConfiguration([], { PATCHBAY_CONFIG: join(folder, 'patchbay.yml') })
  return {
    ...found,
    errors: found.errors.map(({ message }) => message.replaceAll(folder, '')),
    warnings: found.advice.filter(({ level }) => level === 'warning').map(({ path, text }) => `${path}: ${text}`),
    notes: found.advice.filter(({ level }) => level === 'note').map(({ text }) => text),
  }
}

test('a right configuration has no findings, and nothing is created', t => {
  const folder = folderWith(t, { 'patchbay.yml': 'plugin_folders: [mine]\n', ...PLUGINS })
  const found = checkConfiguration([], { PATCHBAY_CONFIG: join(folder, 'patchbay.yml') })
  t.deepEqual(found, {
    file: join(folder, 'patchbay.yml'),
    errors: [],
    advice: [],
    listeners: 4,
    plugins: ['adviser'],
  })
  t.deepEqual(readdirSync(folder).sort(), ['mine', 'patchbay.yml'])
})

test('every block is checked by its own plugin, and all that is wrong is said at once', t => {
  const { errors } = look(t, 'plugins:\n  mod_adviser: { prot: 1 }\n  demanding: { url: 7 }\n')
  t.deepEqual(errors, [
    '/patchbay.yml: unknown option "plugins.mod_adviser.prot"; did you mean "port"?',
    '/patchbay.yml: "plugins.demanding.url": expected a text, got 7',
  ])
})

test('settings themselves, and options of the faces', t => {
  const wrong = t.throws(() => look(t, 'hosst: [a]\n'), { instanceOf: KernelError })
  t.regex(wrong.message, /unknown option "hosst"; did you mean "hosts"\?/)
  t.regex(look(t, 'plugins: { adviser: { default_version: x } }\n').errors[0]!, /default_version": expected a/)
  const missing = t.throws(() => checkConfiguration([], { PATCHBAY_CONFIG: '/nowhere.yml' }), {
    instanceOf: KernelError,
  })
  t.is(missing.code, 'config_missing')
})

test('advice of a plugin on its options; one that fails over them is a warning', t => {
  const { warnings, notes } = look(t, 'hosts: [a.example, b.example]\nplugins: { adviser: { open: true } }\n')
  t.deepEqual(warnings, ['plugins.adviser.open: everybody may enter a.example, b.example'])
  t.deepEqual(notes, ['closing it takes a restart'])
  t.regex(look(t, 'acl: broken\n').warnings[0]!, /plugins\.adviser: its options were not looked at: not that/)
})

test('blocks without a plugin, handlers and entries that are not served, plugins that cannot be linked', t => {
  const yaml = `
listen:
  - { port: 5222, module: ejabberd_c2s }
  - { port: 5443, request_handlers: { /ws: mod_bosh, /api: mod_http_api } }
plugins: { advsier: { port: 1 } }
`
  const { warnings, errors } = look(t, yaml, { 'mine/torn/index.js': 'throw new Error("in two")' })
  t.deepEqual(errors, [])
  t.regex(warnings.join('\n'), /listen\[0\]: ejabberd_c2s is not an HTTP listener/)
  t.regex(warnings.join('\n'), /listen\[1\]: mod_bosh: not served here/)
  t.regex(warnings.join('\n'), /no plugin for the options "plugins\.advsier"; did you mean "adviser"\?/)
  t.regex(warnings.join('\n'), /plugin "torn" cannot be linked: in two/)
  t.is(warnings.length, 4)
  const handler = look(t, 'listen: [{ port: 1, request_handlers: { /a: mod_http_apy } }]\n')
  t.regex(handler.errors[0]!, /there is no handler "mod_http_apy"; did you mean "mod_http_api"\?/)
})

test('a port that is used twice: by listeners an error, by a plugin a warning; another address is another port', t => {
  const twins =
    'listen: [{ port: 9000, request_handlers: { /: emq } }, { port: 9000, request_handlers: { /x: hermes } }]\n'
  t.regex(look(t, twins).errors[0]!, /port 9000 on 127\.0\.0\.1 is already that of "listen\[0\]\.port"/)
  const taken = look(t, 'plugins: { adviser: { port: 8080, ip: 0.0.0.0 } }\n').warnings
  t.is(taken.length, 1)
  t.regex(taken[0]!, /^plugins\.adviser\.port: port 8080 on 0\.0\.0\.0 is already that of port of a listen entry/)
  t.deepEqual(look(t, 'plugins: { adviser: { port: 8080, ip: 127.0.0.2 } }\n').warnings, [])
})

test('certificates are read', t => {
  const entry = 'listen: [{ port: 1, tls: true, request_handlers: { /: emq } }]\n'
  t.regex(look(t, `${entry}certfiles: [none.pem]\n`).errors[0]!, /"certfiles": .*none\.pem cannot be read/)
  t.deepEqual(look(t, entry).errors, [])
})

test('patchbay config check: exit codes, sentences, JSON', async t => {
  const folder = folderWith(t, {
    'patchbay.yml': 'plugins: { auht: {} }\n',
    'right.yml': 'hosts: [a.example]\n',
    'wrong.yml': 'plugins: { auth: { cache_secnds: 1 } }\n',
  })
  const check = (...given: string[]) => patchbay(folder, ['config', 'check', ...given])
  const [here, strict, right, wrong, json, none] = await Promise.all([
    check(),
    check('--strict'),
    check('right.yml', '--strict'),
    check('wrong.yml'),
    check('--json'),
    check('none.yml'),
  ])
  t.is(here.code, 0, here.err)
  t.regex(
    here.out,
    /^warning {2}there is no plugin .* did you mean "auth"\?\n.*right \(4 HTTP listeners, \d+ plugins\), with 1 w/,
  )
  t.is(strict.code, 1)
  t.deepEqual([right.code, right.err], [0, ''])
  t.is(wrong.code, 1)
  t.regex(
    wrong.err,
    /wrong\.yml: unknown option "plugins\.auth\.cache_secnds"; did you mean "cache_seconds"\?\n {2}→ mend/,
  )
  const { ok, advice } = JSON.parse(json.out)
  t.true(ok)
  t.is(advice.length, 1)
  t.deepEqual([none.code, /none\.yml does not exist/.test(none.err)], [1, true])
  t.false(existsSync(join(folder, 'data')))
})

test('warnings of a plugin about its options are in the log, once for each configuration', async t => {
  const advise = (text: string) =>
    `advise: () => [{ level: 'warning', path: 'a.b', text: '${text}' }, { level: 'note', path: 'c', text: 'quiet' }]`
  const house = await onDisk(t, folder => folder.define('adviser', '', advise('first')))
  const said = () => house.log.filter(({ plugin, level }) => plugin === 'adviser' && level === 'warn')
  await house.kernel.start('adviser')
  await house.kernel.reload('adviser')
  await house.kernel.check('adviser')
  t.deepEqual(
    said().map(({ message }) => message),
    ['a.b: first'],
  )
  house.folder.define('adviser', '', advise('second'))
  await house.kernel.reload('adviser')
  t.is(said().length, 2)
})
