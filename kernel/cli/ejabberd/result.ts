import { isPairs, type ValueType } from '../../http/faces/ejabberd-types.js'

/**
 * A result as `ejabberdctl` has always printed it: lone values bare, a line for each entry of a list, a tab between the
 * fields of a tuple, and a list inside one as an Erlang term.
 */
export function textOf(type: ValueType, value: unknown): string {
  if (isPairs(type) && isObject(value))
    return Object.entries(value)
      .map(pair => pair.map(field).join('\t'))
      .join('\n')
  if (Array.isArray(value)) return value.map(entry).join('\n')
  return entry(value)
}

function entry(value: unknown): string {
  return isObject(value) ? Object.values(value).map(field).join('\t') : field(value)
}

function field(value: unknown): string {
  return typeof value === 'object' && value !== null ? term(value) : String(value)
}

/** `[<<"ejabberd:admin">>,<<"status">>]` */
function term(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(term).join(',')}]`
  if (isObject(value)) return `{${Object.values(value).map(term).join(',')}}`
  return typeof value === 'string' ? binary(value) : String(value)
}

function binary(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Erlang escapes
  const escaped = text.replace(/["\\\x00-\x1f\x7f]/g, character => ESCAPES[character] ?? octal(character))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins at 0
  return /^[\x00-\x7f]*$/.test(text) ? `<<"${escaped}">>` : `<<"${escaped}"/utf8>>`
}

const ESCAPES: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function octal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
