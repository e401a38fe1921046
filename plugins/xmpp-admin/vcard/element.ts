import type { XmlElement } from '../backend.js'

const VCARD = 'vcard-temp'

/** An element of a vCard as XMPP's clients know it (XEP-0054). */
export function vcardElement(name: string, ...children: (XmlElement | string)[]): XmlElement {
  return { name, xmlns: VCARD, attributes: {}, children }
}

/** A field, empty where there is no text. */
export function child(name: string, text: string): XmlElement {
  return text === '' ? vcardElement(name) : vcardElement(name, text)
}

export function elementsIn({ children }: XmlElement): XmlElement[] {
  return children.filter((each): each is XmlElement => typeof each !== 'string')
}

export function elementsNamed(parent: XmlElement, wanted: string): XmlElement[] {
  return elementsIn(parent).filter(({ name }) => name === wanted)
}

export function textIn({ children }: XmlElement): string {
  return children.filter(each => typeof each === 'string').join('')
}
