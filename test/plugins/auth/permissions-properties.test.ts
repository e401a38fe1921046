import test from 'ava'
import fc from 'fast-check'
import type { Call, Identity } from 'patchbay'
import { z } from 'zod'
import { advise } from '../../../plugins/auth/permissions/advise.js'
import type { Blocks } from '../../../plugins/auth/permissions/blocks.js'
import { permissionBlocks } from '../../../plugins/auth/permissions/schema.js'
import { shadows } from '../../../plugins/auth/permissions/shadow.js'
import { HOSTS, permissionsOf } from './permissions.js'

const some = <T>(...values: T[]) => fc.constantFrom(...values)
const lists = <T>(one: fc.Arbitrary<T>, most = 3) => fc.array(one, { minLength: 1, maxLength: most })
const acl = some('all', 'none', 'admin', 'team', 'near', 'unknown')
const item = fc.oneof(
  acl,
  acl.map(acl => ({ acl })),
  some('john@localhost', 'jane').map(user => ({ user })),
  some('127.0.0.0/8', '10.0.0.1').map(ip => ({ ip })),
  some('localhost', 'example.org').map(server => ({ server })),
  some('^j', 'n$', '').map(user_regexp => ({ user_regexp })),
)
const step = fc.tuple(some('allow', 'deny'), lists(item, 2)).map(([decision, items]) => ({ [decision]: items }))
const access = fc.oneof(some('all', 'none', 'ruled', 'unknown'), lists(step))
const scope = some('ejabberd:admin', 'ejabberd:user', 'status')
const oauth = fc
  .tuple(lists(scope, 2), item, access)
  .map(([scope, one, access]) => ({ oauth: [{ scope }, one, { access }] }))
const who = lists(
  fc.oneof(
    item,
    access.map(access => ({ access })),
    oauth,
  ),
)
const name = some('*', 'status', 'stop', 'stats', '[tag:server]', '[tag:session]', 'x:y.read', 'x:*')
const what = lists(
  fc.oneof(
    name,
    name,
    name.map(name => `!${name}`),
    some('localhost', 'caller').map(host => ({ host })),
  ),
  4,
)
const OWN = ['mod_http_api', 'ejabberd_ctl', 'ejabberd']
const from = fc.option(
  lists(
    fc.oneof(
      some(...OWN, 'emq', 'native', 'vernemq', 'hermes', 'admin_rest'),
      some('a', 'b').map(tag => ({ tag })),
    ),
  ),
  { nil: undefined },
)
const rule = fc.record({ from, who, what: fc.option(what, { nil: undefined }) })
const blocks = fc.record({
  acl: fc
    .record({ team: lists(item), near: fc.constant({ ip: '127.0.0.0/8' }) }, { requiredKeys: ['near'] })
    // A team that contains itself is refused.
    .map(({ team, ...rest }) => ({
      ...rest,
      ...(team && { team: team.filter(each => !JSON.stringify(each).includes('team')).concat('none') }),
    })),
  access_rules: fc.record({ ruled: lists(step) }),
  api_permissions: fc
    .array(rule, { maxLength: 4 })
    .map(rules => Object.fromEntries(rules.map((rule, n) => [`rule ${n}`, rule]))),
})

