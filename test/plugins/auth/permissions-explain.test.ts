import test from 'ava'
import type { Call, Identity } from 'patchbay'
import { parse, stringify } from 'yaml'
import { ANYBODY, account, command, key, onFace, operator, permissionsOf, session, token } from './permissions.js'

const JOHN = account('john@localhost')
const ADMIN = account('admin@localhost')
const ACL = 'acl: {apicommands: {user: john@localhost}, loopback: {ip: 127.0.0.0/8}, admin: {user: admin@localhost}}\n'
const rule = (text: string) => `${ACL}api_permissions: {x: {${text}}}`
const BASIC = rule('from: [ejabberd_ctl, mod_http_api], who: {acl: apicommands}, what: "*"')
const OAUTH = 'who: {oauth: {scope: ["ejabberd:admin", registered_users], access: {allow: {acl: apicommands}}}}'

/** What was said of the last rule that was tried. */
const because = (yaml: string, caller: Identity | undefined, call: Call = command('status')) =>
  permissionsOf(yaml).explain(caller, call).rules.at(-1)?.because

const SENTENCES: [yaml: string, caller: Identity | undefined, call: Call, because: string][] = [
  [BASIC, ADMIN, command('status'), 'who: acl "apicommands" has john@localhost, not admin@localhost'],
  [BASIC, ANYBODY, command('status'), 'who: acl "apicommands" has john@localhost, not a caller without credentials'],
  [BASIC, JOHN, command('status'), 'who: acl: apicommands matches john@localhost; what: "*" grants status'],
  [
    BASIC,
    token('john@localhost', 'ejabberd:admin'),
    command('status'),
    'who: "oauth" entries are the only ones that match a token, and this rule has none',
  ],
  [
    rule(OAUTH),
    token('john@localhost', 'ejabberd:admin'),
    command('status'),
    'what: it is missing, so the rule grants nothing',
  ],
  [
    rule(`${OAUTH}, what: "*"`),
    token('john@localhost', 'status'),
    command('status'),
    'who: "oauth" asks for the scope ejabberd:admin or registered_users, and the token has status',
  ],
  [
    rule(`${OAUTH}, what: "*"`),
    token('admin@localhost', 'ejabberd:admin'),
    command('status'),
    'who: the scope fits, but acl "apicommands" has john@localhost, not admin@localhost',
  ],
  [
    rule(`${OAUTH}, what: "*"`),
    JOHN,
    command('status'),
    'who: "oauth" entries match tokens only, and the caller came without one',
  ],
  [rule('who: all, what: "!stop"'), ANYBODY, command('status'), 'what: only names to leave out, so it grants nothing'],
  [rule('who: all, what: ["*", "!status"]'), ANYBODY, command('status'), 'what: "!status" leaves status out'],
  [rule('who: all, what: ["*", "!*"]'), ANYBODY, command('status'), 'what: "!*" takes everything away again'],
  [
    rule('who: all, what: [stats, "[tag:muc]"]'),
    ANYBODY,
    command('status'),
    'what: it grants stats and "[tag:muc]", not status',
  ],
  [
    rule('from: {tag: inside}, who: all, what: "*"'),
    ANYBODY,
    command('status'),
    'from: it is about listeners with the tag inside, and the call came through a listener without a tag',
  ],
  [
    rule('from: ejabberd_ctl, who: all, what: "*"'),
    ANYBODY,
    command('status'),
    "from: it is about ejabberd_ctl, not about ejabberd's HTTP API (ejabberd)",
  ],
  [
    rule('who: {access: {allow: [loopback, admin]}}, what: "*"'),
    JOHN,
    command('status'),
    'who: "allow: [loopback, admin]" asks for all 2 together, and acl "admin" has admin@localhost, not john@localhost',
  ],
  [
    rule('who: {access: {deny: apicommands, allow: all}}, what: "*"'),
    JOHN,
    command('status'),
    'who: the line "deny: apicommands" denies it before any other line allows it',
  ],
  [
    rule('who: nobody_knows, what: "*"'),
    JOHN,
    command('status'),
    'who: acl "nobody_knows" is not defined, so it has nobody',
  ],
  [
    rule('who: {ip: 10.0.0.0/8}, what: "*"'),
    JOHN,
    command('status'),
    'who: "ip: 10.0.0.0/8" does not contain 127.0.0.1',
  ],
  [
    rule('who: all, what: ["*", {host: example.org}]'),
    JOHN,
    command('status', { hosts: () => ['localhost'] }),
    'what: it is limited to example.org, and the call is about localhost',
  ],
  [
    rule('who: all, what: ["*", {host: caller}]'),
    JOHN,
    command('status'),
    'what: it is limited to the domain of the caller (localhost), and the call names no domain',
  ],
  [
    '',
    operator('low', 1),
    onFace('emq'),
    'who: it takes an operator who is not limited to reading, not operator low (low@localhost)',
  ],
  [
    '',
    key('metrics'),
    onFace('vernemq', { scope: 'mgmt' }),
    'who: it takes an API key with the scope "mgmt", not key of k1 with the scope metrics',
  ],
]

