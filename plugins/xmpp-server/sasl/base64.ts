import { SaslFailure } from './failure.js'

/** Bytes; a name, a password and an authorization identity of their longest fit. */
const LONGEST = 8192

/** The bytes of strict base64 (RFC 4648 §4): no white space, no missing padding, one spelling only. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** What a client says in a step of its login; `=` is an empty message (RFC 6120 §6.4.2). */
export function decodeMessage(text: string): string {
  if (text === '=') return ''
  if (text.length > LONGEST * 2) throw new SaslFailure('malformed-request', 'the message is too long')
  const bytes = fromBase64(text)
  if (!bytes) throw new SaslFailure('incorrect-encoding')
  if (bytes.length > LONGEST) throw new SaslFailure('malformed-request', 'the message is too long')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SaslFailure('malformed-request', 'the message is not UTF-8')
  }
}
