import type { Element } from '../xml/element.js'

/** About how many characters of XML an element takes. */
export function sizeOf({ name, xmlns, attributes, children }: Element): number {
  let size = 2 * name.length + xmlns.length + 5
  for (const key in attributes) size += key.length + attributes[key]!.length + 4
  for (const child of children) size += typeof child === 'string' ? child.length : sizeOf(child)
  return size
}
