import { createRequire } from 'node:module'

/** Bytes of UTF-8, as in ejabberd: what is longer is nobody's password, only work. */
const LONGEST = 1023

/**
 * A password as it is hashed (SASLprep, RFC 4013); undefined when it has characters that are not allowed, none or
 * too many. Code points that Unicode 3.2 did not know are let through, as for queries (§2.5): people type emoji.
 */
export function saslprep(password: string): string | undefined {
  if (Buffer.byteLength(password) > LONGEST) return undefined
  if (/^[\x20-\x7e]+$/.test(password)) return password
  try {
    return prepare()(password, { allowUnassigned: true }) || undefined
  } catch {
    return undefined
  }
}

type Saslprep = typeof import('@mongodb-js/saslprep').saslprep
let known: Saslprep | undefined

/** Its tables take 15 ms to load, and most passwords are ASCII. */
function prepare(): Saslprep {
  known ??= (createRequire(__filename)('@mongodb-js/saslprep') as { saslprep: Saslprep }).saslprep
  return known
}
