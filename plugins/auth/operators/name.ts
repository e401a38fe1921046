import { bareJid, prepareLocal } from 'patchbay'

const LONGEST = 255

/**
 * Whether an operator may have this name or these tags. EMQ takes every text; here it is bounded, has no control
 * characters, and a name no colon, since HTTP Basic could not carry it (RFC 7617).
 */
export function isName(text: string): boolean {
  return isLabel(text) && !text.includes(':')
}

export function isLabel(text: string): boolean {
  return text.length <= LONGEST && !/[\p{Cc}\p{Cs}]/u.test(text)
}

/**
 * The bare JID of an operator: `admin` and `admin@<first host>` have the same. Undefined for names that cannot be the
 * local part of one (`my user`, the empty name): they open EMQ, Hermes and the native endpoints only.
 */
export function operatorJid(name: string, host: string): string | undefined {
  const local = prepareLocal(name)
  if (local !== undefined) return `${local}@${host}`
  const jid = bareJid(name)
  return jid?.endsWith(`@${host}`) && !name.includes('/') ? jid : undefined
}
