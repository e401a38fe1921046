import type { XmlElement } from '../backend.js'
import { elementsIn, textIn } from './element.js'
import { AS_PUT } from './from-text.js'
import { fold, readLine } from './line.js'
import { oneLine, PROPERTIES } from './properties.js'

/** The text of a vCard, whoever has stored it; empty where it says nothing. */
export function textFromVcard(vcard: XmlElement): string {
  const elements = elementsIn(vcard)
  if (elements.length === 0) return ''
  const stated = elements.find(({ name }) => name === 'VERSION')
  const version = /^(2\.1|3\.0)$/.exec(stated ? textIn(stated) : '')?.[0] ?? '4.0'
  const lines = elements.filter(({ name }) => name !== 'VERSION').flatMap(each => lineOf(each, version) ?? [])
  const written = elements.find(({ name, xmlns }) => name === 'written' && xmlns === AS_PUT)?.attributes
  const newline = written?.['newline'] === 'lf' ? '\n' : '\r\n'
  const folded = written?.['fold'] === 'no' ? lines : lines.map(line => fold(line, newline))
  const text = ['BEGIN:VCARD', `VERSION:${version}`, ...folded, 'END:VCARD'].join(newline)
  return written?.['end'] === 'no' ? text : `${text}${newline}`
}

/** Undefined for what a vCard has no property for. */
function lineOf(element: XmlElement, version: string): string | undefined {
  const asPut = element.xmlns === AS_PUT ? element : elementsIn(element).find(({ xmlns }) => xmlns === AS_PUT)
  if (asPut) {
    // Any client may have written it.
    const line = readLine(oneLine(textIn(asPut)))
    return line && !/^(BEGIN|END|VERSION)$/.test(line.name) ? line.text : undefined
  }
  const property = PROPERTIES.find(each => each.element === element.name)
  return property && `${property.line}${property.write(element, version)}`
}
