import test from 'ava'
import { plugin } from 'patchbay'
import { type TestKernel, testKernel } from 'patchbay/testing'
import { Audit } from '../../kernel/audit/audit.js'
import { AuditLog } from '../../kernel/audit/audit-log.js'
import type { AuditEntry } from '../../kernel/audit/entry.js'
import { withoutSecrets } from '../../kernel/audit/without-secrets.js'
import { Store } from '../../kernel/store/store.js'

const ENTRY: AuditEntry = {
  time: '2026-01-01T00:00:00.000Z',
  request: 'r',
  face: 'emq',
  listener: '127.0.0.1:8080',
  address: '127.0.0.1',
  who: { kind: 'operator', name: 'admin' },
  command: 'DELETE users/bob',
  result: 'done',
  status: 200,
}

const read = async (house: TestKernel, query = '') => {
  const response = await house.fetch(`/kernel/audit${query}`)
  return (await response.json()) as { entries: AuditEntry[]; next: number | null; counting: AuditEntry[] }
}

/** One command that changes something and one that does not, on several faces. */
const things = plugin({
  name: 'things',
  version: '1.0.0',
  permissions: { read: 'See', write: 'Change' },
  start(ctx) {
    const [READ, WRITE] = [{ permission: 'read' }, { permission: 'write' }]
    ctx.route('GET', '/things', READ, () => ({}))
    ctx.route('POST', '/things', { ...WRITE, body: 'json' }, () => ({}))
    ctx.route('DELETE', '/things', WRITE, () => {
      throw new Error('boom')
    })
    const command = {
      arguments: [{ name: 'user', type: 'binary' }],
      result: { name: 'res', type: 'rescode' },
      tags: [],
    } as const
    ctx.command('ejabberd', { ...command, access: WRITE, name: 'change_it', description: 'x' }, () => true)
    ctx.command('ejabberd', { ...command, access: READ, name: 'see_it', description: 'x', reads: true }, () => true)
    ctx.command('emq', { access: WRITE, method: 'PUT', path: 'things/{id}' }, () => [])
    ctx.command('vernemq', { access: WRITE, path: 'thing set', params: ['a', 'password'] }, () => ({
      alert: [{ text: 'no' }],
    }))
    ctx.command('vernemq', { access: READ, path: 'thing show', reads: true }, () => ({ text: 'it' }))
    ctx.command('admin_rest', { access: WRITE, method: 'PATCH', route: 'thing' }, () => ({ result: 'ok' }))
  },
})

test('every call that changes something, on any face, leaves one entry before it is answered', async t => {
  const house = await testKernel(things)
  const json = { 'Content-Type': 'application/json' }
  await house.fetch('/things')
  await house.fetch('/things', { method: 'POST', headers: json, body: '{"name":"x","password":"hunter2"}' })
  await house.fetch('/things?why=because', { method: 'DELETE' })
  await house.fetch('/api/see_it?user=bob')
  await house.fetch('/api/change_it?user=bob')
  await house.fetch('/api/change_it')
  await house.fetch('/api/v2/things/7', { method: 'PUT', body: '{"token":"t0k3n"}' })
  await house.fetch('/api/v1/thing/show')
  await house.fetch('/api/v1/thing/set?a=1&password=hunter2')
  await house.fetch('/admin_rest/thing/a', { method: 'PATCH', body: '{"a":1}' })
  const answer = await house.local('/things', { method: 'POST', headers: json, body: '{}' })
  t.is(answer.status, 200)
  const { entries } = await read(house)
  const seen = entries.map(({ face, command, arguments: given, result, status, failure, who }) =>
    JSON.stringify([face, command, given, result, status, failure, who?.kind]),
  )
  t.deepEqual(
    seen.reverse(),
    [
      ['native', 'POST /things', { name: 'x', password: '[hidden]' }, 'done', 200, undefined, 'operator'],
      ['native', 'DELETE /things', { why: 'because' }, 'failed', 500, undefined, 'operator'],
      ['ejabberd', 'change_it', { user: 'bob' }, 'done', 200, undefined, 'operator'],
      ['emq', 'PUT things/7', { token: '[hidden]' }, 'done', 200, undefined, 'operator'],
      ['vernemq', 'thing set', { a: '1', password: '[hidden]' }, 'failed', 200, 'alert', 'operator'],
      ['admin_rest', 'PATCH /thing/a', { a: 1 }, 'done', 200, undefined, 'operator'],
      ['native', 'POST /things', {}, 'done', 200, undefined, 'local'],
    ].map(row => JSON.stringify(row)),
  )
  const [last, first] = [entries[0]!, entries.at(-1)!]
  t.deepEqual([last.listener, last.address], ['control socket', ''])
  t.regex(first.listener, /^127\.0\.0\.1:\d+$/)
  t.is(first.address, '127.0.0.1')
  await house.close()
})

test('a flood of refusals is one entry per address, name and minute', async t => {
  const house = await testKernel(things)
  const wrong = { Authorization: `Basic ${Buffer.from('mallory@localhost:wrong').toString('base64')}` }
  for (let round = 0; round < 30; round++) await house.fetch('/api/change_it?user=x', { headers: wrong })
  await house.fetch('/things', { as: 'nobody' })
  const { entries, counting } = await read(house)
  t.deepEqual(entries, [])
  t.deepEqual(
    counting.map(({ who, result, count, face }) => [who?.name, result, count, face]),
    [['mallory@localhost', 'wrong credentials', 30, 'ejabberd']],
  )
  await house.close()
})