const jid = some('john@localhost', 'jane@example.org', 'admin@localhost', 'x@elsewhere.net')
const identity: fc.Arbitrary<Identity | undefined> = fc.oneof(
  fc.constant(undefined),
  jid.map((jid): Identity => ({ kind: 'account', name: jid, jid })),
  fc
    .tuple(jid, fc.array(scope, { maxLength: 2 }))
    .map(([jid, scopes]): Identity => ({ kind: 'token', name: jid, jid, scopes })),
  some(1 as const, 3 as const, undefined).map(
    (level): Identity => ({ kind: 'operator', name: 'admin', jid: 'admin@localhost', ...(level && { level }) }),
  ),
  some('mgmt', 'metrics').map((scope): Identity => ({ kind: 'key', name: 'k', scopes: [scope] })),
  some(1 as const, 2 as const, 3 as const).map((level): Identity => ({ kind: 'session', name: 's', level })),
)
const FACES = ['ejabberd', 'native', 'emq', 'vernemq', 'hermes', 'admin_rest']
const call: fc.Arbitrary<Call> = fc
  .record({
    face: some(...FACES),
    permission: some('x:y.read', 'x:y.write', 'z:a'),
    command: some('status', 'stop', 'stats', undefined),
    tags: some([], ['server'], ['session', 'server'], undefined),
    level: some(0 as const, 2 as const, undefined),
    scope: some('mgmt', undefined),
    address: some('127.0.0.1', '10.0.0.1', '::1', 'nonsense'),
    tag: some('a', 'b', undefined),
    hosts: some([], ['localhost'], ['a.example.org', 'localhost']),
  })
  .map(({ hosts, ...call }) => ({ ...call, hosts: () => hosts }))

type Configuration = { api_permissions: Record<string, Record<string, unknown>> }

const read = (configuration: unknown): Blocks => permissionBlocks.parse(configuration)
const decides = (configuration: unknown) => permissionsOf(read(configuration))

test('a configuration of the grammar decides every request; explain agrees with permits', t => {
  let allowed = 0
  let denied = 0
  fc.assert(
    fc.property(blocks, lists(fc.tuple(identity, call), 8), (configuration, requests) => {
      const permissions = decides(configuration)
      for (const [identity, call] of requests) {
        const permitted = permissions.permits(identity, call)
        const { allowed: explained, rules, change } = permissions.explain(identity, call)
        t.is(explained, permitted)
        t.is(permissions.permits(identity, call), permitted, 'asked again')
        t.is(
          rules.findIndex(({ allows }) => allows),
          permitted ? rules.length - 1 : -1,
        )
        t.true(rules.every(({ allows, part, because }) => allows === (part === undefined) && because !== ''))
        t.false(permitted && change !== undefined)
        if (permitted) allowed++
        else denied++
      }
      t.true(advise(read(configuration), { hosts: HOSTS, commands: ['status'] }).every(({ text }) => text !== ''))
    }),
    { numRuns: 300 },
  )
  t.log(`${allowed} allowed, ${denied} denied`)
  t.true(allowed > 40 && denied > 40, `${allowed} allowed, ${denied} denied`)
})

test('what is left out never widens access: a "!" entry in a rule', t => {
  fc.assert(
    fc.property(blocks, rule, name, identity, call, (configuration, changed, name, identity, call) => {
      const { api_permissions: rules } = configuration as Configuration
      const before = { ...configuration, api_permissions: { ...rules, changed } }
      const narrower = { ...changed, what: [...(changed.what ?? []), `!${name}`] }
      const after = { ...configuration, api_permissions: { ...rules, changed: narrower } }
      if (decides(after).permits(identity, call)) t.true(decides(before).permits(identity, call))
      else t.pass()
    }),
    { numRuns: 500 },
  )
})

test('what is denied never widens access: a "deny" line in an access rule', t => {
  const place = fc.nat({ max: 3 })
  fc.assert(
    fc.property(
      blocks,
      lists(step),
      item,
      place,
      what,
      identity,
      call,
      (configuration, lines, item, at, what, identity, call) => {
        const withLines = (steps: unknown[]) => {
          const entries = [{ access: steps }, { oauth: [{ scope: ['status', 'ejabberd:admin'] }, { access: steps }] }]
          return { ...configuration, api_permissions: { only: { from: [call.face], who: entries, what } } }
        }
        const before = decides(withLines(lines))
        const after = decides(withLines([...lines.slice(0, at), { deny: item }, ...lines.slice(at)]))
        if (after.permits(identity, call)) t.true(before.permits(identity, call))
        else t.pass()
      },
    ),
    { numRuns: 500 },
  )
})

