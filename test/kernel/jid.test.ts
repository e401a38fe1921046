import test from 'ava'
import fc from 'fast-check'
import { bareJid, parseJid, prepareLocal } from '../../kernel/names/jid.js'

const SAME: [written: string, bare: string][] = [
  ['john@localhost', 'john@localhost'],
  ['John@LOCALHOST', 'john@localhost'],
  ['john@localhost/', ''],
  ['john@localhost/phone', 'john@localhost'],
  ['john@localhost/a/b@c', 'john@localhost'],
  ['john@localhost.', 'john@localhost'],
  // RFC 7622 §3.3.1 leaves the width mapping to UsernameCaseMapped.
  ['\uff4aohn@localhost', 'john@localhost'],
  ['J\u00d6RG@localhost', 'j\u00f6rg@localhost'],
  ['jo\u0308rg@localhost', 'j\u00f6rg@localhost'],
  ['john@b\u00fccher.example', 'john@xn--bcher-kva.example'],
  ['john@[::1]', 'john@[::1]'],
]
for (const [written, bare] of SAME) {
  test(`${JSON.stringify(written)} means ${bare || 'nothing'}`, t => t.is(bareJid(written), bare || undefined))
}

const NOT: string[] = [
  '',
  '@',
  '@localhost',
  'john@',
  'john@@localhost',
  'john@local host',
  'jo hn@localhost',
  'jo\0hn@localhost',
  'jo"hn@localhost',
  "jo'hn@localhost",
  'jo&hn@localhost',
  'jo<hn@localhost',
  'jo:hn@localhost',
  'john@localhost@evil',
  // A ligature looks like two letters, a zero-width space like nothing.
  '\ufb01n@localhost',
  'jo\u200bhn@localhost',
  `${'a'.repeat(1024)}@localhost`,
  `john@${'a'.repeat(256)}`,
  'john@-localhost',
]
for (const text of NOT) {
  test(`${JSON.stringify(text.slice(0, 30))} (${text.length}) is no JID of an account`, t =>
    t.is(bareJid(text), undefined))
}

test('a server has a JID without a local part, and a resource keeps its case', t => {
  t.deepEqual(parseJid('Localhost'), { local: undefined, domain: 'localhost', resource: undefined })
  t.is(parseJid('a@b/Phone')?.resource, 'Phone')
  t.is(parseJid('a@b/x\0'), undefined)
})

test('preparing twice changes nothing, and never throws', t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const once = prepareLocal(text)
      if (once !== undefined) t.is(prepareLocal(once), once)
      const bare = bareJid(`${text}@localhost`)
      if (bare !== undefined) t.is(bareJid(bare), bare)
    }),
    { numRuns: 2000 },
  )
})
