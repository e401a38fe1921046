import { INVALID_BODY, refuse } from './command.js'

/** What stands under a name in the body; undefined where there is no body, no object or no such name. */
export function field(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  return (body as Record<string, unknown>)[name] ?? undefined
}

/** A text that a stanza can carry, or undefined; anything else is refused. */
export function textField(body: unknown, name: string): string | undefined {
  const value = field(body, name)
  if (value === undefined) return undefined
  return typeof value === 'string' && isXmlText(value) ? value : refuse(INVALID_BODY)
}

/** Without a text the message is empty, as the original's is. */
export function prefixed(prefix: string | undefined, text: string | undefined): { body?: string } {
  if (prefix === undefined && text === undefined) return {}
  return { body: `${prefix ?? ''}${text ?? ''}` }
}

/** Whether XML 1.0 can say it (§2.2): no control characters, no halves of surrogates. */
export function isXmlText(text: string): boolean {
  return !NOT_IN_XML.test(text)
}

const NOT_IN_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
