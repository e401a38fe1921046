import type { XmlElement } from '../backend.js'

const VCARD = 'vcard-temp'
const NO_VCARD: XmlElement = { name: 'vCard', xmlns: VCARD, attributes: {}, children: [] }

/** Where a field of a vCard stands: `['FN']`, `['N', 'FAMILY']`, or `['TEL', 'CELL']` for the number of that kind. */
export type FieldPath = readonly [name: string, subname?: string]

/** What the vCard has there; nothing where it has no such field. */
export function valuesIn(vcard: XmlElement, [name, subname]: FieldPath): string[] {
  const fields = elements(vcard, name)
  if (subname === undefined) return fields.map(textOf)
  if (name === 'TEL') return fields.filter(isKind(subname)).flatMap(field => elements(field, 'NUMBER').map(textOf))
  return fields.flatMap(field => elements(field, subname).map(textOf))
}

/** The vCard with these values there in place of the ones it had; without one, a new vCard. */
export function withValues(
  vcard: XmlElement = NO_VCARD,
  [name, subname]: FieldPath,
  values: readonly string[],
): XmlElement {
  const others = vcard.children.filter(child => typeof child === 'string' || child.name !== name)
  return { ...vcard, children: [...others, ...fieldsWith(elements(vcard, name), name, subname, values)] }
}

function fieldsWith(
  known: readonly XmlElement[],
  name: string,
  subname: string | undefined,
  values: readonly string[],
): XmlElement[] {
  if (subname === undefined) return values.map(value => element(name, value))
  if (name === 'TEL') {
    const kinds = values.map(value => element(name, element(subname), element('NUMBER', value)))
    return [...known.filter(field => !isKind(subname)(field)), ...kinds]
  }
  const [first = element(name), ...rest] = known
  const others = first.children.filter(child => typeof child === 'string' || child.name !== subname)
  return [{ ...first, children: [...others, ...values.map(value => element(subname, value))] }, ...rest]
}

function element(name: string, ...children: (XmlElement | string)[]): XmlElement {
  return { name, xmlns: VCARD, attributes: {}, children }
}

function elements({ children }: XmlElement, name: string): XmlElement[] {
  return children.filter((child): child is XmlElement => typeof child !== 'string' && child.name === name)
}

function isKind(kind: string): (field: XmlElement) => boolean {
  return field => elements(field, kind).length > 0
}

function textOf({ children }: XmlElement): string {
  return children.filter(child => typeof child === 'string').join('')
}
