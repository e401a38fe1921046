import test from 'ava'
import fc from 'fast-check'
import { CLIENT, type Element, element } from '../../../../plugins/xmpp-server/xml/element.js'
import { SHAPE } from '../../../../plugins/xmpp-server/xml/limits.js'
import { parsers } from '../../../../plugins/xmpp-server/xml/parser.js'
import { feed, hear, parseElement, readFrame } from '../../../../plugins/xmpp-server/xml/read.js'
import { type Heard, type Malformation, newReader, type Reader } from '../../../../plugins/xmpp-server/xml/reader.js'
import { serialize } from '../../../../plugins/xmpp-server/xml/serialize.js'
import { told } from '../../../../plugins/xmpp-server/xml/told.js'

const LIMITS = { ...SHAPE, bytes: 10_000 }
const HEADER =
  "<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"

const fresh = () =>
  newReader(
    parsers(() => told),
    LIMITS,
  )

function listen(reader: Reader, bytes: Uint8Array): Heard[] {
  const all: Heard[] = []
  feed(reader, Buffer.from(bytes))
  for (let heard = hear(reader, LIMITS); heard; heard = hear(reader, LIMITS)) all.push(heard)
  return all
}

const outcome = (bytes: string | Buffer) => {
  const heard = listen(fresh(), Buffer.concat([Buffer.from(HEADER), Buffer.from(bytes as string)]))
  const last = heard.at(-1)
  return last?.kind === 'failed' ? last.condition : last?.kind
}

const HOSTILE: [what: string, said: string | Buffer, condition: ReturnType<typeof outcome>][] = [
  ['a comment', '<!-- x -->', 'restricted-xml'],
  ['a processing instruction', '<?php x ?>', 'restricted-xml'],
  ['a comment in a stanza', '<message><!-- x --></message>', 'restricted-xml'],
  ['an entity of its own', '<message>&bomb;</message>', 'not-well-formed'],
  ['the name of what every object has', '<message>&constructor;</message>', 'not-well-formed'],
  ['a declaration in the middle', "<?xml version='1.0'?><message/>", 'not-well-formed'],
  ['a tag that closes nothing', '</message>', 'not-well-formed'],
  ['tags that cross', '<a><b></a></b>', 'not-well-formed'],
  ['an unbound prefix', '<x:message/>', 'not-well-formed'],
  ['an unbound prefix of an attribute', "<message x:y='z'/>", 'not-well-formed'],
  ['another namespace as xml', "<message xmlns:xml='urn:x'/>", 'not-well-formed'],
  ['another namespace as xmlns', "<message xmlns:xmlns='urn:x'/>", 'not-well-formed'],
  ['an undone prefix', "<message xmlns:a=''/>", 'not-well-formed'],
  ['an attribute twice', "<message a='1' a='2'/>", 'not-well-formed'],
  ['an attribute twice by prefixes', "<message xmlns:a='u' xmlns:b='u' a:x='1' b:x='2'/>", 'not-well-formed'],
  ['an attribute without quotes', '<message a=1/>', 'not-well-formed'],
  ['< in an attribute', "<message a='<'/>", 'not-well-formed'],
  ['a control character', '<message>\u0001</message>', 'not-well-formed'],
  ['a control character by its number', '<message>&#1;</message>', 'not-well-formed'],
  ['zero', '<message>\u0000</message>', 'not-well-formed'],
  ['half a surrogate by its number', '<message>&#xD800;</message>', 'not-well-formed'],
  ['a number beyond Unicode', '<message>&#x110000;</message>', 'not-well-formed'],
  [']]> in text', '<message>]]></message>', 'not-well-formed'],
  ['text between stanzas', 'hello', 'bad-format'],
  ['text behind a stanza', '<message/>hello', 'bad-format'],
  ['a section of CDATA between stanzas', '<![CDATA[hello]]><message/>', 'bad-format'],
  ['an overlong character', Buffer.from('<message>\xc0\xaf</message>', 'latin1'), 'not-well-formed'],
  ['a byte that is no character', Buffer.from('<message>\xff</message>', 'latin1'), 'not-well-formed'],
  ['half a character', Buffer.from('<message>\xe2\x82</message>', 'latin1'), 'not-well-formed'],
  ['a surrogate in UTF-8', Buffer.from('<message>\xed\xa0\x80</message>', 'latin1'), 'not-well-formed'],
  ['a stanza that is too long', `<message>${'x'.repeat(10_000)}</message>`, 'policy-violation'],
  ['a tag that does not end', `<message a='${'x'.repeat(10_000)}`, 'policy-violation'],
  ['a stanza that does not end', '<a>'.repeat(60) + 'x'.repeat(10_000), 'policy-violation'],
  ['too deep', '<a>'.repeat(65), 'policy-violation'],
  ['too many attributes', `<a ${Array.from({ length: 129 }, (_, n) => `a${n}=''`).join(' ')}/>`, 'policy-violation'],
  ['a second root', '</stream:stream><stream:stream>', 'not-well-formed'],
  ['whitespace', ' \n\t\r '.repeat(100_000), 'opened'],
  ['a stanza between whitespace', ' \n<message/> \n', 'element'],
  ['the end', '</stream:stream>', 'closed'],
]

for (const [what, said, condition] of HOSTILE) test(`${what}: ${condition}`, t => t.is(outcome(said), condition))

const OPENINGS: [what: string, said: string, condition: Malformation][] = [
  ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]>', 'restricted-xml'],
  ['another encoding', "<?xml version='1.0' encoding='utf-16'?>", 'unsupported-encoding'],
  ['another encoding in capitals', "<?xml version='1.0' encoding='ISO-8859-1'?>", 'unsupported-encoding'],
  ['XML 1.1 with what only that allows', "<?xml version='1.1'?><a><b>\u0001</b>", 'not-well-formed'],
  ['HTTP', 'GET / HTTP/1.1\r\n', 'not-well-formed'],
  ['TLS', '\u0016\u0003\u0001', 'not-well-formed'],
]

