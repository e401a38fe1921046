import { HIDDEN, isSecret, withoutCredentials } from '../config/secret.js'

const LONGEST_TEXT = 200
const MOST_MEMBERS = 30
/** Of all lists and objects together. */
const MOST_IN_ALL = 100
/** What a message says is its receivers' business, and reading it takes a permission of its own. */
const PAYLOAD = /^(payload(_base64|_json)?|message|body|stanza)$/

/** `value` as the audit log may keep it: secrets hidden by their names, everything cut to a bounded size. */
export function withoutSecrets(value: unknown): unknown {
  return kept(value, { left: MOST_IN_ALL })
}

function kept(value: unknown, room: { left: number }): unknown {
  if (typeof value === 'string') return cut(withoutCredentials(value))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
  const found: [string, unknown][] = []
  for (const [name, member] of members.slice(0, MOST_MEMBERS)) {
    if (room.left-- <= 0) break
    found.push([cut(name), isSecret(name) || PAYLOAD.test(name) ? HIDDEN : kept(member, room)])
  }
  const missing = members.length - found.length
  if (Array.isArray(value)) return [...found.map(([, member]) => member), ...(missing > 0 ? [`… ${missing} more`] : [])]
  return Object.fromEntries(missing > 0 ? [...found, ['…', `${missing} more`]] : found)
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}
