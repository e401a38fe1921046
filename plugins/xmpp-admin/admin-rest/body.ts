import { ADMIN_REST_REFUSALS, AdminRestError } from 'patchbay'
import { isXmlText } from '../xml-text.js'

/** What stands under a name in the body; undefined where there is no body, no object or no such name. */
export function field(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  return (body as Record<string, unknown>)[name] ?? undefined
}

/** A text that a stanza can carry, or undefined; anything else is refused. */
export function textField(body: unknown, name: string): string | undefined {
  const value = field(body, name)
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !isXmlText(value)) throw new AdminRestError(ADMIN_REST_REFUSALS.body)
  return value
}

/** Without a text the message is empty, as the original's is. */
export function prefixed(prefix: string | undefined, text: string | undefined): { body?: string } {
  if (prefix === undefined && text === undefined) return {}
  return { body: `${prefix ?? ''}${text ?? ''}` }
}
