import test from 'ava'
import { advise } from '../../../plugins/auth/permissions/advise.js'
import { blocksOf, HOSTS } from './permissions.js'

const COMMANDS = ['status', 'stop', 'stats', 'registered_users']
const ACL = 'acl: {apicommands: {user: john@localhost}, loopback: {ip: [127.0.0.0/8, "::1"]}}\n'

const advice = (yaml: string, commands: readonly string[] = COMMANDS) =>
  advise(blocksOf(ACL + yaml), { hosts: HOSTS, commands })
const warnings = (yaml: string, commands?: readonly string[]) =>
  advice(yaml, commands).flatMap(({ level, path, text }) => (level === 'warning' ? [`${path}: ${text}`] : []))
const notes = (yaml: string) => advice(yaml).flatMap(({ level, text }) => (level === 'note' ? [text] : []))
const rule = (text: string) => `api_permissions: {x: {${text}}}`

test('each rule is put into words', t => {
  const replacing = "; it replaces the built-in rule of ejabberd's HTTP API"
  const words: [text: string, note: string][] = [
    [
      'who: {acl: apicommands}, what: ["*", "!stop"]',
      `grants every command but stop to acl "apicommands" (user: john@localhost), over ejabberd's HTTP API${replacing}`,
    ],
    ['who: all', `grants nothing${replacing}`],
    ['from: ejabberd_ctl, who: all, what: "*"', `grants nothing here, since it is about ejabberd_ctl${replacing}`],
    [
      'from: [emq, {tag: inside}], who: {server: localhost}, what: ["mqtt-admin:*", {host: caller}]',
      "grants everything of mqtt-admin to every user of localhost, over EMQ's API, through listeners with the tag inside, " +
        "in calls about the caller's own domain and what is below; it replaces the built-in rule of EMQ's API",
    ],
    [
      'who: [admin, {oauth: {scope: ["ejabberd:admin", stats], acl: admin}}], what: [status, "[tag:muc]"]',
      'grants status and the commands with the tag muc to acl "admin" (the administrators among the operators), and to ' +
        'tokens with the scope ejabberd:admin or stats of acl "admin" (the administrators among the operators), ' +
        `over ejabberd's HTTP API${replacing}`,
    ],
    [
      'who: {access: {allow: [loopback, apicommands]}}, what: status',
      'grants status to those who are all of this at once: acl "loopback" (ip: 127.0.0.0/8 and ip: "::1") + ' +
        `acl "apicommands" (user: john@localhost), over ejabberd's HTTP API${replacing}`,
    ],
  ]
  for (const [text, note] of words) t.deepEqual(notes(rule(text)), [note])
  const two = notes('api_permissions: {a: {who: all, what: status}, b: {who: all, what: stats}}')
  t.deepEqual(
    two.map(note => note.includes('replaces')),
    [true, false],
  )
})

test('what the author may not have meant', t => {
  const cases: [text: string, warning: string][] = [
    [
      'who: {oauth: {scope: "ejabberd:admin", access: {allow: {acl: apicommands}}}}',
      'api_permissions.x: has no "what", so it grants nothing; all commands are `what: "*"`',
    ],
    ['', 'api_permissions.x: has no "what", so it grants nothing; all commands are `what: "*"`'],
    [
      'who: admin, what: "!stop"',
      'api_permissions.x.what: only leaves out ("!stop"), so it grants nothing; add "*" for all the others',
    ],
    ['who: admin, what: ["*", "!*"]', 'api_permissions.x.what: "!*" takes everything away, so it grants nothing'],
    ['who: admin, what: {host: localhost}', 'api_permissions.x.what: names no command, so it grants nothing'],
    [
      'who: admin, what: ["*", "!start"]',
      'api_permissions.x.what: "!start" leaves nothing out: there is no command of that name',
    ],
    [
      'who: admin, what: [status, statsu]',
      'api_permissions.x.what: statsu grants nothing: there is no command of that name',
    ],
    [
      'who: {oauth: {scope: [custom, status], user: john@localhost}}, what: status',
      'api_permissions.x.who: no token can have the scope "custom": scopes are ejabberd:admin, ejabberd:user, sasl_auth and commands',
    ],
    [
      'who: {oauth: {scope: status}}, what: status',
      'api_permissions.x.who: "oauth" names a scope but no users, so it matches no token',
    ],
    ['who: apicomands, what: status', 'api_permissions.x.who: acl "apicomands" is not defined, so it has nobody'],
    [
      'who: {access: local}, what: status',
      'api_permissions.x.who: access rule "local" is not defined, so it allows nobody',
    ],
    [
      'who: {user: a@b.net}, what: status',
      'api_permissions.x.who: "user: a@b.net" is nobody, since b.net is not among the hosts that are served',
    ],
    [
      'who: {resource: x}, what: status',
      'api_permissions.x.who: "resource" never matches, since nobody calls with one',
    ],
    ['who: [], what: status', 'api_permissions.x.who: is empty, so it is nobody'],
    [
      'who: {access: {allow: [loopback, admin]}}, what: status',
      'api_permissions.x.who: "allow: [loopback, admin]" asks for all 2 at once, not for one of them; for either of them, write a line for each in a list',
    ],
    [
      'who: {access: {allow: {user: [a@localhost, b@localhost]}}}, what: status',
      'api_permissions.x.who: "allow: [user: a@localhost, user: b@localhost]" asks for all of them at once, and nobody is several users; give each a line',
    ],
    [
      'who: {access: {deny: [apicommands, loopback], allow: admin}}, what: status',
      'api_permissions.x.who: "deny: [apicommands, loopback]" denies each of them by itself, as repeated "deny" lines do',
    ],
    [
      'who: {ip: 10.0.0.0/8}, what: ["*", "!stop"]',
      'api_permissions.x.who: opens every command but stop to anybody from 10.0.0.0/8, without a password',
    ],
    [
      'who: [admin, loopback], what: "*"',
      'api_permissions.x.who: opens every command to acl "loopback" (ip: 127.0.0.0/8 and ip: "::1"), without a password',
    ],
    ['who: {access: all}, what: "*"', 'api_permissions.x.who: opens every command to anybody, without a password'],
    [
      'from: ejabberd_ctl, who: all, what: "*"',
      'api_permissions.x.from: is about ejabberd_ctl only, and Patchbay never asks for these; the control socket may do everything anyway',
    ],
  ]
  for (const [text, warning] of cases) t.deepEqual(warnings(rule(text)), [warning], text)
})