test('a rule without from never changes a decision on another face', t => {
  fc.assert(
    fc.property(
      blocks,
      rule,
      identity,
      call,
      some(undefined, [{ tag: 'a' }]),
      (configuration, added, identity, call, from) => {
        const { api_permissions: rules } = configuration as Configuration
        const after = { ...configuration, api_permissions: { ...rules, added: { ...added, from } } }
        if (call.face !== 'ejabberd') {
          t.is(decides(after).permits(identity, call), decides(configuration).permits(identity, call))
        } else t.pass()
      },
    ),
    { numRuns: 500 },
  )
})

test('a rule more never takes anything away, once there is one', t => {
  fc.assert(
    fc.property(blocks, rule, rule, identity, call, (configuration, one, another, identity, call) => {
      const { api_permissions: rules } = configuration as Configuration
      // The first rule for a face replaces what is built in there.
      const everywhere = { from: FACES, who: 'none' }
      const before = { ...configuration, api_permissions: { ...rules, everywhere, one } }
      const after = { ...configuration, api_permissions: { ...rules, everywhere, one, another } }
      if (decides(before).permits(identity, call)) t.true(decides(after).permits(identity, call))
      else t.pass()
    }),
    { numRuns: 300 },
  )
})

test('a rule that is said to add nothing adds nothing', t => {
  let shadowed = 0
  fc.assert(
    fc.property(
      blocks,
      rule,
      rule,
      fc.boolean(),
      lists(fc.tuple(identity, call), 8),
      (configuration, one, other, alike, requests) => {
        // Two random rules seldom have anything to do with each other.
        const fewer = { ...one, who: one.who.slice(0, 1), what: [...(one.what ?? []).slice(0, 2), '!stats'] }
        const later = alike ? { ...fewer, from: other.from ?? one.from } : { ...other, who: one.who }
        const alone = (rule: unknown) => ({
          ...configuration,
          api_permissions: { nowhere: { from: FACES, who: 'none' }, rule },
        })
        const earlier = read(alone(one))
        const added = read(alone(later))
        if (!shadows(earlier.api_permissions[1]!, added.api_permissions[1]!)) return
        shadowed++
        const [before, after] = [permissionsOf(earlier), permissionsOf(added)]
        for (const [identity, call] of requests) {
          if (after.permits(identity, call)) t.true(before.permits(identity, call), JSON.stringify([one, later]))
        }
      },
    ),
    { numRuns: 2000 },
  )
  t.log(`${shadowed} of 2,000`)
  t.true(shadowed > 20, `${shadowed}`)
})

test('anything at all is either refused with a path or decides without throwing', t => {
  const names = ['acl', 'access_rules', 'api_permissions', 'oauth_access', 'admins']
  const words = [
    'who',
    'what',
    'from',
    'oauth',
    'scope',
    'access',
    'allow',
    'deny',
    'user',
    'ip',
    'tag',
    'host',
    'user_regexp',
    '*',
    'all',
  ]
  const text = fc.oneof(some(...words), fc.string({ maxLength: 6 }), fc.constant('__proto__'))
  const anything = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'medium' },
      text,
      some<unknown>(null, 0, true),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    ),
  })).value
  const configuration = fc.dictionary(
    some(...names),
    fc.oneof(anything, fc.dictionary(text, fc.dictionary(text, anything, { maxKeys: 3 }), { maxKeys: 2 })),
  )
  let refused = 0
  let read = 0
  fc.assert(
    fc.property(configuration, identity, call, (configuration, identity, call) => {
      const outcome = permissionBlocks.safeParse(configuration)
      if (outcome.success) {
        read++
        const permissions = permissionsOf(outcome.data)
        t.is(permissions.explain(identity, call).allowed, permissions.permits(identity, call))
        t.is(typeof permissions.oauthAllows('john@localhost', call.address), 'boolean')
        advise(outcome.data, { hosts: HOSTS, commands: [] })
      } else {
        refused++
        for (const issue of outcome.error.issues)
          t.true(names.includes(String(issue.path[0])), z.prettifyError(outcome.error))
      }
    }),
    { numRuns: 1000 },
  )
  t.log(`${refused} refused, ${read} read`)
  t.true(refused > 40 && read > 40, `${refused} refused, ${read} read`)
})
