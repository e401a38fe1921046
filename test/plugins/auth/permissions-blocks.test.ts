import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { Call, Identity } from 'patchbay'
import { compilePermissions } from '../../../plugins/auth/permissions/compile.js'
import {
  ANYBODY,
  account,
  blocksOf,
  command,
  key,
  onFace,
  operator,
  permissionsOf,
  refusalOf,
  token,
} from './permissions.js'

const JOHN = account('john@localhost')
const JANE = account('jane@example.org')

function decides(yaml: string, caller: Identity | undefined, call: Call = command('status')): boolean {
  return permissionsOf(yaml).permits(caller, call)
}

/** `who` of the only rule. */
const who = (text: string, acl = '') => `${acl}\napi_permissions: {x: {who: ${text}, what: status}}`

test('who as a name, a map, a list, a list of lists', t => {
  const acl = 'acl: {team: {user: john@localhost}}'
  for (const form of ['team', '[team]', '{acl: team}', '[{acl: team}]', '[[{acl: team}]]', '{acl: [none, team]}']) {
    t.true(decides(who(form, acl), JOHN), form)
    t.false(decides(who(form, acl), JANE), form)
    t.false(decides(who(form, acl), token('john@localhost', 'ejabberd:admin')), form)
  }
  const both = '{user: john@localhost, ip: 10.0.0.0/8}'
  t.true(decides(who(both), JOHN), 'entries are OR-ed')
  t.true(decides(who(both), ANYBODY, command('status', { address: '10.0.0.1' })))
  t.false(decides(who(both), ANYBODY))
  t.true(decides(who('{acl: {user: john@localhost}}'), JOHN), 'an acl defined where it is used')
  t.false(decides(who('none'), JOHN))
  t.true(decides(who('all'), ANYBODY))
})

test('from and what as one value, a list, a map', t => {
  for (const from of [
    '{tag: x}',
    '[{tag: x}]',
    '[mod_http_api, {tag: x}]',
    '{tag: [y, x]}',
    '[[mod_http_api], {tag: x}]',
  ]) {
    const yaml = `api_permissions: {x: {from: ${from}, who: all, what: status}}`
    t.true(decides(yaml, ANYBODY, command('status', { tag: 'x' })), from)
    t.false(decides(yaml, ANYBODY), from)
  }
  for (const what of [
    'status',
    '[status]',
    '"*"',
    '["[tag:server]"]',
    '"[tag:server]"',
    'xmpp-admin:status',
    '"xmpp-admin:*"',
  ]) {
    t.true(decides(`api_permissions: {x: {who: all, what: ${what}}}`, ANYBODY), what)
  }
  for (const what of [
    '[]',
    '"!*"',
    '["*", "!*"]',
    '["!*", "*"]',
    '["*", "![tag:server]"]',
    '["![tag:server]", "*"]',
    '"!x"',
    '',
  ]) {
    t.false(decides(`api_permissions: {x: {who: all, what: ${what}}}`, ANYBODY), what)
  }
  t.false(decides('api_permissions: {x: {who: all, what: ["xmpp-admin:*", "!xmpp-admin:status"]}}', ANYBODY))
})

