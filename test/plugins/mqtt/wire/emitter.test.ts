import test from 'ava'
import fc from 'fast-check'
import mqemitter from 'mqemitter'
import { interested, type Notify, openEmitter } from '../../../../plugins/mqtt-broker/wire/emitter.js'
import { matches } from '../../../../plugins/mqtt-broker/wire/topic-filter.js'

const ours = () => openEmitter(() => ({ interested }))
const level = fc.constantFrom('a', 'b', 'c', '', '$SYS', '__proto__')
const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map(levels => levels.join('/'))
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 0, maxLength: 4 }), fc.constantFrom('', '#', 'a'))
  .map(([levels, last]) => [...levels, ...(last === '' ? [] : [last])].join('/'))
  .filter(each => each !== '')
const step = fc.oneof(
  fc.record({ act: fc.constant('on' as const), filter }),
  fc.record({ act: fc.constant('off' as const), which: fc.nat(20) }),
  fc.record({ act: fc.constant('emit' as const), topic: topic.filter(each => each !== '') }),
)
const turn = () => new Promise(resolve => setImmediate(resolve))

test('it hands on to whom mqemitter does, while subscriptions come and go', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const emitters = [ours(), mqemitter({ matchEmptyLevels: true })]
      const heard: string[][] = [[], []]
      const added: { filter: string; notify: Notify[] }[] = []
      for (const one of steps) {
        if (one.act === 'on') {
          const name = `${added.length} ${one.filter}`
          const notify = heard.map(
            (list): Notify =>
              (message, done) => {
                list.push(`${name} ← ${message.topic}`)
                done()
              },
          )
          added.push({ filter: one.filter, notify })
          for (const [index, emitter] of emitters.entries()) emitter.on(one.filter, notify[index] as never)
        } else if (one.act === 'off') {
          const [known] = added.splice(one.which % (added.length || 1), 1)
          if (!known) continue
          for (const [index, emitter] of emitters.entries()) {
            await new Promise<void>(done => emitter.removeListener(known.filter, known.notify[index] as never, done))
          }
        } else {
          for (const emitter of emitters) {
            await new Promise<void>(done => emitter.emit({ topic: one.topic } as never, () => done()))
          }
        }
      }
      t.deepEqual(heard[0]!.toSorted(), heard[1]!.toSorted())
    }),
    { numRuns: 300 },
  )
})

test('who leaves or comes while a message is handed on changes nothing for that message', t => {
  const emitter = ours()
  const heard: string[] = []
  const second: Notify = (_message, done) => {
    heard.push('second')
    done()
  }
  emitter.on('a', (_message, done) => {
    heard.push('first')
    emitter.removeListener('a', second)
    emitter.on('a', (_late, late) => {
      heard.push('late')
      late()
    })
    done()
  })
  emitter.on('a', second)
  emitter.emit({ topic: 'a' })
  t.deepEqual(heard, ['first', 'second'])
  emitter.emit({ topic: 'a' })
  t.deepEqual(heard, ['first', 'second', 'first', 'late'])
})

test('it is done when everybody is, and closed it refuses', async t => {
  const emitter = ours()
  const finish: (() => void)[] = []
  for (const filter of ['a', '+', '#']) emitter.on(filter, (_message, done) => void finish.push(done))
  let done = 0
  emitter.emit({ topic: 'a' }, () => done++)
  for (const each of finish) {
    t.is(done, 0)
    each()
  }
  t.is(done, 1)
  await new Promise<void>(closed => emitter.close(closed))
  emitter.emit({ topic: 'a' }, error => t.regex(error!.message, /closed/))
  await turn()
  t.is(finish.length, 3)
})

test('a filter matches as the emitter does, and a wildcard in front leaves out $ topics', t => {
  fc.assert(
    fc.property(filter, topic, (pattern, name) => {
      const emitter = ours()
      let heard = false
      emitter.on(pattern, (_message, done) => {
        heard = true
        done()
      })
      emitter.emit({ topic: name })
      const blocked = name.startsWith('$') && /^[#+]/.test(pattern)
      return matches(pattern, name) === (heard && !blocked)
    }),
    { numRuns: 1000 },
  )
  t.false(matches('#', '$SYS/x'))
  t.true(matches('$SYS/#', '$SYS/x'))
})
