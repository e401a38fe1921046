import type { XmlElement } from '../backend.js'
import { child, elementsIn, textIn } from './element.js'
import { escapeText, split, unescapeText, type VcardLine } from './line.js'

/** A property of a vCard and its element (XEP-0054 §3). */
export interface Property {
  readonly line: string
  readonly element: string
  /** The children of the element; undefined where it cannot say this. */
  read(line: VcardLine): XmlElement['children'] | undefined
  /** The line without its name: `;TYPE=home:+49…`. */
  write(element: XmlElement, version: string): string
}

const plain = (line: string, element = line): Property => ({
  line,
  element,
  read: ({ value }) => [unescapeText(value)],
  write: given => `:${escapeText(textIn(given))}`,
})
/** Addresses are not escaped. */
const address = (line: string, element = line, scheme = ''): Property => ({
  line,
  element,
  read: ({ value }) => (value.startsWith(scheme) ? [value.slice(scheme.length)] : undefined),
  write: given => `:${scheme}${oneLine(textIn(given))}`,
})
const structured = (line: string, parts: readonly string[], flags: readonly string[] = []): Property => ({
  line,
  element: line,
  read({ value, types }) {
    const values = split(value, ';')
    const said = parts.flatMap((part, index) => {
      const text = unescapeText(values[index] ?? '')
      return text === '' ? [] : [child(part, text)]
    })
    return [...flagsOf(types, flags), ...said]
  },
  write: given => `${typesOf(given, flags)}:${parts.map(part => escapeText(textOf(given, part))).join(';')}`,
})
const listed = (line: string, separator: ';' | ',', first: string, further: string): Property => ({
  line,
  element: line,
  read: ({ value }) => split(value, separator).map((text, at) => child(at === 0 ? first : further, unescapeText(text))),
  write: given =>
    `:${elementsIn(given)
      .filter(({ name }) => name === first || name === further)
      .map(each => escapeText(textIn(each)))
      .join(separator)}`,
})
const reached = (line: string, value: string, flags: readonly string[]): Property => ({
  line,
  element: line,
  read: given => [...flagsOf(given.types, flags), child(value, unescapeText(given.value))],
  write: given => `${typesOf(given, flags)}:${escapeText(textOf(given, value))}`,
})
const pictured = (line: string): Property => ({
  line,
  element: line,
  read({ value, types, encoded }) {
    if (encoded) return [child('TYPE', `image/${(types[0] ?? 'jpeg').toLowerCase()}`), child('BINVAL', value)]
    const [, type, data] = /^data:([\w.+/-]+);base64,(.*)$/s.exec(value) ?? []
    return type === undefined ? [child('EXTVAL', value)] : [child('TYPE', type), child('BINVAL', data!)]
  },
  write(given, version) {
    const [type, data, elsewhere] = ['TYPE', 'BINVAL', 'EXTVAL'].map(name => oneLine(textOf(given, name)).trim())
    if (data === '') return version === '3.0' ? `;VALUE=uri:${elsewhere}` : `:${elsewhere}`
    const bytes = data!.replace(/\s/g, '')
    if (version !== '3.0') return `:data:${type || 'image/jpeg'};base64,${bytes}`
    return `;ENCODING=b;TYPE=${(type?.split('/')[1] ?? 'jpeg').toUpperCase()}:${bytes}`
  },
})

const PLACES = ['HOME', 'WORK'] as const
const NUMBERS = ['VOICE', 'FAX', 'PAGER', 'MSG', 'CELL', 'VIDEO', 'BBS', 'MODEM', 'ISDN', 'PCS', 'PREF'] as const

/** In both directions; of several with one name, the first is the one that is written. */
export const PROPERTIES: readonly Property[] = [
  plain('FN'),
  structured('N', ['FAMILY', 'GIVEN', 'MIDDLE', 'PREFIX', 'SUFFIX']),
  plain('NICKNAME'),
  plain('BDAY'),
  plain('TITLE'),
  plain('ROLE'),
  plain('NOTE'),
  plain('NOTE', 'DESC'),
  plain('TZ'),
  plain('REV'),
  plain('PRODID'),
  plain('SORT-STRING'),
  plain('MAILER'),
  address('UID'),
  address('URL'),
  address('IMPP', 'JABBERID', 'xmpp:'),
  listed('ORG', ';', 'ORGNAME', 'ORGUNIT'),
  listed('CATEGORIES', ',', 'KEYWORD', 'KEYWORD'),
  structured('ADR', ['POBOX', 'EXTADD', 'STREET', 'LOCALITY', 'REGION', 'PCODE', 'CTRY'], [...PLACES, 'PREF']),
  reached('TEL', 'NUMBER', [...PLACES, ...NUMBERS]),
  reached('EMAIL', 'USERID', [...PLACES, 'INTERNET', 'PREF', 'X400']),
  pictured('PHOTO'),
  pictured('LOGO'),
]

/** What a client has stored may have line breaks where a line of a vCard has none. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, '')
}

function textOf(parent: XmlElement, name: string): string {
  const found = elementsIn(parent).find(each => each.name === name)
  return found ? textIn(found) : ''
}

function flagsOf(types: readonly string[], flags: readonly string[]): XmlElement[] {
  return flags.filter(flag => types.includes(flag)).map(flag => child(flag, ''))
}

function typesOf(parent: XmlElement, flags: readonly string[]): string {
  const set = elementsIn(parent).filter(({ name }) => flags.includes(name))
  return set.length === 0 ? '' : `;TYPE=${set.map(({ name }) => name.toLowerCase()).join(',')}`
}
