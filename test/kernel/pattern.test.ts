import test from 'ava'
import fc from 'fast-check'
import { glob, regexp } from '../../kernel/names/pattern.js'

test('regular expressions find what those of the language find', t => {
  const sources = ['', 'a', '^a', 'a$', '^a$', '^$', 'a|b', '^(a|b)c$', 'a*b', '^a+b?$', 'a{2}', '^a{1,2}$', '^a{2,}$']
  sources.push(
    '^(?:ab)+$',
    '[ab]c',
    '^[^ab]$',
    '[a-c]{2}',
    '^\\d+$',
    '\\w\\W',
    '^.$',
    '^a.c$',
    '(a|)b',
    '(a*)*b',
    '(^a|b$)',
  )
  sources.push('\\.', '^[\\]a]$', '^[]a]$', '^a+?$', '(((a)))', '^(a|ab)(c|bcd)$')
  const texts = ['', 'a', 'b', 'ab', 'abc', 'aab', 'aaa', 'ac', 'abcd', '12', 'a-', ']', '.', 'cab', 'é', 'a\nc']
  for (const source of sources) {
    const native = new RegExp(source.replace('[]a]', '[\\]a]'), 'u')
    for (const text of texts) t.is(regexp(source).test(text), native.test(text), `${source} in ${JSON.stringify(text)}`)
  }
})

test('random expressions agree with those of the language', t => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '^', '$', '\\d')
  const source = fc.letrec<{ any: string; group: string; one: string }>(tie => ({
    one: fc
      .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{1,3}'))
      .map(([one, times]) => (/[$^]/.test(one) ? one : one + times)),
    group: fc.tuple(tie('any'), fc.constantFrom('', '*', '{2}')).map(([inner, times]) => `(${inner})${times}`),
    any: fc
      .array(fc.oneof({ maxDepth: 3 }, tie('one'), tie('group'), fc.constant('|')), { maxLength: 5 })
      .map(parts => parts.join('')),
  })).any
  fc.assert(
    fc.property(source, fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 8 }), (source, text) => {
      t.is(regexp(source).test(text), new RegExp(source, 'u').test(text), `${source} in ${text}`)
    }),
    { numRuns: 500 },
  )
})

test('globs match whole texts', t => {
  const cases: [glob: string, text: string, matches: boolean][] = [
    ['*', '', true],
    ['test*', 'test1', true],
    ['test*', 'atest1', false],
    ['t?st', 'test', true],
    ['t?st', 'tst', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['[]]', ']', true],
    ['a.b', 'axb', false],
    ['a+(b)$^|', 'a+(b)$^|', true],
    ['[a', '[a', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
  ]
  for (const [source, text, matches] of cases) t.is(glob(source).test(text), matches, `${source} ${text}`)
})

test('what would need backtracking, and what is too large, is refused', t => {
  for (const source of [
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?<n>a)',
    '(a)\\1',
    'a**',
    'a++',
    '*a',
    '(',
    ')',
    '[',
    '[z-a]',
    '\\',
    '\\b',
    '[[:alpha:]]',
    'a{3,1}',
    'a{1000}',
    '((((a{250}){250}){250}){250})',
    '(((){250}){250}){250}',
    '('.repeat(60) + ')'.repeat(60),
  ]) {
    t.throws(() => regexp(source), undefined, source)
  }
  t.throws(() => glob('[z-a]'))
})

test('no text and no expression keep it busy', t => {
  const began = performance.now()
  for (const source of ['(a*)*$', '(a|a)*$', '(a+)+b', '.*.*.*.*.*=.*', '([a-z]+)*1', '(.{0,20}){0,20}x']) {
    const pattern = regexp(source)
    for (let n = 0; n < 3; n++) pattern.test(`${'a'.repeat(1023 - n)}!`)
  }
  t.true(performance.now() - began < 3000)
})
