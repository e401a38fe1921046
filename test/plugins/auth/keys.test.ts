import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Store } from '../../../kernel/store/store.js'
import { masked } from '../../../plugins/auth/keys/api-keys.js'
import { isAllowedExpiry, parseExpiry, showExpiry } from '../../../plugins/auth/keys/expiry.js'
import type { ApiKey } from '../../../plugins/auth/keys/kept.js'
import { seal, unseal } from '../../../plugins/auth/keys/sealed.js'
import { basic } from '../../faces/exchange.js'
import { type Bench, openBench, openStore } from './bench.js'

async function withBench(options: Parameters<typeof openBench>[0], act: (bench: Bench) => Promise<void>) {
  const bench = await openBench(options)
  try {
    await act(bench)
  } finally {
    await bench.close()
  }
}

const SHOW = '/api/v1/plugin/show'
const opens = async (bench: Bench, key: string) =>
  (await bench.ask({ path: SHOW, headers: { Authorization: basic(key, 'ignored') } })).status === 200

const LATER = '2099-01-02T03:04:05'
const usage = (words: string, what: string) => ({
  alert: [{ text: `vmq-admin ${words} key=<API Key>\n\n  ${what} API Key.\n\n`, type: 'text' }],
  type: 'alert',
})
const text = (said: string) => ({ text: said, type: 'text' })
const OK = text('ok')

// contracts/mqtt.md §2.4, as since 1.13, in this order
const TABLE: [words: string, answer: object][] = [
  ['api-key/add?key=mykey', OK],
  ['api-key/add?key=mykey', text('{error,key_already_exists}')],
  ['api-key/add?key=mykey&scope=mgmt', text('{error,key_already_exists}')],
  ['api-key/add?scope=metrics&key=mykey', OK],
  [`api-key/add?expires=${LATER}&key=other&scope=status`, OK],
  ['api-key/add/key=inpath', OK],
  ...['health', 'api2', 'httppub'].map(scope => [`api-key/add?key=inpath&scope=${scope}`, OK] as [string, object]),
  ['api-key/add?key=x&scope=nope', text('{error,invalid_scope}')],
  ['api-key/add?key=x&scope=__proto__', text('{error,invalid_scope}')],
  ['api-key/add?key=x&scope=constructor', text('{error,invalid_scope}')],
  ...['2001-01-01T00:00:00', '2099-02-30T00:00:00', '2099-01-01', '2099-01-01T24:00:00', 'soon', '1'].map(
    expires => [`api-key/add?key=x&expires=${expires}`, text('{error,invalid_expiry_date}')] as [string, object],
  ),
  [`api-key/add?key=${'x'.repeat(257)}`, text('{error,invalid_key_length}')],
  ['api-key/add?key=a%00b', text('{error,invalid_key_length}')],
  ['api-key/add', usage('api-key add', 'Adds an')],
  ['api-key/delete', usage('api-key delete', 'Deletes an existing')],
  [
    'api-key/show',
    {
      table: [
        ...['api2', 'health', 'httppub', 'mgmt'].map(Scope => ({
          Key: 'inpath',
          Scope,
          'Expires (UTC)': 'never',
          'has expired': false,
        })),
        { Key: 'mykey', Scope: 'metrics', 'Expires (UTC)': 'never', 'has expired': false },
        { Key: 'mykey', Scope: 'mgmt', 'Expires (UTC)': 'never', 'has expired': false },
      ],
      type: 'table',
    },
  ],
  ['api-key/show?scope=nope', text('{error,invalid_scope}')],
  ['api-key/delete?key=nope', text('{error,key_not_found}')],
  ['api-key/delete?key=__proto__', text('{error,key_not_found}')],
  ['api-key/delete?key=mykey&scope=status', text('{error,key_not_found}')],
  ['api-key/delete?key=mykey&scope=nope', text('{error,invalid_scope}')],
  ['api-key/delete?key=other', text('{error,key_not_found}')],
  ['api-key/delete?scope=status&key=other', OK],
  ['api-key/delete?key=mykey', OK],
  ['api-key/delete?key=mykey', text('{error,key_not_found}')],
  [
    'api-key/show?scope=metrics',
    { table: [{ Key: 'mykey', Scope: 'metrics', 'Expires (UTC)': 'never', 'has expired': false }], type: 'table' },
  ],
]

test.serial('api-key add, show and delete, row by row', async t => {
  await withBench({}, async bench => {
    for (const [words, answer] of TABLE) {
      const said = (await bench.vmq(words)) as { table?: { Key: string }[] }
      if (words === 'api-key/show') said.table = said.table!.filter(({ Key }) => Key !== 'other')
      t.deepEqual(said, answer as never, words)
    }
  })
})