test('refusals have a room of their own: a flood of them pushes out nothing that was done', async t => {
  const store = await Store.inMemory()
  const [changes, refused] = ['audit', 'refusals'].map(name => store.namespace<AuditEntry>('kernel', name))
  const limits = { entries: 100, days: 1e5 }
  const audit = new Audit(
    changes!,
    refused!,
    () => limits,
    thrown => t.fail(String(thrown)),
  )
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString()
  for (let index = 0; index < 50; index++)
    await audit.append({ ...ENTRY, time: at(index * 2), command: `done ${index}` })
  for (let round = 0; round < 5; round++) {
    audit.refusals.add('127.0.0.1', 'admin', 'wrong credentials', () => ({ ...ENTRY, time: at(1), result: 'denied' }))
  }
  for (let other = 0; other < 5000; other++) {
    audit.refusals.add('127.0.0.1', `${other}`, 'denied', () => ({ ...ENTRY, time: at(other), result: 'denied' }))
  }
  t.true(audit.refusals.pending.length <= 502, 'thousands of names do not become thousands of entries a minute')
  t.is(
    audit.refusals.pending.reduce((sum, { count = 0 }) => sum + count, 0),
    5005,
  )
  t.is(audit.refusals.pending[0]!.count, 5)
  await audit.refusals.flush()
  for (let minute = 0; minute < 5; minute++) {
    audit.refusals.add('127.0.0.1', 'x', 'denied', () => ({ ...ENTRY, time: at(9000 + minute), result: 'denied' }))
    await audit.refusals.flush()
  }
  const seen: string[] = []
  const times: string[] = []
  let before: string | undefined
  do {
    const page = await audit.read({}, 7, before)
    seen.push(...page.entries.map(({ command, result, time }) => `${command} ${result} ${time}`))
    times.push(...page.entries.map(({ time }) => time))
    before = page.next
  } while (before !== undefined)
  t.is(seen.filter(line => line.includes('done ')).length, 50)
  t.true(seen.length <= 50 + 520, 'bounded, within one step of removing')
  t.is(new Set(seen).size, seen.length, 'each once')
  t.deepEqual(times, [...times].sort().reverse())
  await audit.close()
  await store.close()
})

test('filters and pages: newest first, each entry once', async t => {
  const store = await Store.inMemory()
  const audit = new AuditLog(store.namespace('kernel', 'audit'), () => ({ entries: 10_000, days: 1e5 }))
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString()
  await Promise.all(
    Array.from({ length: 1200 }, (_, index) =>
      audit.append({ ...ENTRY, time: at(index), command: `c${index}`, face: index % 2 ? 'emq' : 'hermes' }),
    ),
  )
  const seen: string[] = []
  let before: number | undefined
  do {
    const page = await audit.read({ face: 'hermes' }, 70, before)
    seen.push(...page.entries.map(({ command }) => command))
    before = page.next
  } while (before !== undefined)
  t.deepEqual(
    seen,
    Array.from({ length: 600 }, (_, index) => `c${1198 - index * 2}`),
  )
  const window = await audit.read({ since: Date.parse(at(10)), until: Date.parse(at(12)) }, 100)
  t.deepEqual(
    window.entries.map(({ command }) => command),
    ['c12', 'c11', 'c10'],
  )
  t.is((await audit.read({ who: 'nobody' }, 10)).entries.length, 0)
  t.is((await audit.read({ command: 'c119' }, 100)).entries.length, 11)
  await store.close()
})

test('bounded by number and by age; numbers are never used twice', async t => {
  const store = await Store.inMemory()
  const limits = { entries: 100, days: 1e5 }
  const open = () => new AuditLog(store.namespace('kernel', 'audit'), () => limits)
  const audit = open()
  for (let index = 0; index < 250; index++) await audit.append({ ...ENTRY, command: `c${index}` })
  const all = await audit.read({}, 1000)
  t.is(all.entries.length, 100)
  t.is(all.entries[0]!.command, 'c249')
  t.is(all.entries[0]!.number, 250)
  limits.days = 1
  const later = open()
  while ((await later.prune()) > 0);
  t.is((await later.read({}, 10)).entries.length, 0)
  await later.append({ ...ENTRY, time: new Date().toISOString() })
  t.is((await later.read({}, 10)).entries[0]!.number, 251)
  await store.close()
})

test('secrets, long texts and deep values are cut', t => {
  const deep = { a: { b: { c: { d: { e: 1 } } } } }
  t.deepEqual(withoutSecrets(deep), deep)
  const wide = Array(30).fill(Array(30).fill(Array(30).fill('x'.repeat(300))))
  t.true(JSON.stringify(withoutSecrets(wide)).length < 25_000)
  let nested: unknown = 1
  for (let depth = 0; depth < 100_000; depth++) nested = [nested]
  t.true(JSON.stringify(withoutSecrets(nested)).length < 1000)
  const given = { newpass: 'x', api_key: 'x', auth_key: 'x', note: 'Bearer abcdefgh', long: 'x'.repeat(1000) }
  const kept = withoutSecrets(given) as Record<string, string>
  t.is(kept['api_key'], '[hidden]')
  t.is(kept['auth_key'], '[hidden]')
  t.is(kept['newpass'], '[hidden]')
  t.is(kept['note'], 'Bearer [hidden]')
  t.is(kept['long']!.length, 201)
  t.is((withoutSecrets(Array(1000).fill(1)) as unknown[]).length, 31)
})

test('wrong filters are refused with what was sent', async t => {
  const house = await testKernel(undefined)
  for (const query of ['?limit=0', '?limit=x', '?since=yesterday', '?before=-1']) {
    const response = await house.fetch(`/kernel/audit${query}`)
    t.is(response.status, 400, query)
    t.regex(await response.text(), /is (a number|a time|the)/)
  }
  await house.close()
})
