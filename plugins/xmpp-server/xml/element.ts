import type { XmlElement } from '../../xmpp-admin/backend.js'

export type Element = XmlElement

export const CLIENT = 'jabber:client'
export const STREAMS = 'http://etherx.jabber.org/streams'

/** RFC 6120 §8.2. */
export function isStanza({ name, xmlns }: Element): boolean {
  return xmlns === CLIENT && (name === 'message' || name === 'presence' || name === 'iq')
}

/** Attributes that are undefined are left out. */
export function element(
  xmlns: string,
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  children: readonly (Element | string)[] = [],
): Element {
  const given = Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { name, xmlns, attributes: Object.fromEntries(given), children }
}

export function elements({ children }: Element): Element[] {
  return children.filter((child): child is Element => typeof child !== 'string')
}

/** The first child of this name, in the namespace of its parent unless said. */
export function child(parent: Element, name: string, xmlns = parent.xmlns): Element | undefined {
  return elements(parent).find(each => each.name === name && each.xmlns === xmlns)
}

/** The text directly in it. */
export function textOf(parent: Element | undefined): string {
  return parent?.children.filter(child => typeof child === 'string').join('') ?? ''
}

/** A copy with attributes changed; undefined takes one away. */
export function withAttributes(of: Element, changes: Readonly<Record<string, string | undefined>>): Element {
  return element(of.xmlns, of.name, { ...of.attributes, ...changes }, of.children)
}

export function withChildren(of: Element, ...more: readonly (Element | string)[]): Element {
  return { ...of, children: [...of.children, ...more] }
}
