import test from 'ava'
import fc from 'fast-check'
import { ArgumentError, decodeArguments } from '../../kernel/http/faces/ejabberd-arguments.js'
import type { Argument, Named, ValueType } from '../../kernel/http/faces/ejabberd-types.js'
import { asAdmin, openHouse, type TestHouse } from './house.js'

let house: TestHouse
test.before(async () => {
  house = await openHouse({
    start: ['xmpp-server', 'xmpp-admin'],
    plugins: { 'xmpp-server': { port: 0, tls_port: 0, scram_iterations: 4096 } },
  })
  await post('register', '{"user":"alice","host":"localhost","password":"x"}')
})
test.after.always(() => house?.close())

async function post(command: string, body: string | Buffer): Promise<[status: number, body: string]> {
  const answer = await house.ask(asAdmin({ method: 'POST', path: `/api/${command}`, body }))
  return [answer.status, answer.body]
}

const deep = (open: string, close: string, levels = 100_000) => open.repeat(levels) + close.repeat(levels)
const ALICE = '"user":"alice","host":"localhost"'

test('JSON that is deep, twice said or inherited is refused or harmless', async t => {
  for (const [command, body, status, said] of [
    ['check_account', deep('[', ']'), 400, 'missing argument: user'],
    ['check_account', `{"user":${deep('[', ']')},"host":"localhost"}`, 400, 'is not in format binary'],
    [
      'check_account',
      `{"user":${deep('{"a":', '}').replace(':}', ':1}')},"host":"localhost"}`,
      400,
      'is not in format binary',
    ],
    [
      'set_vcard2_multi',
      `{${ALICE},"name":"ORG","subname":"ORGUNIT","contents":${deep('[', ']')}}`,
      400,
      'is not in format binary',
    ],
    ['check_account', `{"user":"ghost",${ALICE}}`, 400, 'Request have duplicate argument: user'],
    ['check_account', `{"\\u0075ser":"ghost",${ALICE}}`, 400, 'Request have duplicate argument: user'],
    ['check_account', `{${ALICE},"zz":{"user":1,"a":"\\":{"},"zz":[{"b":1}]}`, 400, 'unknown arguments: [zz,zz]'],
    ['check_account', `{${ALICE},"__proto__":{"user":"x"}}`, 400, "unknown arguments: ['__proto__']"],
    ['check_account', `{${ALICE},"constructor":1,"toString":2}`, 400, 'unknown arguments: [constructor,toString]'],
    ['resource_num', `{${ALICE},"num":1e400}`, 400, 'is not in format integer'],
    ['resource_num', `{${ALICE},"num":-9007199254740991}`, 500, 'internal_error'],
    ['resource_num', `{${ALICE},"num":0}`, 500, 'internal_error'],
    ['resource_num', `{${ALICE},"num":1.5}`, 400, 'is not in format integer'],
    ['stats', '{"name":"__proto__"}', 500, 'internal_error'],
    ['stats_host', '{"name":"constructor","host":"localhost"}', 500, 'internal_error'],
    ['set_loglevel', '{"loglevel":"__proto__"}', 400, "Invalid 'loglevel'"],
    ['check_account', '{"user":"\\ud83d","host":"localhost"}', 200, '1'],
  ] as const) {
    const [got, text] = await post(command, body)
    t.is(got, status, `${command} ${body.slice(0, 80)}: ${text.slice(0, 200)}`)
    t.true(text.includes(said), text.slice(0, 200))
    t.true(text.length < 6000)
  }
  t.deepEqual(await post('check_account', Buffer.from(`{"user":"ali\xffce","host":"localhost"}`, 'latin1')), [
    400,
    '"400 Bad Request"',
  ])
})

test('patterns that would take for ever elsewhere are answered at once', async t => {
  const users = `${'*a'.repeat(400)}b@*`
  await post('add_rosteritem', JSON.stringify({ ...contact, user: 'a'.repeat(900) }))
  const started = performance.now()
  const filters = { action: 'list', subs: 'any', asks: 'any', users: 'any', contacts: users }
  t.is((await post('process_rosteritems', JSON.stringify(filters)))[0], 200)
  t.true(performance.now() - started < 2000)
})

const contact = {
  localuser: 'alice',
  localhost: 'localhost',
  user: 'b',
  host: 'localhost',
  nick: '',
  group: '',
  subs: 'both',
}

test('what XML cannot carry gets into no roster, vCard, ban or message', async t => {
  for (const character of ['\0', '\u0001', '\u001f', '\ufffe', '\ud800']) {
    for (const [command, given] of [
      ['add_rosteritem', { ...contact, nick: character }],
      ['add_rosteritem', { ...contact, group: `a;${character}` }],
      ['add_rosteritem', { ...contact, subs: character }],
      ['set_nickname', { user: 'alice', host: 'localhost', nickname: character }],
      ['ban_account', { user: 'alice', host: 'localhost', reason: character }],
      ['kick_session', { user: 'alice', host: 'localhost', resource: 'r', reason: character }],
      ['send_message', { type: 'chat', from: 'a@localhost', to: 'alice@localhost', subject: '', body: character }],
      [
        'send_stanza',
        { from: 'a@localhost', to: 'alice@localhost', stanza: `<message><body>${character}</body></message>` },
      ],
      ['private_set', { user: 'alice', host: 'localhost', element: `<x xmlns='urn:x'>${character}</x>` }],
    ] as const) {
      const [status, body] = await post(command, JSON.stringify(given))
      t.true(status === 400 || body === '1', `${command} ${JSON.stringify(given)}: ${status} ${body}`)
    }
  }
  t.is((await post('check_password', `{${ALICE},"password":"x"}`))[1], '0')
})

const name = fc.constantFrom('a', 'b', '__proto__', 'name', 'value')
const { type } = fc.letrec<{ type: ValueType; named: Named }>(tie => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<ValueType>('binary', 'string', 'integer'),
    fc.record({ list: tie('named') }),
    fc.record({ tuple: fc.uniqueArray(tie('named'), { selector: each => each.name, minLength: 1, maxLength: 3 }) }),
  ),
  named: fc.record({ name, type: tie('type') }),
}))

test('whatever is given for whatever type is decoded or refused with a sentence', t => {
  const known = fc.uniqueArray(fc.record({ name, type }) as fc.Arbitrary<Argument>, { selector: each => each.name })
  const given = fc.array(fc.tuple(name, fc.jsonValue()), { maxLength: 4 })
  fc.assert(
    fc.property(known, given, fc.boolean(), (known, entries, texts) => {
      try {
        const decoded = decodeArguments(known, { entries, texts })
        t.is(Object.getPrototypeOf(decoded), Object.prototype)
      } catch (thrown) {
        t.true(thrown instanceof ArgumentError)
      }
    }),
    { numRuns: 500 },
  )
})
