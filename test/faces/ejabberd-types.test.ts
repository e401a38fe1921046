import test from 'ava'
import { ArgumentError, decodeArguments } from '../../kernel/http/faces/ejabberd-arguments.js'
import { versionNamed } from '../../kernel/http/faces/ejabberd-releases.js'
import { encodeResult } from '../../kernel/http/faces/ejabberd-result.js'
import { type Argument, type Named, namedInWords, type ResultType } from '../../kernel/http/faces/ejabberd-types.js'

const text = (name: string): Named => ({ name, type: 'binary' })
const OPTIONS: Argument = {
  name: 'options',
  type: { list: { name: 'option', type: { tuple: [text('name'), text('value')] } } },
}
const USERS: Argument = {
  name: 'users',
  type: { list: { name: 'user', type: { tuple: [text('jid'), text('nick')] } } },
}
const decode = (known: readonly Argument[], given: object, version?: number, texts = false) =>
  decodeArguments(known, { entries: Object.entries(given), texts }, version)

test('arguments follow the API version', t => {
  const known: Argument[] = [
    { ...text('group'), until: 0 },
    { name: 'groups', type: { list: text('group') }, since: 1 },
  ]
  t.deepEqual(decode(known, { group: 'a;b' }), { group: 'a;b' })
  t.deepEqual(decode(known, { groups: ['a', 'b'] }, 1), { groups: ['a', 'b'] })
  t.deepEqual(decode(known, {}, 3), { groups: [] })
  for (const [given, version, message] of [
    [{ groups: [] }, 0, 'Request have missing argument: group'],
    [{ group: 'a' }, 1, 'Request have unknown arguments: [group]'],
    [{ groups: 'a' }, 1, 'Arg <<97>> is not in format {list,{group,binary}}'],
    [{ groups: ['a', 5] }, 1, 'Arg 5 is not in format binary'],
  ] as const) {
    t.throws(() => decode(known, given, version), { instanceOf: ArgumentError, message })
  }
})

test('an argument that was renamed reaches its command under one name', t => {
  const known: Argument[] = [
    { ...text('name'), as: 'room', until: 2 },
    { ...text('room'), formerly: ['name'], since: 3 },
  ]
  t.deepEqual(decode(known, { name: 'r' }), { room: 'r' })
  t.deepEqual(decode(known, { room: 'r' }, 3), { room: 'r' })
  t.deepEqual(decode(known, { name: 'r' }, 3), { room: 'r' })
  t.throws(() => decode(known, { room: 'r' }), { message: 'Request have missing argument: name' })
  t.throws(() => decode(known, { name: 'r', room: 'q' }, 3), { message: 'Request have duplicate argument: room' })
})

test('lists of tuples are taken as objects, as pairs, and as one object', t => {
  const wanted = { options: [{ name: 'title', value: 'T' }] }
  t.deepEqual(decode([OPTIONS], { options: [{ name: 'title', value: 'T' }] }), wanted)
  t.deepEqual(decode([OPTIONS], { options: [{ value: 'T', name: 'title', more: 1 }] }), wanted)
  t.deepEqual(decode([OPTIONS], { options: [{ title: 'T' }] }), wanted)
  t.deepEqual(decode([OPTIONS], { options: { title: 'T' } }), wanted)
  t.deepEqual(decode([OPTIONS], { options: [{ name: 'title' }] }), { options: [{ name: 'title', value: '' }] })
  t.deepEqual(decode([OPTIONS], {}), { options: [] })
  t.deepEqual(decode([USERS], { users: [{ jid: 'a@b', nick: 'A' }] }), { users: [{ jid: 'a@b', nick: 'A' }] })
  const proto = JSON.parse('{"options":{"__proto__":"x"}}') as object
  t.deepEqual(decode([OPTIONS], proto), { options: [{ name: '__proto__', value: 'x' }] })
  for (const [given, message] of [
    [
      { options: 'title' },
      'Arg <<116,105,116,108,101>> is not in format {list,{option,{tuple,[{name,binary},{value,binary}]}}}',
    ],
    [{ options: [5] }, 'Arg 5 is not in format {tuple,[{name,binary},{value,binary}]}'],
    [{ options: [{ name: 'title', value: 1 }] }, 'Arg 1 is not in format binary'],
    [{ options: { title: null } }, 'Arg null is not in format binary'],
  ] as const) {
    t.throws(() => decode([OPTIONS], given), { instanceOf: ArgumentError, message })
  }
  t.throws(() => decode([USERS], { users: { a: 'b' } }), {
    message: 'Arg {[{<<97>>,<<98>>}]} is not in format {list,{user,{tuple,[{jid,binary},{nick,binary}]}}}',
  })
})