test.serial('api-key create makes a key of 32 letters and digits that opens the face', async t => {
  await withBench({}, async bench => {
    const { text: key = '' } = await bench.vmq('api-key/create')
    t.regex(key, /^[A-Za-z0-9]{32}$/)
    t.true(await opens(bench, key))
    t.false(await opens(bench, key.slice(1)))
    t.false(await opens(bench, key.toLowerCase()))
    t.not((await bench.vmq('api-key/create')).text, key)
    const { text: metrics = '' } = await bench.vmq(`api-key/create?expires=${LATER}&scope=metrics`)
    t.false(await opens(bench, metrics), 'the API is for the scope mgmt')
    t.is((await bench.vmq('api-key/create?scope=nope')).text, '{error,invalid_scope}')
    for (const [headers, status] of [
      [{ 'x-api-key': key }, 200],
      [{ 'x-api-key': ` ${key} ` }, 200],
      [{ 'x-api-key': `${key},${key}` }, 401],
      [{ 'x-api-key': '' }, 401],
      [{ 'x-api-key': key, Authorization: basic('wrong', '') }, 401],
      [{ 'x-api-key': 'wrong', Authorization: basic(key, '') }, 200],
      [{ Authorization: `Bearer ${key}` }, 401],
      [{ Authorization: basic('', key) }, 401],
      [{ Authorization: basic('admin', 'correct horse') }, 401],
      [{ Authorization: 'Basic !!!' }, 400],
    ] as [Record<string, string>, number][]) {
      t.is((await bench.ask({ path: SHOW, headers })).status, status, JSON.stringify(Object.keys(headers)))
    }
  })
})

test.serial('a key is known by its first characters, its scopes and the end of the first of them', async t => {
  await withBench({}, async bench => {
    await bench.vmq(`api-key/add?key=abcdefghijklmnopqrst&expires=${LATER}`)
    await bench.vmq('api-key/add?key=abcdefghijklmnopqrst&scope=metrics')
    t.true(await opens(bench, 'abcdefghijklmnopqrst'))
    const { owner, ...proof } = bench.proofs.at(-1)!
    t.deepEqual(proof, {
      identity: { kind: 'key', name: 'abcd…', scopes: ['mgmt', 'metrics'] },
      until: new Date(2099, 0, 2, 3, 4, 5).getTime(),
    })
    t.regex(owner, /^key:[0-9a-f]{16}$/)
    bench.forgotten.length = 0
    await bench.vmq('api-key/delete?key=abcdefghijklmnopqrst')
    t.deepEqual(bench.forgotten, [owner])
    t.false(await opens(bench, 'abcdefghijklmnopqrst'))
  })
})

test.serial('a key past its end opens nothing, and is listed as expired', async t => {
  await withBench({}, async bench => {
    const soon = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000)
    const local = new Date(soon.getTime() - soon.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
    t.is((await bench.vmq(`api-key/add?key=mykey&expires=${local}`)).text, 'ok')
    t.true(await opens(bench, 'mykey'))
    await new Promise(resolve => setTimeout(resolve, soon.getTime() - Date.now() + 10))
    t.false(await opens(bench, 'mykey'))
    const { table } = await bench.vmq('api-key/show')
    t.is(table![0]!['has expired'], true)
    t.is(table![0]!['Expires (UTC)'], soon.toISOString().slice(0, 19).replace('T', ' '))
  })
})

test.serial('min_apikey_length and max_apikey_expiry_days', async t => {
  const options = { min_apikey_length: 40, max_apikey_expiry_days: 10 }
  await withBench({ options }, async bench => {
    const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 19)
    t.is((await bench.vmq(`api-key/add?key=${'x'.repeat(39)}&expires=${tomorrow}`)).text, '{error,invalid_key_length}')
    t.is((await bench.vmq(`api-key/add?key=${'x'.repeat(40)}`)).text, '{error,invalid_expiry_date}')
    t.is((await bench.vmq(`api-key/add?key=${'x'.repeat(40)}&expires=${LATER}`)).text, '{error,invalid_expiry_date}')
    t.is((await bench.vmq(`api-key/add?key=${'x'.repeat(40)}&expires=${tomorrow}`)).text, 'ok')
    t.is((await bench.vmq(`api-key/create?expires=${tomorrow}`)).text!.length, 40)
  })
})

test.serial('masked keys are listed by their beginning, and deleted by it when it is unambiguous', async t => {
  await withBench({ options: { mask_apikeys: true } }, async bench => {
    const [one, two, three] = ['aaaa-one-of-the-keys', 'aaaa-two-of-the-keys', 'bbbb-three-of-the-keys']
    for (const key of [one, two, three]) await bench.vmq(`api-key/add?key=${key}`)
    const shown = (await bench.vmq('api-key/show')).table!.map(row => row['Key'])
    t.deepEqual(shown, ['aaaa…', 'aaaa…', 'bbbb…'])
    const remove = async (key: string) => (await bench.vmq(`api-key/delete?key=${encodeURIComponent(key)}`)).text
    t.is(await remove('aaaa…'), '{error,key_ambiguous}')
    t.is(await remove('cccc…'), '{error,key_not_found}')
    t.is(await remove('bbbb'), '{error,key_not_found}')
    t.is(await remove('bbbb…'), 'ok')
    t.false(await opens(bench, three!))
    t.true(await opens(bench, one!))
    t.is(await remove(one!), 'ok')
    t.is(await remove('aaaa…'), 'ok')
    t.false(await opens(bench, two!))
  })
  await withBench({}, async bench => {
    await bench.vmq('api-key/add?key=aaaa-one-of-the-keys')
    t.is((await bench.vmq('api-key/delete?key=aaaa%E2%80%A6')).text, '{error,key_not_found}', 'only where it is listed')
  })
  t.is(masked('k2'), '…')
  t.is(masked('mykey'), 'm…')
})