test('what is as it should be is not warned of', t => {
  for (const text of [
    'who: admin, what: ["*", "!stop"]',
    'who: {access: {allow: admin}}, what: "*"',
    'who: {access: [{deny: apicommands}, allow]}, what: status',
    'who: {ip: 10.0.0.0/8}, what: [status, stats]',
    'who: {access: {allow: [{ip: 10.0.0.0/8}]}}, what: status',
    'who: {oauth: {scope: ["ejabberd:user", stats], access: all}}, what: status',
    'from: emq, who: all, what: ["mqtt-admin:*", "!sessions"]',
    'from: [ejabberd_ctl, mod_http_api], who: {acl: apicommands}, what: "*"',
  ]) {
    t.deepEqual(warnings(rule(text)), [], text)
  }
  t.deepEqual(
    warnings(rule('who: {oauth: {scope: custom, acl: admin}}, what: [nonsense]'), []),
    [],
    'commands not known yet',
  )
})

test('rules that can never add anything', t => {
  const pairs: [earlier: string, later: string, shadowed: boolean][] = [
    ['who: admin, what: "*"', 'who: admin, what: status', true],
    ['who: admin, what: "*"', 'who: admin, what: "*"', true],
    ['who: [apicommands, admin], what: [status, stats]', 'who: admin, what: stats', true],
    ['who: all, what: status', 'who: {user: john@localhost}, what: status', true],
    ['who: all, what: ["*", "!stop"]', 'who: all, what: status', true],
    ['who: all, what: ["*", "!stop"]', 'who: all, what: ["*", "!stop", "!stats"]', true],
    ['who: all, what: ["*", "!stop"]', 'who: all, what: stop', false],
    ['who: all, what: ["*", "!stop"]', 'who: all, what: "*"', false],
    ['who: all, what: ["*", "!stop"]', 'who: all, what: "[tag:server]"', false],
    ['who: admin, what: "*"', 'who: all, what: status', false],
    ['who: all, what: "*"', 'who: {oauth: {scope: status, access: all}}, what: status', false],
    [
      'who: {oauth: {scope: [status, stats], access: all}}, what: "*"',
      'who: {oauth: {scope: status, access: all}}, what: "*"',
      true,
    ],
    ['from: {tag: a}, who: all, what: "*"', 'who: all, what: status', false],
    ['who: all, what: "*"', 'from: {tag: a}, who: all, what: status', true],
    ['who: all, what: "*"', 'from: [mod_http_api, emq], who: all, what: status', false],
    ['who: all, what: ["*", {host: localhost}]', 'who: all, what: status', false],
    ['who: all, what: "*"', 'who: all, what: [status, {host: localhost}]', true],
    ['who: all', 'who: all, what: status', false],
  ]
  for (const [earlier, later, shadowed] of pairs) {
    const found = warnings(`api_permissions: {a: {${earlier}}, b: {${later}}}`)
    t.is(
      found.includes('api_permissions.b: adds nothing: rule "a" allows all of it already'),
      shadowed,
      `${earlier} | ${later}`,
    )
  }
})

test('oauth_access is read too', t => {
  t.deepEqual(warnings('oauth_access: {allow: [loopback, apicommands]}').length, 1)
  t.deepEqual(warnings('oauth_access: all'), [])
})
