import test from 'ava'
import fc from 'fast-check'
import type { XmlElement } from '../../../plugins/xmpp-admin/backend.js'
import { vcardFromText } from '../../../plugins/xmpp-admin/vcard/from-text.js'
import { unfold } from '../../../plugins/xmpp-admin/vcard/line.js'
import { textFromVcard } from '../../../plugins/xmpp-admin/vcard/to-text.js'

const vcard = (...lines: string[]) => `${['BEGIN:VCARD', ...lines, 'END:VCARD'].join('\r\n')}\r\n`
const part = (name: string, ...children: (XmlElement | string)[]): XmlElement => ({
  name,
  xmlns: 'vcard-temp',
  attributes: {},
  children,
})

const FULL = [
  'VERSION:4.0',
  'FN:Alice\\, the first',
  'N:Liddell;Alice;P.;Miss;',
  'NICKNAME:al',
  'BDAY:1852-05-04',
  'ORG:Wonderland;Tea;Hats',
  'TITLE:Guest',
  'TEL;TYPE=home,voice:+44 1',
  'TEL;VALUE=uri;TYPE="voice,cell";PREF=1:tel:+44-2',
  'EMAIL;TYPE=work:alice@example.org',
  'ADR;TYPE=home:;;1 Hole\\; Rabbit;Oxford;;OX1;UK',
  'URL:https://example.org/a,b',
  'IMPP:xmpp:alice@localhost',
  'IMPP:sip:alice@example.org',
  'GENDER:F',
  'item1.X-ABLABEL:home',
  'NOTE:two\\nlines',
  'CATEGORIES:one,two',
  'PHOTO:data:image/png;base64,iVBORw0KGgo=',
]

test('whatever is put comes out again, line by line', t => {
  const kept = vcardFromText(vcard(...FULL))!
  t.deepEqual(unfold(textFromVcard(kept)).slice(1, -1), FULL)
})

test('what XMPP has words for, its clients can read', t => {
  const { children } = vcardFromText(vcard(...FULL))!
  const named = (name: string) => children.find(each => typeof each !== 'string' && each.name === name) as XmlElement
  t.deepEqual(named('FN'), part('FN', 'Alice, the first'))
  t.deepEqual(
    named('N'),
    part('N', part('FAMILY', 'Liddell'), part('GIVEN', 'Alice'), part('MIDDLE', 'P.'), part('PREFIX', 'Miss')),
  )
  t.deepEqual(named('TEL'), part('TEL', part('HOME'), part('VOICE'), part('NUMBER', '+44 1')))
  t.deepEqual(named('PHOTO'), part('PHOTO', part('TYPE', 'image/png'), part('BINVAL', 'iVBORw0KGgo=')))
  t.deepEqual(named('ORG'), part('ORG', part('ORGNAME', 'Wonderland'), part('ORGUNIT', 'Tea'), part('ORGUNIT', 'Hats')))
  t.deepEqual(named('JABBERID'), part('JABBERID', 'alice@localhost'))
})

test('a vCard 3.0 stays one, its picture included', t => {
  const lines = ['VERSION:3.0', 'FN:Bob', 'PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=']
  const kept = vcardFromText(vcard(...lines))!
  t.deepEqual(unfold(textFromVcard(kept)).slice(1, -1), lines)
  t.false(JSON.stringify(kept).includes('patchbay:vcard'), 'nothing is kept twice')
})

test('what a client has stored is written as a vCard 4.0, without what it smuggles in', t => {
  const line = { name: 'line', xmlns: 'patchbay:vcard', attributes: {}, children: ['NOTE:a\r\nEND:VCARD'] }
  const end = { ...line, children: ['END:VCARD'] }
  const given = part(
    'vCard',
    part('FN', 'Bob\nEND:VCARD'),
    part('DESC', 'hi'),
    part('URL', 'http://x\r\nFN:evil'),
    part('TEL', part('WORK'), part('NUMBER', '1')),
    part('EVIL', 'x'),
    line,
    end,
  )
  t.deepEqual(unfold(textFromVcard(given)), [
    'BEGIN:VCARD',
    'VERSION:4.0',
    'FN:Bob\\nEND:VCARD',
    'NOTE:hi',
    'URL:http://xFN:evil',
    'TEL;TYPE=work:1',
    'NOTE:aEND:VCARD',
    'END:VCARD',
  ])
})

