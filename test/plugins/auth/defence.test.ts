import test from 'ava'
import { Defence, type Failures } from '../../../kernel/passwords/defence.js'

const MINUTE = 60_000

function defended(most = 20) {
  const failures = new Map<string, Failures>()
  const warned: string[] = []
  const clock = { now: 1_000_000 }
  const log = { warn: (_: object, sentence: string) => void warned.push(sentence) }
  const defence = new Defence(failures, { most, refuseMs: MINUTE }, log as never, () => clock.now)
  // Nobody waits here for what is slowed: the waiting has a test of its own.
  const fail = (name: string, address: string, times: number) => {
    for (let round = 0; round < times; round++) void defence.failed(name, address)
  }
  return { defence, failures, warned, clock, fail }
}

test('19 failures a minute are tolerated, the 20th closes the door to that name from that address', t => {
  const { defence, fail, warned } = defended()
  fail('admin', '10.0.0.1', 19)
  t.false(defence.refuses('admin', '10.0.0.1'))
  fail('admin', '10.0.0.1', 1)
  t.true(defence.refuses('admin', '10.0.0.1'))
  t.false(defence.refuses('admin', '10.0.0.2'), 'the owner elsewhere is not locked out')
  t.false(defence.refuses('bob', '10.0.0.1'), 'nor is a colleague behind the same address')
  t.is(warned.length, 1)
})

test('the door opens again after a while, and a success forgets what was before', t => {
  const { defence, fail, clock } = defended()
  fail('admin', '10.0.0.1', 20)
  clock.now += MINUTE + 1
  t.false(defence.refuses('admin', '10.0.0.1'))
  fail('admin', '10.0.0.1', 19)
  t.false(defence.refuses('admin', '10.0.0.1'))
  defence.succeeded('admin', '10.0.0.1')
  fail('admin', '10.0.0.1', 19)
  t.false(defence.refuses('admin', '10.0.0.1'))
})

test('failures that are spread over more than a minute never refuse anybody', t => {
  const { defence, fail, clock } = defended()
  for (let round = 0; round < 30; round++) {
    fail('admin', '10.0.0.1', 10)
    clock.now += MINUTE + 1
  }
  t.false(defence.refuses('admin', '10.0.0.1'))
})

test('a name that stands for many callers is slowed, never refused', t => {
  const { defence } = defended()
  for (let round = 0; round < 100; round++) void defence.failed('an API key', '10.0.0.1', false)
  t.false(defence.refuses('an API key', '10.0.0.1'))
})

test('the first mistakes are answered at once, further ones later and later, within a second', async t => {
  const { defence } = defended()
  let answered = 0
  for (let round = 0; round < 3; round++) void defence.failed('admin', '10.0.0.1').then(() => answered++)
  await new Promise(setImmediate)
  t.is(answered, 3)
  for (const atLeast of [45, 95, 195, 395]) {
    const began = performance.now()
    await defence.failed('admin', '10.0.0.1')
    t.true(performance.now() - began >= atLeast, `${atLeast} ms`)
  }
})

test('what is remembered of attackers is bounded', t => {
  const { failures, fail } = defended()
  for (let index = 0; index < 60_000; index++) fail(`n${index}`, '10.0.0.1', 1)
  t.true(failures.size <= 50_000)
  fail('x'.repeat(1_000_000), '10.0.0.1', 1)
  t.true([...failures.keys()].every(key => key.length < 400))
})