test('a rule may be a list of maps, and so may the block', t => {
  t.true(decides('api_permissions: {x: [{who: [{ip: 127.0.0.1/8}]}, {what: ["*", "!stop"]}]}', ANYBODY))
  t.true(decides('api_permissions: [{x: [{who: all}, {what: "*"}]}]', ANYBODY))
  t.regex(refusalOf('api_permissions: [{x: {who: all}}, {x: {who: all}}]'), /\[1\]\.x": expected another name/)
  t.regex(refusalOf('api_permissions: {x: [{who: all}, {who: none}]}'), /x\[1\]\.who": expected one "who"/)
  t.regex(refusalOf('api_permissions: everything'), /"api_permissions": expected rules/)
  t.false(decides('api_permissions: {x: }', ANYBODY), 'an empty rule grants nothing')
})

test('users: bare names at every domain served, JIDs, maps, prepared', t => {
  const bare = who('{user: john}')
  t.true(decides(bare, JOHN))
  t.true(decides(bare, account('john@example.org')))
  t.false(decides(bare, account('john@elsewhere.net')))
  for (const form of ['JOHN@LocalHost', '{john: localhost}', '[jane@example.org, {john: LOCALHOST}]']) {
    t.true(decides(who(`{user: ${form}}`), JOHN), form)
    t.false(decides(who(`{user: ${form}}`), account('john@example.org')), form)
  }
})

test('servers, patterns and addresses', t => {
  const cases: [item: string, john: boolean, jane: boolean][] = [
    ['server: localhost', true, false],
    ['host: EXAMPLE.org', false, true],
    ['user_regexp: "^jo"', true, false],
    ['user_regexp: ""', true, true],
    ['user_regexp: "^j.*@example.org"', false, true],
    ['user_regexp: {"^j": localhost}', true, false],
    ['user_glob: "j?hn"', true, false],
    ['user_glob: "oh"', false, false],
    ['user_glob: ["x*", {"j*": example.org}]', false, true],
    ['server_regexp: "^ex.*org$"', false, true],
    ['server_glob: "*.org"', false, true],
    ['node_regexp: {"^j": "host$"}', true, false],
    ['node_glob: {"j*": "*"}', true, true],
    ['node_glob: "j*@l*"', true, false],
    ['resource: x', false, false],
    ['resource_regexp: "."', false, false],
    ['resource_glob: "*"', true, true],
    ['ip: [192.0.2.1, "::1"]', false, false],
    ['ip: 127.0.0.1/8', true, true],
    ['acl: nobody_knows', false, false],
  ]
  for (const [item, john, jane] of cases) {
    t.is(decides(who(`{${item}}`), JOHN), john, `${item}, john`)
    t.is(decides(who(`{${item}}`), JANE), jane, `${item}, jane`)
    t.is(decides(who('it', `acl: {it: {${item}}}`), JANE), jane, `${item}, jane, in an acl`)
    if (!item.startsWith('ip')) t.false(decides(who(`{${item}}`), ANYBODY), `${item}, anybody`)
  }
  t.true(decides(who('{ip: "::1/64"}'), ANYBODY, command('status', { address: '::2' })))
  t.false(decides(who('{user_regexp: "^j"}'), account('john@elsewhere.net')), 'only domains that are served')
})

test('acls: all forms, entries OR-ed, one in another', t => {
  const acls = `
acl:
  world: all
  also: world
  team:
    - user: john@localhost
    - user: { jane: example.org }
  nested: { acl: team }
  nobody: none
`
  t.true(decides(who('world', acls), ANYBODY))
  t.true(decides(who('also', acls), ANYBODY))
  for (const caller of [JOHN, JANE]) t.true(decides(who('nested', acls), caller))
  t.false(decides(who('nested', acls), account('jane@localhost')))
  t.false(decides(who('nobody', acls), JOHN))
})

test('access rules: by name and in place, first match wins, all of one allow are needed', t => {
  const rules = `
acl: {team: {user: john@localhost}, near: {ip: 127.0.0.0/8}}
access_rules:
  by_name: { allow: team }
  short: team
  listed: [{ deny: near }, { allow: team }]
  open: [{ deny: team }, allow]
  closed: [{ allow: team }, deny]
  both: { allow: [team, near] }
  both_in_map: { allow: { acl: team, ip: 127.0.0.1 } }
  old: [{ allow: [{ acl: team }, { acl: near }] }]
`
  const far = command('status', { address: '192.0.2.1' })
  const cases: [name: string, near: boolean, far: boolean, jane: boolean][] = [
    ['by_name', true, true, false],
    ['short', true, true, false],
    ['listed', false, true, false],
    ['open', false, false, true],
    ['closed', true, true, false],
    ['both', true, false, false],
    ['both_in_map', true, false, false],
    ['old', true, false, false],
    ['all', true, true, true],
    ['none', false, false, false],
    ['nobody_knows', false, false, false],
  ]
  for (const [name, whenNear, whenFar, jane] of cases) {
    const yaml = who(`{access: ${name}}`, rules)
    t.is(decides(yaml, JOHN), whenNear, name)
    t.is(decides(yaml, JOHN, far), whenFar, `${name}, from far`)
    t.is(decides(yaml, JANE), jane, `${name}, jane`)
  }
  t.true(decides(who('{access: [{deny: [team, {ip: 10.0.0.0/8}]}, allow]}', rules), JOHN), 'all of one deny are needed')
})

test('repeated deny lines of a map, which YAML hands over as one, each deny', t => {
  const rules = `
acl: {bad: {user: john@localhost}, worse: {user: jane@example.org}}
access_rules:
  public:
    deny: bad
    deny: worse
    deny:
      ip: 10.0.0.0/8
    allow: all
`
  const yaml = who('{access: public}', rules)
  t.false(decides(yaml, JOHN))
  t.false(decides(yaml, JANE))
  t.false(decides(yaml, ANYBODY, command('status', { address: '10.0.0.1' })))
  t.true(decides(yaml, ANYBODY))
})

test('oauth: one of the scopes, one of the entries', t => {
  const tokenOf = (...scopes: string[]) => token('john@localhost', ...scopes)
  for (const form of [
    '{oauth: {scope: [a, b], user: john@localhost}}',
    '{oauth: {scope: [a, b], access: {allow: {user: john@localhost}}}}',
    '[{oauth: [{scope: a}, {scope: b}, {access: [{allow: [{user: john@localhost}]}]}]}]',
    '{oauth: {scope: [a, b], acl: [none, team]}}',
    '{oauth: [{scope: [a, b]}, team]}',
  ]) {
    const yaml = who(form, 'acl: {team: {user: john@localhost}}')
    t.true(decides(yaml, tokenOf('b', 'c')), form)
    t.false(decides(yaml, tokenOf('c')), form)
    t.false(decides(yaml, tokenOf()), form)
    t.false(decides(yaml, token('jane@example.org', 'a')), form)
    t.false(decides(yaml, JOHN), form)
  }
  t.false(decides(who('{oauth: {scope: a}}'), tokenOf('a')), 'a scope alone names nobody')
})

test('tokens and others never share an entry', t => {
  for (const entry of ['all', '{access: all}', '{user: john@localhost}', '{ip: 127.0.0.1}', '{access: {allow: all}}']) {
    t.false(decides(who(entry), token('john@localhost', 'ejabberd:admin')), entry)
    t.true(decides(who(entry), JOHN), entry)
  }
  const oauth = who('{oauth: {scope: mgmt, access: all}}')
  t.true(decides(oauth, token('john@localhost', 'mgmt')))
  t.false(decides(oauth, key('mgmt')), 'a key has scopes, but it is no token')
})

test('what is remembered of a command holds for that very command only', t => {
  const { permits } = permissionsOf(
    'api_permissions: {x: {from: [mod_http_api, emq], who: all, what: ["[tag:a]", "p:q"]}}',
  )
  const asked = (more: Partial<Call>) => permits(ANYBODY, command('same', { tags: [], ...more }))
  for (let round = 0; round < 2; round++) {
    t.false(asked({}))
    t.true(asked({ tags: ['a'] }))
    t.false(asked({ tags: ['b'] }))
    t.true(asked({ tags: ['b', 'a'] }))
    t.true(asked({ permission: 'p:q' }))
    t.true(asked({ tags: ['a'], face: 'emq' }))
    t.false(asked({ tags: ['a'], face: 'native' }))
  }
})

test('host limits: every domain of the call is this one or below it', t => {
  const call = (...hosts: string[]) => command('status', { hosts: () => hosts })
  const limited = (hosts: string) => `api_permissions: {x: {who: {server: example.org}, what: ["*", ${hosts}]}}`
  const one = limited('{host: Example.ORG}')
  t.true(decides(one, JANE, call('example.org')))
  t.true(decides(one, JANE, call('EXAMPLE.org.', 'conference.example.org')))
  t.false(decides(one, JANE, call('localhost')))
  t.false(decides(one, JANE, call('example.org', 'localhost')))
  t.false(decides(one, JANE, call('badexample.org')))
  t.false(decides(one, JANE, call('example.org.evil.net')))
  t.false(decides(one, JANE, call('')))
  t.false(decides(one, JANE, call()), 'a call that names no domain')
  t.false(decides(one, JANE), 'a call that cannot name one')
  t.true(decides(limited('{host: [localhost, example.org]}'), JANE, call('localhost', 'example.org')))
  t.true(decides(limited('{host: caller}'), JANE, call('example.org')))
  t.false(decides(limited('{host: caller}'), JANE, call('localhost')))
  t.false(decides('api_permissions: {x: {who: all, what: ["*", {host: caller}]}}', ANYBODY, call('example.org')))
  t.false(decides('api_permissions: {x: {who: all, what: {host: example.org}}}', ANYBODY, call('example.org')))
  const throwing = { hosts: () => JSON.parse('{') as string[] }
  t.false(decides(one, JANE, command('status', throwing)))
})

test('domains are asked for only by rules that are limited to some', t => {
  let asked = 0
  const call = command('status', { hosts: () => [`host${++asked}`] })
  decides(
    'api_permissions: {x: {who: none, what: ["*", {host: example.org}]}, y: {who: all, what: status}}',
    JANE,
    call,
  )
  t.is(asked, 0)
  decides('api_permissions: {x: {who: all, what: ["*", {host: example.org}]}}', JANE, call)
  t.is(asked, 1)
})

test('every mistake is refused under its path', t => {
  const refused: [yaml: string, sentence: RegExp][] = [
    ['api_permissions: {x: {what: status}}', /"api_permissions\.x": expected "who"/],
    ['api_permissions: {x: {whoo: all}}', /x\.whoo": expected one of from, who, what, got .*; did you mean "who"\?/],
    ['api_permissions: {x: {who: {usr: a}}}', /x\.who\.usr": .*did you mean "user"\?/],
    ['api_permissions: {x: {who: [{acl: a}, {oauht: {}}]}}', /x\.who\[1\]\.oauht": .*did you mean "oauth"\?/],
    ['api_permissions: {x: {who: {oauth: {scope: a, acces: all}}}}', /oauth\.acces": .*did you mean "access"\?/],
    ['api_permissions: {x: {who: {oauth: {scope: []}}}}', /oauth\.scope": expected a scope/],
    ['api_permissions: {x: {who: {oauth: admin}}}', /who\.oauth": expected a "scope"/],
    ['api_permissions: {x: {who: {shared_group: team}}}', /shared_group": Patchbay has no shared roster groups/],
    ['acl: {x: {shared_group: {team: localhost}}}', /"acl\.x\.shared_group"/],
    ['api_permissions: {x: {from: mod_htp_api}}', /x\.from": .*did you mean "mod_http_api"\?/],
    ['api_permissions: {x: {from: [ejabberd_ctl, {tagg: x}]}}', /from\[1\]\.tagg": .*did you mean "tag"\?/],
    ['api_permissions: {x: {who: all, what: ["[tag:]"]}}', /what\[0\]": expected a command/],
    ['api_permissions: {x: {who: all, what: [[tag:session]]}}', /what\[0\]\[0\]": expected the brackets within quotes/],
    ['api_permissions: {x: {who: all, what: ["*", !stop ]}}', /what\[1\]": expected a name; one that begins with "!"/],
    ['api_permissions: {x: {who: all, what: ["user/get"]}}', /what\[0\]": expected a command/],
    ['api_permissions: {x: {who: all, what: ["*", {hosts: a}]}}', /what\[1\]\.hosts": .*did you mean "host"\?/],
    ['api_permissions: {x: {who: all, what: ["*", {host: "a b"}]}}', /what\[1\]\.host": expected a domain/],
    ['api_permissions: {x: {who: {ip: 10.0.0.0/33}}}', /who\.ip": expected an address/],
    ['api_permissions: {x: {who: {ip: all}}}', /who\.ip": expected an address/],
    ['api_permissions: {x: {who: {ip: [127.0.0.1, localhost]}}}', /who\.ip\[1\]": expected an address/],
    ['acl: {x: {user: "a@b@c"}}', /"acl\.x\.user": expected at most one "@"/],
    ['acl: {x: {user: "john@localhost/home"}}', /"acl\.x\.user": expected a user/],
    ['acl: {x: {user: ""}}', /"acl\.x\.user": expected a user/],
    ['acl: {x: {server: "a b"}}', /"acl\.x\.server": expected a domain/],
    ['acl: {x: {user_regexp: "("}}', /"acl\.x\.user_regexp": expected a regular expression, but there is a "\("/],
    ['acl: {x: {user_regexp: "(?=a)"}}', /only "\(\?:" is understood/],
    ['acl: {x: {user_regexp: "(a)\\\\1"}}', /"\\1" is not understood/],
    ['acl: {x: {node_regexp: "a"}}', /expected a pattern of users and one of domains/],
    ['acl: {all: {user: a}}', /"acl\.all": expected another name/],
    ['acl: {a: {acl: b}, b: {acl: a}}', /"acl\.a": expected no circle.* a → b → a/],
    ['acl: {a: a}', /"acl\.a": expected no circle/],
    ['acl: [admin]', /"acl\[0\]": expected the name of an acl and a colon/],
    ['access_rules: {none: {allow: all}}', /"access_rules\.none": expected another name/],
    ['access_rules: {x: {alow: all}}', /access_rules\.x\.alow": .*did you mean "allow"\?/],
    ['access_rules: {x: [local]}', /access_rules\.x\[0\]": expected one of allow, deny/],
    ['access_rules: {x: {allow: }}', /access_rules\.x\.allow": expected whom/],
    ['access_rules: {x: {allow: {}}}', /access_rules\.x\.allow": expected whom/],
    ['access_rules: {x: {deny: [[]]}}', /access_rules\.x\.deny": expected whom/],
    ['access_rules: {x: }', /access_rules\.x": expected lines/],
    ['access_rules: {x: []}', /access_rules\.x": expected lines/],
    ['access_rules: {x: {allow: {oauth: {scope: a}}}}', /allow\.oauth": expected one of/],
    ['oauth_access: {alow: all}', /"oauth_access\.alow": .*did you mean "allow"\?/],
    ['admins: [admin]', /"admins\[0\]": expected a JID/],
    ['admins: ["admin@localhost/x"]', /"admins\[0\]": expected a JID/],
    ['admin: [a@b]', /unknown option "admin"; did you mean "admins"\?/],
  ]
  for (const [yaml, sentence] of refused) t.regex(refusalOf(yaml), sentence, yaml)
})

test('all mistakes of a block are named at once', t => {
  const refusal = refusalOf('api_permissions: {x: {who: {usr: a}, what: "!!a"}, y: {from: nowhere}}')
  for (const path of ['x.who.usr', 'x.what', 'y.from']) t.true(refusal.includes(`"api_permissions.${path}"`), path)
})

test('a handful of aliases cannot keep the reader busy', t => {
  const levels = Array.from({ length: 40 }, (_, n) => `l${n + 1}: &l${n + 1} [*l${n}, *l${n}]`)
  const began = performance.now()
  t.regex(refusalOf(`l0: &l0 [x]\n${levels.join('\n')}\nacl: {a: *l40}`), /expected at most 100000 values/)
  t.true(performance.now() - began < 5000)
})

test('missing blocks have the documented defaults', t => {
  const blocks = blocksOf('{}')
  t.deepEqual(blocks.api_permissions, [])
  t.deepEqual(blocks.admins, [])
  t.is(blocks.acl.size, 0)
  t.deepEqual(blocksOf('acl:\napi_permissions:\nadmins: Boss@Localhost\n').admins, ['boss@localhost'])
})

test('the examples of the documentation do what it says', t => {
  const page = readFileSync(join(__dirname, '../../../../docs/permissions.md'), 'utf8')
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => permissionsOf(yaml!))
  t.is(examples.length, 6)
  const [support, local, basic, oauth, faces, hosts] = examples
  const session = command('connected_users_number')
  t.true(support!.permits(account('ann@example.org'), session))
  t.false(support!.permits(account('ann@example.org'), command('set_presence', { tags: ['session'] })))
  t.false(support!.permits(account('ann@localhost'), session))
  t.true(local!.permits(ANYBODY, command('registered_users')))
  t.false(local!.permits(ANYBODY, command('stop')))
  t.true(basic!.permits(JOHN, command('stop')))
  t.false(basic!.permits(operator(), command('status')))
  t.true(oauth!.permits(token('john@localhost', 'registered_users'), command('status')))
  t.false(oauth!.permits(JOHN, command('status')))
  t.true(oauth!.oauthAllows('user123@localhost', '127.0.0.1'))
  t.false(oauth!.permits(token('user123@localhost', 'ejabberd:admin'), command('registered_users')))
  const emq = (permission: string) => onFace('emq', { permission })
  t.true(faces!.permits(account('dashboard@localhost'), emq('mqtt-admin:clients.read')))
  t.false(faces!.permits(account('dashboard@localhost'), emq('mqtt-admin:clients.write')))
  t.true(faces!.permits(operator(), emq('mqtt-admin:clients.write')))
  const registered = (host: string) => command('registered_users', { hosts: () => [host] })
  t.true(hosts!.permits(account('admin@example.org'), registered('example.org')))
  t.false(hosts!.permits(account('admin@example.org'), registered('localhost')))
  t.false(hosts!.permits(account('admin@example.org'), command('status')))
})

test('each acl is asked once in a decision, and only when a rule gets that far', t => {
  let asked = 0
  const caller = (jid: string, scope: string): Identity => ({
    ...token(jid, scope),
    get level() {
      asked++
      return undefined as never
    },
  })
  const oauth = '{oauth: {scope: s, acl: admin}}'
  const blocks = blocksOf(
    `api_permissions: {a: {who: ${oauth}, what: "*"}, b: {who: ${oauth}, what: "*"}, c: {who: ${oauth}, what: stats}}`,
  )
  const { permits } = compilePermissions(blocks, { hosts: ['localhost'] })
  t.false(permits(caller('john@localhost', 's'), command('status')))
  t.is(asked, 1)
  t.false(permits(caller('john@localhost', 'other'), command('status')))
  t.is(asked, 1)
  t.false(permits(caller('john@localhost', 's'), command('stats')))
  t.is(asked, 2)
})
