import test from 'ava'
import type { Call, Identity } from 'patchbay'
import {
  ANYBODY,
  account,
  command,
  key,
  onFace,
  operator,
  permissionsOf,
  refusalOf,
  session,
  token,
} from './permissions.js'

const JOHN = account('john@localhost')
const ADMIN = account('admin@localhost')
const ALICE = account('alice@localhost')
/** As in the recording: admin and john are accounts there. */
const ACL = `
acl:
  admin: { user: admin@localhost }
  apicommands: { user: john@localhost }
  loopback: { ip: 127.0.0.0/8 }
`

type Exchange = [name: string, caller: Identity | undefined, call: Call, allowed: boolean]

function replay(title: string, yaml: string, exchanges: Exchange[]): void {
  test(title, t => {
    const permissions = permissionsOf(ACL + yaml)
    for (const [name, caller, call, allowed] of exchanges) {
      t.is(permissions.permits(caller, call), allowed, name)
      t.is(permissions.explain(caller, call).allowed, allowed, `${name}, explained`)
    }
  })
}

// Every block of golden/ejabberd-23.01-permissions-oauth.txt, with its exchanges by name.
replay('recorded: the default', '', [
  ['D1', ANYBODY, command('status'), false],
  ['D2', ADMIN, command('status'), true],
  ['D4', ADMIN, command('stop'), false],
  ['not in the acl', JOHN, command('status'), false],
  ['token', token('admin@localhost', 'ejabberd:admin'), command('status'), true],
  ['token, other scope', token('admin@localhost', 'status'), command('status'), false],
  ['token, not in the acl', token('john@localhost', 'ejabberd:admin'), command('status'), false],
])
replay(
  'recorded: the printed Basic block',
  `
api_permissions:
  "some playing":
    from:
      - ejabberd_ctl
      - mod_http_api
    who:
      acl: apicommands
    what: "*"
`,
  [
    ['B1', ANYBODY, command('registered_users'), false],
    ['B2', JOHN, command('registered_users'), true],
    ['B3', ADMIN, command('registered_users'), false],
    ['the printed command stop is included', JOHN, command('stop'), true],
  ],
)
const OAUTH = `
oauth_access: all
api_permissions:
  "admin access":
    who:
      oauth:
        scope: "ejabberd:admin"
        scope: "registered_users"
        access:
          allow:
            acl: apicommands
`
replay('recorded: the printed OAuth block has no what, so it grants nothing', OAUTH, [
  ['C1', token('john@localhost', 'ejabberd:admin'), command('registered_users'), false],
  ['C2', token('john@localhost', 'registered_users'), command('registered_users'), false],
  ['Basic', ADMIN, command('status'), false],
])
replay('recorded: the OAuth block with what', `${OAUTH}    what: "*"\n`, [
  ['C3', token('john@localhost', 'ejabberd:admin'), command('registered_users'), true],
  ['C5', token('john@localhost', 'registered_users'), command('status'), true],
  ['C6', token('john@localhost', 'status'), command('status'), false],
  ['C7', token('admin@localhost', 'ejabberd:admin'), command('status'), false],
  ['C8', token('john@localhost', 'status', 'ejabberd:admin'), command('status'), true],
  ['C9', token('john@localhost', 'sasl_auth'), command('status'), false],
  ['Basic', JOHN, command('status'), false],
  ['no scope', token('john@localhost'), command('status'), false],
])
replay('recorded: only negations', 'api_permissions: {"neg only": {who: all, what: "!stop"}}', [
  ['E2', ANYBODY, command('status'), false],
  ['E2 for stop', ANYBODY, command('stop'), false],
])
replay(
  'recorded: what one rule leaves out another may grant',
  `
api_permissions:
  "first denies status":
    who: all
    what:
      - "*"
      - "!status"
  "second allows status":
    who: all
    what: status
`,
  [
    ['E3', ANYBODY, command('status'), true],
    ['first rule', ANYBODY, command('registered_users'), true],
  ],
)
replay('recorded: tags', 'api_permissions: {tags: {who: all, what: ["[tag:session]", "!connected_users_info"]}}', [
  ['E4', ANYBODY, command('connected_users_number'), true],
  ['E4b', ANYBODY, command('connected_users_info'), false],
  ['other tag', ANYBODY, command('status'), false],
])
replay('recorded: from ctl only', 'api_permissions: {"from ctl only": {from: ejabberd_ctl, who: all, what: "*"}}', [
  ['E5', ADMIN, command('status'), false],
])
replay('recorded: from tag', 'api_permissions: {"from tag": {from: [{tag: internal-tag}], who: all, what: "*"}}', [
  ['E6', ANYBODY, command('status'), false],
  ['E6b', ANYBODY, command('status', { tag: 'internal-tag' }), true],
  ['other tag', ANYBODY, command('status', { tag: 'internal' }), false],
])
replay(
  'recorded: who is OR, access is first match',
  `
api_permissions:
  "list who is OR":
    who:
      - ip: 10.0.0.0/8
      - acl: apicommands
    what: status
  "map access deny":
    who:
      access:
        deny: apicommands
        allow: all
    what: registered_vhosts
`,
  [
    ['E7', JOHN, command('status'), true],
    ['E7b', ANYBODY, command('status'), false],
    ['E7c', ANYBODY, command('status', { address: '10.1.2.3' }), true],
    ['E8', JOHN, command('registered_vhosts'), false],
    ['E8b', ANYBODY, command('registered_vhosts'), true],
  ],
)
replay(
  'recorded: user and ip',
  `
api_permissions:
  "user direct":
    who:
      user: john@localhost
    what: [status, registered_users]
  "ip exact":
    who:
      ip: 127.0.0.1
    what: connected_users_number
`,
  [
    ['E9', JOHN, command('status'), true],
    ['E9 other', ADMIN, command('status'), false],
    ['E9b', ANYBODY, command('connected_users_number'), true],
    ['E9c', ANYBODY, command('connected_users_number', { address: '127.0.0.2' }), false],
  ],
)
replay(
  'recorded: an unknown command is accepted',
  'api_permissions: {x: {who: all, what: [no_such_command, status]}}',
  [['E12', ANYBODY, command('status'), true]],
)
replay(
  'recorded: who all and ip never match a token',
  'api_permissions: {"ip rule": {who: {ip: 127.0.0.1}, what: connected_users_number}, "all rule": {who: all, what: status}}',
  [
    ['E9g', token('john@localhost', 'status', 'ejabberd:admin'), command('status'), false],
    ['E9h', token('john@localhost', 'ejabberd:admin'), command('connected_users_number'), false],
    ['without a token', ANYBODY, command('status'), true],
  ],
)
replay(
  'recorded: old lists of lists; several in one allow are all needed',
  `
oauth_access: all
oauth_expire: 3600
api_permissions:
  "two":
    who:
      - access:
          - allow:
            - acl: loopback
            - acl: admin
      - oauth:
        - scope: "ejabberd:admin"
        - access:
          - allow:
            - acl: loopback
            - acl: admin
    what:
      - "*"
      - "!stop"
      - "!start"
  "users":
    who:
      oauth:
        scope: [ "ejabberd:user", "get_roster" ]
        access: all
    what: [ get_roster, get_offline_count ]
`,
  [
    ['F2', ANYBODY, command('status'), false],
    ['F2b', ADMIN, command('status'), true],
    ['F2c', ADMIN, command('status', { address: '10.0.0.1' }), false],
    ['F3', token('admin@localhost', 'ejabberd:admin'), command('status'), true],
    ['F3b', token('admin@localhost', 'ejabberd:admin'), command('status', { address: '10.0.0.1' }), false],
    ['F4', token('alice@localhost', 'ejabberd:user'), command('get_roster'), true],
    ['F7', token('alice@localhost', 'ejabberd:user'), command('status'), false],
    ['F8', ALICE, command('get_roster'), false],
    ['F9', token('ghost@localhost', 'ejabberd:admin', 'status'), command('status'), false],
  ],
)

