import test from 'ava'
import fc from 'fast-check'
import { compileRules, decidingRule } from '../../../../plugins/mqtt-broker/access/rules/compile.js'
import { covers, flawOf, innerFilter, levelsOf, overlaps } from '../../../../plugins/mqtt-broker/access/rules/filter.js'
import { who } from './bench.js'

/** MQTT 3.1.1 §4.7, written as an expression: independent of what is tried here. */
function matches(filter: string, topic: string): boolean {
  if (/^[+#]/.test(filter) && topic.startsWith('$')) return false
  const pattern = filter
    .split('/')
    .map(level => (level === '+' ? '[^/]*' : level === '#' ? '.*' : level.replace(/[$]/g, '\\$&')))
    .join('/')
    .replace(/^\.\*$/, '.*')
    .replace(/\/\.\*$/, '(/.*)?')
  return new RegExp(`^${pattern}$`, 's').test(topic)
}

const word = fc.constantFrom('a', 'b', '', '$S')
const topic = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map(levels => levels.join('/'))
  .filter(Boolean)
const filter = fc
  .tuple(fc.array(fc.oneof(word, fc.constant('+')), { maxLength: 4 }), fc.boolean())
  .map(([levels, all]) => [...levels, ...(all ? ['#'] : [])].join('/'))
  .filter(Boolean)

/** Every topic over an alphabet with one letter that no filter here has; also the empty one, to which `/#` reaches. */
function topics(most: number): string[] {
  const words = ['a', 'b', '', '$S', 'x']
  let ends = [...words]
  const all = [...words]
  for (let length = 2; length <= most; length++) {
    ends = ends.flatMap(begin => words.map(each => `${begin}/${each}`))
    all.push(...ends)
  }
  return all
}
const TOPICS = topics(5)

test('a topic is matched as the standard says', t => {
  fc.assert(
    fc.property(filter, topic, (one, other) => {
      t.is(covers(levelsOf(one), levelsOf(other)), matches(one, other), `${one} ${other}`)
    }),
    { numRuns: 2000 },
  )
})

test('a filter covers another if it matches all that the other matches', t => {
  fc.assert(
    fc.property(filter, filter, (one, other) => {
      const brute = TOPICS.filter(each => matches(other, each)).every(each => matches(one, each))
      t.is(covers(levelsOf(one), levelsOf(other)), brute, `${one} covers ${other}`)
    }),
    { numRuns: 1000 },
  )
})

test('filters overlap if one topic is matched by both, wildcards of a denial reaching $ too', t => {
  const reaches = (rule: string, each: string) =>
    matches(rule.replace(/^[+#]/, '+').replace(/^\+$/, rule), each.replace(/^\$S/, 'S'))
  fc.assert(
    fc.property(filter, filter, (rule, other) => {
      const brute = TOPICS.some(
        each => matches(other, each) && (matches(rule, each) || (/^[+#]/.test(rule) && reaches(rule, each))),
      )
      t.is(overlaps(levelsOf(rule), levelsOf(other)), brute, `${rule} overlaps ${other}`)
    }),
    { numRuns: 1000 },
  )
})

const rule = fc.record({ permit: fc.boolean(), topic: filter })

test('whoever may subscribe to a filter may have every topic that it matches', t => {
  let permitted = 0
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 5 }), filter, fc.boolean(), (given, subscribed, nomatch) => {
      const book = compileRules(given.map((each, at) => ({ ...each, id: String(at), action: 'subscribe' as const })))
      const decide = (asked: string) => decidingRule(book, 'subscribe', who(), asked)?.permit ?? nomatch
      if (!decide(subscribed)) return
      permitted++
      for (const each of TOPICS)
        if (matches(subscribed, each)) t.true(decide(each), `${JSON.stringify(given)} ${subscribed} ${each}`)
    }),
    { numRuns: 500 },
  )
  t.true(permitted > 50)
})

test('the index finds the rule that reading all of them in order finds', t => {
  const conditional = fc.record(
    {
      permit: fc.boolean(),
      topic: fc.oneof(filter, fc.constantFrom('%u/a', 'a/%c', '%c/#')),
      action: fc.constantFrom('publish' as const, 'subscribe' as const, 'all' as const),
      user: fc.constantFrom('a', 'b'),
      clientId: fc.constantFrom('a', 'b'),
    },
    { requiredKeys: ['permit', 'topic', 'action'] },
  )
  fc.assert(
    fc.property(fc.array(conditional, { maxLength: 12 }), filter, fc.constantFrom('a', 'b'), (given, asked, name) => {
      const rules = given.map((each, at) => ({ ...each, id: String(at) }))
      const caller = who({ username: name, clientId: name === 'a' ? 'b' : 'a' })
      const one = rules.find(each => decidingRule(compileRules([each]), 'subscribe', caller, asked))
      t.is(decidingRule(compileRules(rules), 'subscribe', caller, asked)?.id, one?.id)
    }),
    { numRuns: 1000 },
  )
})

test('shared subscriptions are asked about by the filter behind them', t => {
  t.is(innerFilter('$share/g/a/#'), 'a/#')
  t.is(innerFilter('$queue/a/+'), 'a/+')
  t.is(innerFilter('$queue//a'), '/a')
  t.is(innerFilter('$SYS/#'), '$SYS/#')
  for (const broken of ['$share/', '$share/g', '$share/g/', '$share/+/a', '$share/#', '$share//a', '$queue/']) {
    t.is(innerFilter(broken), undefined, broken)
  }
})

test('what is no filter is told with its flaw', t => {
  for (const right of ['#', '+', 'a/+/#', '/', 'a//b', '+/+', '$SYS/#', 'dev-%c/%u', 'é'])
    t.is(flawOf(right), undefined, right)
  for (const wrong of ['', 'a#', '#/a', 'a/#/b', 'a+', '++', '\0', '\ud800', 'x'.repeat(1025)])
    t.truthy(flawOf(wrong), wrong)
})
