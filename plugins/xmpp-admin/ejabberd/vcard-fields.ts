import type { XmlElement } from '../backend.js'
import { elementsNamed, textIn, vcardElement } from '../vcard/element.js'

/** Where a field of a vCard stands: `['FN']`, `['N', 'FAMILY']`, or `['TEL', 'CELL']` for the number of that kind. */
export type FieldPath = readonly [name: string, subname?: string]

/** What the vCard has there; nothing where it has no such field. */
export function valuesIn(vcard: XmlElement, [name, subname]: FieldPath): string[] {
  const fields = elementsNamed(vcard, name)
  if (subname === undefined) return fields.map(textIn)
  if (name === 'TEL') return fields.filter(isKind(subname)).flatMap(field => elementsNamed(field, 'NUMBER').map(textIn))
  return fields.flatMap(field => elementsNamed(field, subname).map(textIn))
}

/** The vCard with these values there in place of the ones it had; without one, a new vCard. */
export function withValues(
  vcard: XmlElement = vcardElement('vCard'),
  [name, subname]: FieldPath,
  values: readonly string[],
): XmlElement {
  const others = vcard.children.filter(child => typeof child === 'string' || child.name !== name)
  return { ...vcard, children: [...others, ...fieldsWith(elementsNamed(vcard, name), name, subname, values)] }
}

function fieldsWith(
  known: readonly XmlElement[],
  name: string,
  subname: string | undefined,
  values: readonly string[],
): XmlElement[] {
  if (subname === undefined) return values.map(value => vcardElement(name, value))
  if (name === 'TEL') {
    const kinds = values.map(value => vcardElement(name, vcardElement(subname), vcardElement('NUMBER', value)))
    return [...known.filter(field => !isKind(subname)(field)), ...kinds]
  }
  const [first = vcardElement(name), ...rest] = known
  const others = first.children.filter(child => typeof child === 'string' || child.name !== subname)
  return [{ ...first, children: [...others, ...values.map(value => vcardElement(subname, value))] }, ...rest]
}

function isKind(kind: string): (field: XmlElement) => boolean {
  return field => elementsNamed(field, kind).length > 0
}