test('recorded: what the real server refuses is refused, under its path', t => {
  t.regex(
    refusalOf('api_permissions: {"bad cmd name": {who: all, what: ["Bad Name!"]}}'),
    /"api_permissions\.bad cmd name\.what\[0\]": expected a command.*, got "Bad Name!"/,
  )
  t.regex(refusalOf('api_permissions: {"double neg": {who: all, what: "!!status"}}'), /double neg\.what": .*one "!"/)
  t.regex(
    refusalOf('api_permissions: {"scope missing": {who: {oauth: {access: {allow: all}}}, what: "*"}}'),
    /"api_permissions\.scope missing\.who\.oauth": expected a "scope"/,
  )
})

/** As ejabberd.yml.example prints it today. */
const EXAMPLE = `
acl:
  local: { user_regexp: "" }
  loopback: { ip: [127.0.0.0/8, ::1/128] }
access_rules:
  local: { allow: local }
  c2s: { deny: blocked, allow: all }
  announce: { allow: admin }
  trusted_network: { allow: loopback }
api_permissions:
  "console commands":
    from: ejabberd_ctl
    who: all
    what: "*"
  "webadmin commands":
    from: ejabberd_web_admin
    who: admin
    what: "*"
  "adhoc commands":
    from: mod_adhoc_api
    who: admin
    what: "*"
  "http access":
    from: mod_http_api
    who:
      access:
        allow:
          - acl: loopback
          - acl: admin
      oauth:
        scope: "ejabberd:admin"
        access:
          allow:
            - acl: loopback
            - acl: admin
    what:
      - "*"
      - "!stop"
      - "!start"
  "public commands":
    who:
      ip: 127.0.0.1/8
    what:
      - status
      - connected_users_number
`
test('the default that ejabberd.yml.example prints', t => {
  const { permits } = permissionsOf(EXAMPLE)
  const far = { address: '192.0.2.1' }
  t.true(permits(ANYBODY, command('status')))
  t.false(permits(ANYBODY, command('status', far)))
  t.false(permits(ANYBODY, command('registered_users')))
  t.true(permits(operator(), command('registered_users')))
  t.true(permits(operator(), command('registered_users', { address: '::1' })))
  t.false(permits(operator(), command('registered_users', far)))
  t.false(permits(operator(), command('stop')))
  t.true(permits(token('admin@localhost', 'ejabberd:admin'), command('registered_users')))
  t.false(permits(token('admin@localhost', 'ejabberd:admin'), command('registered_users', far)))
  t.false(permits(token('john@localhost', 'ejabberd:admin'), command('registered_users')))
})

test('documented: restricted to the local network', t => {
  const { permits } = permissionsOf(`
api_permissions:
  "API used from localhost allows all calls":
    who:
      ip: 127.0.0.1/8
    what:
      - "*"
      - "!stop"
      - "!start"
`)
  t.true(permits(ANYBODY, command('registered_users')))
  t.true(permits(JOHN, command('registered_users')), 'credentials do no harm')
  t.false(permits(ANYBODY, command('stop')))
  t.false(permits(ANYBODY, command('registered_users', { address: '10.0.0.1' })))
  t.false(permits(token('admin@localhost', 'ejabberd:admin'), command('registered_users')))
})

test('each face has its own model until a rule names it', t => {
  const { permits } = permissionsOf('admins: [Boss@LOCALHOST]')
  const undecided = operator('dash', 0)
  const reader = operator('reader', 1)
  const table: [face: string, Partial<Call>, callers: [Identity | undefined, boolean][]][] = [
    [
      'native',
      {},
      [
        [operator(), true],
        [undecided, false],
        [reader, false],
        [ADMIN, false],
        [ANYBODY, false],
      ],
    ],
    [
      'admin_rest',
      {},
      [
        [operator(), true],
        [undecided, false],
        [account('boss@localhost'), true],
        [token('boss@localhost', 'ejabberd:admin'), false],
        [account('x@localhost', 'prosody:admin'), true],
        [account('x@localhost', 'prosody:operator'), true],
        [account('x@localhost', 'prosody:user'), false],
        [{ ...reader, role: 'prosody:admin' }, false],
        [account('admin@localhost'), false],
      ],
    ],
    [
      'admin_rest',
      { hosts: () => ['localhost'] },
      [
        [account('boss@localhost'), true],
        [account('x@localhost', 'prosody:admin'), true],
        [account('x@b.example', 'prosody:admin'), false],
        [account('x@b.example', 'prosody:operator'), true],
      ],
    ],
    [
      'emq',
      {},
      [
        [operator(), true],
        [undecided, true],
        [reader, false],
        [operator('full', 2), false],
        [ADMIN, false],
      ],
    ],
    [
      'vernemq',
      { scope: 'mgmt' },
      [
        [key('mgmt'), true],
        [key('metrics'), false],
        [key(), false],
        [ANYBODY, false],
      ],
    ],
    ['vernemq', {}, [[key('mgmt'), false]]],
    [
      'hermes',
      { level: 0 },
      [
        [ANYBODY, true],
        [undecided, true],
        [session(1), true],
      ],
    ],
    [
      'hermes',
      { level: 2 },
      [
        [session(1), false],
        [session(2), true],
        [reader, false],
        [operator(), true],
      ],
    ],
    [
      'hermes',
      { level: 1 },
      [
        [ANYBODY, false],
        [undecided, false],
        [session(1), true],
      ],
    ],
    [
      'hermes',
      {},
      [
        [session(2), false],
        [session(3), true],
      ],
    ],
    [
      'ejabberd',
      {},
      [
        [operator(), true],
        [undecided, false],
        [ADMIN, false],
        [token('admin@localhost'), false],
      ],
    ],
    [
      'no such face',
      {},
      [
        [operator(), false],
        [ANYBODY, false],
      ],
    ],
    ['constructor', {}, [[operator(), false]]],
  ]
  for (const [face, more, callers] of table) {
    for (const [caller, allowed] of callers) {
      t.is(permits(caller, onFace(face, more)), allowed, `${face} ${JSON.stringify(more)} ${JSON.stringify(caller)}`)
    }
  }
  for (const face of ['native', 'emq', 'vernemq', 'hermes', 'admin_rest', 'ejabberd', 'no such face']) {
    t.true(permits({ kind: 'local', name: 'local' }, onFace(face)), face)
  }
})

test('a rule without from, or with a tag only, never opens another face', t => {
  for (const from of ['', 'from: {tag: x}, ', 'from: mod_http_api, ', 'from: [ejabberd, mod_cron], ']) {
    const { permits } = permissionsOf(`api_permissions: {open: {${from}who: all, what: "*"}}`)
    for (const face of ['native', 'emq', 'vernemq', 'admin_rest']) {
      t.false(permits(ANYBODY, onFace(face, { tag: 'x' })), `${from}${face}`)
      t.false(permits(operator('reader', 1), onFace(face, { tag: 'x' })), `${from}${face}`)
    }
    t.true(permits(operator(), onFace('native')))
    t.true(permits(ANYBODY, command('stop', { tag: 'x' })))
  }
})

test('a rule that names a face replaces what is built in there, and only there', t => {
  const { permits } = permissionsOf(`
api_permissions:
  "reading for dashboards":
    from: [emq, vernemq]
    who: { user: dash@localhost }
    what: ["mqtt-admin:*", "!mqtt-admin:clients.write"]
`)
  const dash = account('dash@localhost')
  t.true(permits(dash, onFace('emq', { permission: 'mqtt-admin:clients.read' })))
  t.true(permits(dash, onFace('vernemq', { permission: 'mqtt-admin:clients.read', scope: 'mgmt' })))
  t.false(permits(dash, onFace('emq', { permission: 'mqtt-admin:clients.write' })))
  t.false(permits(dash, onFace('emq', { permission: 'mqtt-admin2:clients.read' })))
  t.false(permits(operator(), onFace('emq', { permission: 'mqtt-admin:clients.read' })))
  t.false(permits(key('mgmt'), onFace('vernemq', { permission: 'mqtt-admin:clients.read', scope: 'mgmt' })))
  t.true(permits(operator(), onFace('native')))
  t.true(permits(operator(), command('status')), 'nothing was said about ejabberd')
})

test('modules are OR-ed, a tag is needed besides', t => {
  const { permits } = permissionsOf(
    'api_permissions: {x: {from: [emq, mod_http_api, {tag: a}, {tag: b}], who: all, what: "*"}}',
  )
  t.true(permits(ANYBODY, onFace('emq', { tag: 'a' })))
  t.true(permits(ANYBODY, command('status', { tag: 'b' })))
  t.false(permits(ANYBODY, command('status')))
  t.false(permits(ANYBODY, onFace('native', { tag: 'a' })))
})

test('the acl admin is the operators of level 3, until it is configured', t => {
  const rule = 'api_permissions: {x: {who: admin, what: "*"}}'
  t.true(permissionsOf(rule).permits(operator(), command('stop')))
  t.false(permissionsOf(rule).permits(operator('low', 2), command('stop')))
  t.false(permissionsOf(rule).permits(account('admin@localhost'), command('stop')), 'an account of that name')
  const configured = permissionsOf(`{acl: {admin: {user: boss@localhost}}, ${rule}}`)
  t.false(configured.permits(operator(), command('stop')))
  t.true(configured.permits(account('boss@localhost'), command('stop')))
  t.true(configured.permits(operator('boss', 0), command('stop')), 'operators have a JID')
})

test('oauth_access says who may get a token', t => {
  const allows = (yaml: string, jid: string, address = '127.0.0.1') =>
    permissionsOf(ACL + yaml).oauthAllows(jid, address)
  t.true(permissionsOf('{}').oauthAllows('admin@localhost', '127.0.0.1'))
  t.false(permissionsOf('{}').oauthAllows('john@localhost', '127.0.0.1'))
  t.false(permissionsOf('{}').oauthAllows('reader@localhost', '127.0.0.1'))
  t.true(allows('', 'admin@localhost'), 'the configured acl admin')
  t.true(allows('oauth_access: all', 'john@localhost'))
  t.false(allows('oauth_access: none', 'admin@localhost'))
  t.true(allows('oauth_access: apicommands', 'john@localhost'))
  t.false(allows('oauth_access: apicommands', 'admin@localhost'))
  t.false(allows('oauth_access: nobody_knows', 'admin@localhost'))
  const tokens = 'oauth_access: tokens\naccess_rules: {tokens: [{deny: apicommands}, allow]}'
  t.true(allows(tokens, 'x@localhost'))
  t.false(allows(tokens, 'john@localhost'))
  t.false(allows('oauth_access: [{deny: apicommands}, allow]', 'john@localhost'))
  t.true(allows('oauth_access: {allow: [apicommands, loopback]}', 'john@localhost'))
  t.false(allows('oauth_access: {allow: [apicommands, loopback]}', 'john@localhost', '10.0.0.1'))
})
