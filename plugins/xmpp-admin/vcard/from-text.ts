import type { XmlElement } from '../backend.js'
import { child, vcardElement } from './element.js'
import { fold, readLine, unfold, type VcardLine } from './line.js'
import { PROPERTIES } from './properties.js'

/** Of what was put, where elements of XMPP cannot say all of it: a line, or how the lines were written. */
export const AS_PUT = 'patchbay:vcard'
const VERSIONS: readonly string[] = ['2.1', '3.0', '4.0']
const MOST_LINES = 1000

/**
 * The element that a vCard 2.1, 3.0 or 4.0 (RFC 2426, RFC 6350) becomes for XMPP's clients; undefined where it is none. What
 * vcard-temp has no words for is kept as it was put, so that the same vCard comes out again. No text is an empty vCard.
 */
export function vcardFromText(text: string): XmlElement | undefined {
  const lines = unfold(text)
  const [first, ...rest] = lines
  if (first === undefined) return vcardElement('vCard')
  if (!/^BEGIN:VCARD$/i.test(first) || !/^END:VCARD$/i.test(rest.pop() ?? '') || lines.length > MOST_LINES) {
    return undefined
  }
  const read = rest.map(readLine)
  const known = read.filter(line => line !== undefined)
  if (known.length < read.length || known.some(({ name }) => name === 'BEGIN' || name === 'END')) return undefined
  const version = known.find(({ name }) => name === 'VERSION')?.value ?? '4.0'
  if (!VERSIONS.includes(version)) return undefined
  const said = known.filter(({ name }) => name !== 'VERSION').map(line => elementOf(line, version))
  return vcardElement('vCard', child('VERSION', version), ...said, ...written(text, lines))
}

function elementOf(line: VcardLine, version: string): XmlElement {
  const property = PROPERTIES.find(each => each.line === line.name)
  const children = property?.read(line)
  const asPut: XmlElement = { name: 'line', xmlns: AS_PUT, attributes: {}, children: [line.text] }
  if (!property || !children) return asPut
  const made = vcardElement(property.element, ...children)
  return `${property.line}${property.write(made, version)}` === line.text
    ? made
    : { ...made, children: [...children, asPut] }
}

/** Nothing where it is as RFC 6350 wants: folded lines, each with CRLF. */
function written(text: string, lines: readonly string[]): XmlElement[] {
  const unfolded = !/\n[ \t]/.test(text) && lines.some(line => fold(line) !== line)
  const attributes = {
    ...(text.includes('\r\n') ? {} : { newline: 'lf' }),
    ...(unfolded ? { fold: 'no' } : {}),
    ...(text.endsWith('\n') ? {} : { end: 'no' }),
  }
  return Object.keys(attributes).length === 0 ? [] : [{ name: 'written', xmlns: AS_PUT, attributes, children: [] }]
}