test.serial('keys survive a restart and a reload; one that was moved to another id opens nothing', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-keys-'))
  try {
    await withBench({ store: await Store.open(folder) }, async bench => {
      await bench.vmq('api-key/add?key=mykey')
      await bench.vmq('api-key/add?key=gone')
      await bench.kernel.reload('auth')
      t.true(await opens(bench, 'mykey'))
      await bench.vmq('api-key/delete?key=gone')
    })
    const store = await Store.open(folder)
    const keys = store.namespace<ApiKey>('auth', 'api-keys')
    const { entries } = await keys.page(10)
    t.is(entries.length, 1)
    await keys.put('0123456789abcdef', entries[0]![1])
    await store.release(keys as never)
    await withBench({ store }, async bench => {
      t.true(await opens(bench, 'mykey'))
      t.false(await opens(bench, 'gone'))
      t.is((await bench.vmq('api-key/show')).table!.length, 1)
      t.true(bench.log.some(({ message }) => message.includes('the API key 0123456789abcdef cannot be read')))
      t.is((await bench.vmq('api-key/delete?key=mykey')).text, 'ok')
      t.false(await opens(bench, 'mykey'))
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.serial('no key reaches the store, the log or the audit log', async t => {
  const { store, everything } = openStore()
  await withBench({ store }, async bench => {
    const key = 'plain-key-of-somebody'
    await bench.vmq(`api-key/add?key=${key}`)
    await bench.vmq(`api-key/add/key=${key}?scope=metrics`)
    const { text: made = '' } = await bench.vmq('api-key/create')
    t.true(await opens(bench, key))
    await bench.ask({ path: '/api/v1/api-key/add?key=refused-key-of-nobody' })
    await bench.ask({ path: SHOW, headers: { 'x-api-key': 'refused-key-of-nobody' } })
    const audit = (await bench.local('/kernel/audit')).body
    t.regex(audit, /api-key add/)
    const all = `${await everything()} ${JSON.stringify(bench.log)} ${audit}`
    for (const secret of [key, made, 'refused-key-of-nobody']) t.false(all.includes(secret), secret)
    const base64 = Buffer.from(key).toString('base64').slice(0, -4)
    t.false(all.includes(base64))
  })
})

test.serial('two who add one key at once: one fails', async t => {
  await withBench({}, async bench => {
    const said = await Promise.all([1, 2, 3].map(() => bench.vmq('api-key/add?key=mykey')))
    t.deepEqual(said.map(({ text: each }) => each).sort(), [
      'ok',
      '{error,key_already_exists}',
      '{error,key_already_exists}',
    ])
    const scopes = ['status', 'metrics', 'health'].map(scope => bench.vmq(`api-key/add?key=mykey&scope=${scope}`))
    t.true((await Promise.all(scopes)).every(({ text: each }) => each === 'ok'))
    t.is((await bench.vmq('api-key/show')).table!.length, 4)
  })
})

test('expiry: local time in, UTC out', t => {
  t.is(parseExpiry(LATER), new Date(2099, 0, 2, 3, 4, 5).getTime())
  for (const wrong of ['', '2099-1-2T3:4:5', '2099-01-02 03:04:05', '2099-13-01T00:00:00', '2099-01-02T03:04:05Z']) {
    t.is(parseExpiry(wrong), undefined, wrong)
  }
  t.is(showExpiry(Date.UTC(2023, 3, 4, 10)), '2023-04-04 10:00:00')
  t.is(showExpiry(undefined), 'never')
  t.true(isAllowedExpiry(undefined, undefined, 5))
  t.false(isAllowedExpiry(undefined, 1, 5))
  t.false(isAllowedExpiry(5, undefined, 5))
  t.true(isAllowedExpiry(86_400_004, 1, 5))
  t.false(isAllowedExpiry(86_400_005, 1, 5))
})

test('sealed texts are bound to the secret and the id, and are never the same twice', t => {
  const secret = Buffer.alloc(32, 1)
  const sealed = seal(secret, 'id', 'the text é')
  t.is(unseal(secret, 'id', sealed), 'the text é')
  t.not(seal(secret, 'id', 'the text é'), sealed)
  t.throws(() => unseal(secret, 'other', sealed))
  t.throws(() => unseal(Buffer.alloc(32, 2), 'id', sealed))
  const bytes = Buffer.from(sealed, 'base64')
  bytes[14] = bytes[14]! ^ 1
  t.throws(() => unseal(secret, 'id', bytes.toString('base64')))
  t.throws(() => unseal(secret, 'id', ''))
})