test('each rule says which part did not match, with both sides named', t => {
  for (const [yaml, caller, call, sentence] of SENTENCES) t.is(because(yaml, caller, call), sentence)
})

test('rules are told in order, with their origin, up to the one that allows', t => {
  const yaml = `${ACL}api_permissions: {a: {who: none, what: "*"}, b: {who: all, what: status}, c: {who: all, what: "*"}}`
  const { rules, allowed, change } = permissionsOf(yaml).explain(ANYBODY, command('status'))
  t.deepEqual(
    rules.map(({ name, allows, part, origin }) => [name, allows, part, origin]),
    [
      ['a', false, 'who', 'configuration'],
      ['b', true, undefined, 'configuration'],
    ],
  )
  t.true(allowed)
  t.is(change, undefined)
  const elsewhere = permissionsOf(yaml).explain(JOHN, onFace('native'))
  t.deepEqual(
    elsewhere.rules.map(({ name, part, origin }) => [name, part, origin]),
    [
      ['a', 'from', 'configuration'],
      ['b', 'from', 'configuration'],
      ['c', 'from', 'configuration'],
      ['administrators', 'who', 'built in'],
    ],
  )
  t.deepEqual(permissionsOf(yaml).explain({ kind: 'local', name: 'local' }, onFace('native')).allowed, true)
})

type Configuration = { api_permissions?: Record<string, Record<string, unknown>>; admins?: string[] }

/** Does to the file what the sentence says, as a person would. Undefined when it speaks of the caller instead. */
function follow(yaml: string, change: string): string | undefined {
  const file = (parse(yaml) ?? {}) as Configuration
  const add = /^add (.+) to `(what|who)` of rule "([^"]+)"/.exec(change)
  const remove = /^remove (.+) from `what` of rule "([^"]+)"/.exec(change)
  const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, inside]) => inside!)
  const list = (value: unknown) => (value === undefined ? [] : [value].flat())
  if (add) {
    const [, entries, part, name] = add
    const rule = file.api_permissions![name!]!
    const parsed = quoted(entries!).map(entry =>
      parse(part === 'who' || entry.startsWith('host: ') ? `{${entry}}` : entry),
    )
    rule[part!] = [...list(rule[part!]), ...parsed]
  } else if (remove) {
    const [, entries, name] = remove
    const rule = file.api_permissions![name!]!
    const gone = quoted(entries!).map(entry => parse(entry) as unknown)
    rule['what'] = list(rule['what']).filter(entry => !gone.includes(entry))
  } else if (change.startsWith('add to `api_permissions`')) {
    const [, ...rules] = quoted(change)
    file.api_permissions = Object.assign({}, file.api_permissions, ...rules.map(each => parse(`{${each}}`)))
  } else if (/^add `.*` to `admins`$/.test(change)) {
    file.admins = [...(file.admins ?? []), quoted(change)[0]!]
  } else return undefined
  return stringify(file)
}

