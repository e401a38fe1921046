import { HIDDEN, isSecret, withoutCredentials } from '../config/secret.js'

const LONGEST_TEXT = 200
const MOST_MEMBERS = 30
const DEEPEST = 4

/** `value` as the audit log may keep it: secrets hidden by their names, long texts and lists cut. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cut(withoutCredentials(value))
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEEPEST) return '…'
  if (Array.isArray(value)) {
    const kept = value.slice(0, MOST_MEMBERS).map(each => withoutSecrets(each, depth + 1))
    return value.length > MOST_MEMBERS ? [...kept, `… ${value.length - MOST_MEMBERS} more`] : kept
  }
  const members = Object.entries(value).slice(0, MOST_MEMBERS)
  return Object.fromEntries(
    members.map(([name, member]) => [cut(name), isSecret(name) ? HIDDEN : withoutSecrets(member, depth + 1)]),
  )
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}