test('what is of another type is shown as Erlang prints it', t => {
  const known: Argument[] = [{ name: 'num', type: 'integer' }]
  for (const [num, shown] of [
    [{ a: [] }, '{[{<<97>>,[]}]}'],
    [[1, {}, [], 'é', 1e30, -2, false, 0.1], '[1,{[]},[],<<195,169>>,1.0e30,-2,false,0.1]'],
    [1e-7, '1.0e-7'],
    [null, 'null'],
  ] as const) {
    t.throws(() => decode(known, { num }), { message: `Arg ${shown} is not in format integer` })
  }
  t.throws(() => decode([], { 'a-b': 1, zzz: 2, Zz: 3, '': 4, "it's": 5 }), {
    message: "Request have unknown arguments: ['a-b',zzz,'Zz','','it\\'s']",
  })
})

test('integers are whole numbers, in a query also as text', t => {
  const known: Argument[] = [{ name: 'days', type: 'integer' }]
  t.deepEqual(decode(known, { days: 31 }), { days: 31 })
  t.deepEqual(decode(known, { days: '-7' }, 0, true), { days: -7 })
  for (const days of ['31', 1.5, 2 ** 60, null, true, [], {}]) {
    t.throws(() => decode(known, { days }), { instanceOf: ArgumentError, message: /is not in format integer$/ })
  }
  for (const days of ['', ' 1', '0x10', '1e3', '1.0', '9'.repeat(16)]) {
    t.throws(() => decode(known, { days }, 0, true), { instanceOf: ArgumentError })
  }
})

const PAIR = { name: 'stat', type: 'integer' } as const
const ROWS: Named = { name: 'rows', type: { list: { name: 'row', type: { tuple: [text('a'), PAIR] } } } }
const MODULES: Named = {
  name: 'modules',
  type: { list: { name: 'module', type: { tuple: [{ name: 'name', type: 'atom' }, text('summary')] } } },
}
const ENCODED: [ResultType, value: unknown, v0: unknown, v1: unknown, v3?: unknown][] = [
  [{ name: 'res', type: 'rescode' }, true, 0, 0],
  [{ name: 'res', type: 'rescode' }, false, 1, 1],
  [{ name: 'res', type: 'restuple' }, 'done', 'done', 'done'],
  [PAIR, 6, { stat: 6 }, 6],
  [{ name: 'level', type: 'atom' }, 'info', { level: 'info' }, 'info'],
  [{ name: 'res', type: 'string' }, '', { res: '' }, ''],
  [{ name: 'all', type: { list: text('each') } }, ['b', 'a'], ['b', 'a'], ['b', 'a'], ['a', 'b']],
  [ROWS, [{ stat: 1, a: 'x', more: 2 }], [{ a: 'x', stat: 1 }], [{ a: 'x', stat: 1 }]],
  [ROWS, [], [], []],
  [MODULES, [{ name: 'auth', summary: 's' }], { auth: 's' }, { auth: 's' }],
  [MODULES, [], {}, {}],
  [{ name: 'options', type: OPTIONS.type }, [{ name: 'title', value: 'T' }], { title: 'T' }, { title: 'T' }],
  [
    { name: 'last', type: { tuple: [text('a'), text('b')] } },
    { b: '2', a: '1' },
    { a: '1', b: '2' },
    { a: '1', b: '2' },
  ],
  [
    [
      [0, PAIR],
      [2, { name: 'res', type: 'restuple' }],
    ],
    1,
    { stat: 1 },
    1,
  ],
]

test('results are encoded by their type and the API version', t => {
  for (const [type, value, v0, v1, v3 = v1] of ENCODED) {
    const written = (version: number) => JSON.stringify(encodeResult(type, value, version))
    t.is(written(0), JSON.stringify(v0))
    t.is(written(1), JSON.stringify(v1))
    t.is(written(3), JSON.stringify(v3))
    t.is(written(99), written(3))
  }
})

test('types in the words of the registry', t => {
  t.is(namedInWords(MODULES), 'modules: list<module: (name: atom, summary: binary)>')
  t.is(namedInWords(USERS), 'users: list<user: (jid: binary, nick: binary)>')
})

test('default_version is a version, a release or the latest', t => {
  for (const [given, version] of [
    [0, 0],
    ['3', 3],
    ['latest', 3],
    ['23.10', 0],
    [23.1, 0],
    ['24.02', 1],
    [24.02, 1],
    ['24.06', 2],
    ['24.07-1', 2],
    ['24.10', 2],
    [24.1, 2],
    ['24.12', 3],
    [25.03, 3],
    ['26.07', 3],
  ] as const) {
    t.is(versionNamed(given), version, String(given))
  }
  for (const given of [4, -1, 0.5, Number.NaN, '', 'newest', '24', 'v1', '24.06\n'])
    t.is(versionNamed(given), undefined, String(given))
})