const CHANGES: [yaml: string, caller: Identity | undefined, call: Call, change: RegExp][] = [
  [BASIC, ADMIN, command('status'), /^add `user: admin@localhost` to `who` of rule "x"$/],
  [
    BASIC,
    token('john@localhost', 'status'),
    command('status'),
    /^add `oauth: \{scope: status, user: john@localhost\}` to `who`/,
  ],
  [
    rule(OAUTH),
    token('john@localhost', 'ejabberd:admin'),
    command('status'),
    /^add `status` to `what` of rule "x", which has none$/,
  ],
  [rule(`${OAUTH}, what: "*"`), token('admin@localhost', 'ejabberd:admin'), command('status'), /^add `oauth: /],
  [rule(`${OAUTH}, what: "*"`), JOHN, command('status'), /^add `user: john@localhost` to `who`/],
  [rule('who: all, what: stats'), ANYBODY, command('status'), /^add `status` to `what` of rule "x"$/],
  [
    rule('who: all, what: ["*", "!status", "![tag:server]"]'),
    ANYBODY,
    command('status'),
    /^remove `"!status"` and `"!\[tag:server\]"` from/,
  ],
  [
    rule('who: {ip: 10.0.0.0/8}, what: "*"'),
    ANYBODY,
    command('status'),
    /^add `ip: 127\.0\.0\.1` to `who` of rule "x"$/,
  ],
  [
    rule('who: {ip: 10.0.0.0/8}, what: stats'),
    ANYBODY,
    command('status'),
    /^add to `api_permissions` the rule .* may status"/,
  ],
  [
    rule('who: all, what: ["*", {host: a.org}]'),
    JOHN,
    command('status', { hosts: () => ['b.org', 'a.org'] }),
    /^add `host: b\.org` to/,
  ],
  [rule('who: all, what: ["*", {host: a.org}]'), JOHN, command('status'), /^add to `api_permissions` the rule/],
  [
    rule('who: {access: {allow: [loopback, admin]}}, what: "*"'),
    JOHN,
    command('status'),
    /^add `user: john@localhost`/,
  ],
  [
    ACL,
    JOHN,
    command('status'),
    /^add to `api_permissions` the rule .*; it replaces the built-in rule, which you keep/,
  ],
  [ACL, ADMIN, command('stop'), /^add to `api_permissions` the rule/],
  ['', JOHN, onFace('admin_rest'), /^add `john@localhost` to `admins`$/],
  [
    '',
    JOHN,
    onFace('emq', { permission: 'mqtt-admin:clients.read' }),
    /^add to `api_permissions` the rule .*what: mqtt-admin:clients\.read/,
  ],
  [rule('from: emq, who: all, what: "*"'), JOHN, onFace('native'), /^add to `api_permissions` the rule .*from: native/],
  [
    rule('from: vernemq, who: none, what: "*"'),
    key('mgmt'),
    onFace('vernemq', { scope: 'mgmt' }),
    /^add `ip: 127\.0\.0\.1` to `who`/,
  ],
]

test('the smallest change is found, and whoever makes it gets in', t => {
  for (const [yaml, caller, call, expected] of CHANGES) {
    const before = permissionsOf(yaml)
    t.false(before.permits(caller, call), yaml)
    const { change = '' } = before.explain(caller, call)
    t.regex(change, expected)
    const after = follow(yaml, change)
    t.not(after, undefined, change)
    t.true(permissionsOf(after!).permits(caller, call), `${change}\n${after}`)
  }
})

test('a change that keeps the built-in rule does keep it', t => {
  for (const call of [command('status'), onFace('native'), onFace('emq')]) {
    const { change = '' } = permissionsOf('').explain(JOHN, call)
    const after = permissionsOf(follow('', change)!)
    t.true(after.permits(JOHN, call), change)
    t.true(after.permits(operator(), call), change)
    t.false(after.permits(account('jane@localhost'), call), change)
  }
})

test('where another caller or another way would do, that is said instead', t => {
  const cases: [yaml: string, caller: Identity | undefined, call: Call, change: string][] = [
    [BASIC, ANYBODY, command('status'), 'call with the credentials of john@localhost, whom rule "x" allows'],
    ['', ANYBODY, onFace('native'), 'call with the credentials of an administrator, an operator of level 3'],
    [
      rule(`${OAUTH}, what: "*"`),
      token('john@localhost', 'status'),
      command('status'),
      'get a token with the scope "ejabberd:admin", which rule "x" asks for',
    ],
    [
      rule('from: {tag: inside}, who: all, what: "*"'),
      ANYBODY,
      command('status'),
      'call through a listener with "tag: inside", which rule "x" is about',
    ],
    ['', operator('low', 1), onFace('emq'), 'make operator low an administrator, with the tag "administrator"'],
    ['', operator('low', 1), onFace('hermes', { level: 2 }), 'raise the level of operator low to 2'],
    ['', session(1), onFace('hermes', { level: 3 }), 'raise the level of ops to 3'],
    ['', JOHN, onFace('hermes', { level: 2 }), 'log in to Hermes as somebody of level 2'],
    ['', key('metrics'), onFace('vernemq', { scope: 'mgmt' }), 'give the key k1 the scope "mgmt"'],
    ['', JOHN, onFace('vernemq', { scope: 'mgmt' }), 'call with an API key that has the scope "mgmt"'],
  ]
  for (const [yaml, caller, call, change] of cases) t.is(permissionsOf(yaml).explain(caller, call).change, change)
})