for (const [what, said, condition] of OPENINGS) {
  test(`opened by ${what}: ${condition}`, t => {
    const last = listen(fresh(), Buffer.from(said)).at(-1)
    t.is(last?.kind === 'failed' ? last.condition : undefined, condition)
  })
}

test('a reader that has failed hears nothing more and keeps nothing', t => {
  const reader = fresh()
  t.is(listen(reader, Buffer.from('<a><!-- x -->')).at(-1)?.kind, 'failed')
  t.deepEqual(listen(reader, Buffer.from('<message/>'.repeat(1000))), [])
  t.is(reader.waiting.length, 0)
})

test('an idle reader keeps no buffer, one in the middle of a tag only what it needs', t => {
  const reader = fresh()
  listen(reader, Buffer.concat([Buffer.from(`${HEADER}<message/>`), Buffer.alloc(60_000, ' ')]))
  t.is(reader.waiting.length, 0)
  listen(reader, Buffer.from(`${' '.repeat(60_000)}<mess`))
  t.true(reader.waiting.length <= 256, `${reader.waiting.length}`)
  t.like(listen(reader, Buffer.from('age/>')), [{ kind: 'element' }])
})

const NAMES = fc.constantFrom('message', 'body', 'x', 'a-b.c')
const SPACES = fc.constantFrom(CLIENT, 'urn:a', 'urn:b', 'http://etherx.jabber.org/streams')
const TEXT = fc.string({ unit: 'grapheme', maxLength: 20 }).filter(text => !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(text))
const CONTROLS = fc.stringMatching(/^[\t\n\r<>&'"\]]{1,5}$/)
const tree: fc.Arbitrary<Element> = fc.letrec<{ element: Element }>(tie => ({
  element: fc
    .record({
      name: NAMES,
      xmlns: SPACES,
      attributes: fc.dictionary(fc.constantFrom('to', 'id', 'xml:lang'), fc.oneof(TEXT, CONTROLS), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      children: fc.array(
        fc.oneof(
          { depthSize: 'small' },
          TEXT.filter(text => text !== ''),
          CONTROLS,
          tie('element'),
        ),
        { maxLength: 3 },
      ),
    })
    .map(given => ({ ...given, children: merged(given.children) })),
})).element

/** Texts beside each other are one. */
function merged(children: (Element | string)[]): (Element | string)[] {
  const all: (Element | string)[] = []
  for (const child of children) {
    if (typeof child === 'string' && typeof all.at(-1) === 'string') all.push(`${all.pop()}${child}`)
    else all.push(child)
  }
  return all
}

test('what is written is read as it was, over TCP, in a frame, and by itself', t => {
  fc.assert(
    fc.property(tree, written => {
      const heard = listen(fresh(), Buffer.from(HEADER + serialize(written, CLIENT)))
      t.deepEqual(heard.at(-1), { kind: 'element', element: written })
      t.deepEqual(readFrame(Buffer.from(serialize(written)), LIMITS), { kind: 'element', element: written })
      t.deepEqual(parseElement(serialize(written), 'urn:other'), written)
    }),
  )
})

test('however a stream is cut, the same is heard', t => {
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 60 })
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 5 }), cuts, (written, sizes) => {
      const bytes = Buffer.from(`${HEADER} ${written.map(each => serialize(each, CLIENT)).join('\n')}</stream:stream>`)
      const reader = fresh()
      const heard: Heard[] = []
      let at = 0
      for (const size of [...sizes, bytes.length]) {
        heard.push(...listen(reader, bytes.subarray(at, at + size)))
        at = Math.min(bytes.length, at + size)
      }
      t.deepEqual(heard, listen(fresh(), bytes))
      t.is(heard.length, written.length + 2)
    }),
  )
})

test('no bytes whatever make a reader throw, or keep more than one stanza', t => {
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc
      .constantFrom('<a>', '</a>', '<', '>', "'", '&', '&lt;', '<![CDATA[', ']]>', '<!--', '<?x', "<a b='", '\r')
      .map(text => new Uint8Array(Buffer.from(text))),
    fc.string().map(text => new Uint8Array(Buffer.from(text))),
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), fc.boolean(), (said, headed) => {
      const reader = fresh()
      if (headed) listen(reader, Buffer.from(HEADER))
      for (const piece of said) listen(reader, piece)
      t.true(reader.waiting.length <= 2 * LIMITS.bytes)
      t.true(reader.bytes <= LIMITS.bytes)
    }),
    { numRuns: 1000 },
  )
})

test('characters that XML cannot say are replaced, whoever says them', t => {
  const body = element(CLIENT, 'body', { id: '\u0000\n' }, ['a\u0000b\u001fc\ufffed\ud800e👍'])
  const text = serialize(body, CLIENT)
  t.is(text, "<body id='\ufffd&#xA;'>a\ufffdb\ufffdc\ufffdd\ufffde👍</body>")
  t.is(parseElement(text, CLIENT)?.children[0], 'a\ufffdb\ufffdc\ufffdd\ufffde👍')
})

for (const text of [
  '',
  'x',
  '<a/><b/>',
  '<a/>x',
  '</r><r>',
  '<a/></r><r xmlns="x">',
  '<a',
  '<a/><!-- x -->',
  '<a></a></r>',
]) {
  test(`${JSON.stringify(text)} is not one element`, t => t.is(parseElement(text, CLIENT), undefined))
}
