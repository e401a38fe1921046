import test from 'ava'
import fc from 'fast-check'
import type { Broker } from '../../../../plugins/mqtt-broker/broker.js'
import { matches, parseFilter } from '../../../../plugins/mqtt-broker/engine/filter.js'
import { newGauges } from '../../../../plugins/mqtt-broker/engine/gauges.js'
import type { SessionRecord } from '../../../../plugins/mqtt-broker/engine/record.js'
import { newRegistry } from '../../../../plugins/mqtt-broker/engine/registry.js'
import { join, leave, newRoutes, routesOf } from '../../../../plugins/mqtt-broker/engine/routes.js'
import {
  following,
  insert,
  newSequence,
  remove,
  reweigh,
  slice,
  weighed,
} from '../../../../plugins/mqtt-broker/engine/sequence.js'

interface Item {
  key: number
  weight: number
}

const keyOf = ({ key }: Item) => key
const weightOf = ({ weight }: Item) => weight

const BOUNDS = { max_topic_levels: 100, max_topic_length: 65_535 }

test('a sequence has the order, pages and weights of a sorted list', t => {
  const step = fc.record({
    act: fc.constantFrom('insert', 'insert', 'insert', 'remove', 'reweigh'),
    key: fc.integer({ min: 0, max: 3000 }),
    weight: fc.integer({ min: 0, max: 4 }),
  })
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 2500 }),
      fc.nat(9000),
      fc.integer({ min: 1, max: 40 }),
      (steps, offset, limit) => {
        const sequence = newSequence<Item>()
        const known = new Map<number, Item>()
        for (const { act, key, weight } of steps) {
          const item = known.get(key)
          if (act === 'insert' && !item) {
            const fresh = { key, weight }
            known.set(key, fresh)
            insert(sequence, keyOf, fresh, weightOf)
          } else if (act === 'remove' && item) {
            known.delete(key)
            if (!remove(sequence, keyOf, item, item.weight)) return false
          } else if (act === 'reweigh' && item) {
            reweigh(sequence, keyOf, item, weight - item.weight)
            item.weight = weight
          }
        }
        const model = [...known.values()].sort((a, b) => a.key - b.key)
        const parts = model.flatMap(item => Array.from({ length: item.weight }, (_, part) => `${item.key}/${part}`))
        const found: string[] = []
        for (const { item, skip } of weighed(sequence, weightOf, offset)) {
          for (let part = skip; part < item.weight; part++) found.push(`${item.key}/${part}`)
          if (found.length >= limit) break
        }
        const at = offset % 3001
        t.is(sequence.length, model.length)
        t.deepEqual(slice(sequence, at, limit), model.slice(at, at + limit))
        t.deepEqual(following(sequence, keyOf, at, limit), model.filter(({ key }) => key > at).slice(0, limit))
        t.deepEqual(following(sequence, keyOf, at, limit, true), model.filter(({ key }) => key >= at).slice(0, limit))
        t.deepEqual(following(sequence, keyOf, undefined, limit), model.slice(0, limit))
        t.deepEqual(found.slice(0, limit), parts.slice(offset, offset + limit))
        return true
      },
    ),
    { numRuns: 60 },
  )
})

test('routes of a topic are those whose filter matches it, while they come and go', t => {
  const level = fc.constantFrom('a', 'b', '', '$s', '+')
  const filter = fc
    .tuple(
      fc.array(level, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.constantFrom('', '', '$share/g/', '$queue/'),
    )
    .map(([levels, rest, group]) => group + [...levels, ...(rest ? ['#'] : [])].join('/'))
    .filter(made => parseFilter(made, BOUNDS) !== undefined)
  const topic = fc
    .array(fc.constantFrom('a', 'b', '', '$s'), { minLength: 1, maxLength: 4 })
    .map(levels => levels.join('/'))
  fc.assert(
    fc.property(fc.array(fc.tuple(filter, fc.boolean())), fc.array(topic, { minLength: 1 }), (steps, topics) => {
      const broker = { routes: newRoutes(), gauges: newGauges(), registry: newRegistry() } as unknown as Broker
      const record = { cleanSession: true } as SessionRecord
      const known = new Set<string>()
      for (const [made, add] of steps) {
        if (add) join(broker, record, made, 1)
        else leave(broker, record, made)
        if (add) known.add(made)
        else known.delete(made)
        const expected = [...known].filter(each => matches(parseFilter(each, BOUNDS)!.matched, topics[0]!)).sort()
        t.deepEqual(
          routesOf(broker, topics[0]!)
            .map(route => route.filter)
            .sort(),
          expected,
        )
      }
      for (const each of topics) {
        const expected = [...known].filter(made => matches(parseFilter(made, BOUNDS)!.matched, each)).sort()
        t.deepEqual(
          routesOf(broker, each)
            .map(route => route.filter)
            .sort(),
          expected,
        )
      }
      for (const made of known) leave(broker, record, made)
      t.is(broker.routes.root.next?.size ?? 0, 0)
    }),
    { numRuns: 200, examples: [[[['a', true]], ['a']]] },
  )
})

test('what matches, by the examples of MQTT 3.1.1', t => {
  const right: [string, string][] = [
    ['sport/tennis/player1/#', 'sport/tennis/player1'],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon'],
    ['#', 'a/b'],
    ['sport/+', 'sport/'],
    ['+/+', '/finance'],
    ['/+', '/finance'],
    ['$SYS/#', '$SYS/monitor'],
  ]
  const wrong: [string, string][] = [
    ['sport/+', 'sport'],
    ['sport/tennis/+', 'sport/tennis/player1/ranking'],
    ['+', '/finance'],
    ['#', '$SYS/monitor'],
    ['+/monitor/Clients', '$SYS/monitor/Clients'],
  ]
  for (const [filter, topic] of right) t.true(matches(filter, topic), `${filter} ${topic}`)
  for (const [filter, topic] of wrong) t.false(matches(filter, topic), `${filter} ${topic}`)
  for (const none of ['sport/tennis#', 'sport/tennis/#/ranking', 'sport+', '', 'a\0b', 'a'.repeat(65_536)]) {
    t.is(parseFilter(none, BOUNDS), undefined, none.slice(0, 30))
  }
})