const LONG = `NOTE:${'x'.repeat(200)}`
for (const text of [
  'BEGIN:VCARD\nVERSION:4.0\nFN:Alice\nEND:VCARD\n',
  'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Alice\r\nEND:VCARD',
  `BEGIN:VCARD\r\nVERSION:4.0\r\n${LONG}\r\nEND:VCARD\r\n`,
  `BEGIN:VCARD\nVERSION:4.0\n${LONG.slice(0, 75)}\n ${LONG.slice(75, 149)}\n ${LONG.slice(149)}\nEND:VCARD\n`,
  'BEGIN:VCARD\nVERSION:3.0\nitem1.TEL;type=pref:+49 1\nitem1.X-ABLabel:foo\nEND:VCARD\n',
  'BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC;J\r\nTEL;CELL:1\r\nEND:VCARD\r\n',
]) {
  test(`a vCard comes out byte by byte: ${JSON.stringify(text).slice(0, 100)}`, t => {
    t.is(textFromVcard(vcardFromText(text)!), text)
  })
}

test('quoted-printable text of a vCard 2.1 is read, over its soft line breaks, unless XML could not carry it', t => {
  const lines = [
    'VERSION:2.1',
    'FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=BCrgen=',
    ' M=C3=BC=',
    'ller',
    'TITLE;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:M=FCll',
    'NOTE;ENCODING=QUOTED-PRINTABLE:a=00b',
  ]
  const { children } = vcardFromText(vcard(...lines))!
  const said = children.flatMap(each => (typeof each === 'string' ? [] : [[each.name, each.children[0]]]))
  t.deepEqual(said.slice(1), [
    ['FN', 'Jürgen Müller'],
    ['TITLE', 'Müll'],
    ['NOTE', 'a=00b'],
  ])
})

for (const wrong of [
  'FN:Alice',
  'BEGIN:VCARD\nFN:Alice',
  'BEGIN:VCARD\nVERSION:5.0\nFN:Alice\nEND:VCARD',
  'BEGIN:VCARD\nno line\nEND:VCARD',
  `${vcard('FN:a')}${vcard('FN:b')}`,
  vcard(...Array.from({ length: 2000 }, () => 'NOTE:x')),
  '{"fn":"Alice"}',
]) {
  test(`no vCard: ${JSON.stringify(wrong).slice(0, 60)}`, t => t.is(vcardFromText(wrong), undefined))
}

test('no text is an empty vCard, and an empty vCard is no text', t => {
  t.is(textFromVcard(vcardFromText('')!), '')
})

test('long lines are folded after 75 octets, within no character', t => {
  const text = textFromVcard(part('vCard', part('NOTE', 'é😀'.repeat(200))))
  for (const line of text.split('\r\n')) t.true(Buffer.byteLength(line) <= 75 && !line.includes('\ufffd'))
  t.true(unfold(text).includes(`NOTE:${'é😀'.repeat(200)}`))
})

test('any lines come out as they were put', t => {
  const value = fc.string({ unit: 'grapheme', maxLength: 60 }).filter(text => !/[\r\n]/.test(text))
  const names = [
    'FN',
    'N',
    'ADR',
    'TEL',
    'ORG',
    'GEO',
    'PHOTO',
    'CATEGORIES',
    'URL',
    'IMPP',
    'X-OWN',
    'tel;type=HOME',
    'NOTE;LANGUAGE=en',
  ]
  const line = fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => `${name}:${text}`)
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('3.0', '4.0'), (lines, version) => {
      const kept = vcardFromText(vcard(`VERSION:${version}`, ...lines))
      t.deepEqual(kept && unfold(textFromVcard(kept)).slice(2, -1), lines)
    }),
  )
})
