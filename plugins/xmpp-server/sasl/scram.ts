import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { ScramKey } from '../accounts/scram-keys.js'
import { fromBase64 } from './base64.js'
import { SaslFailure } from './failure.js'

/** The client's first message in its parts (RFC 5802 §5, §7). */
export interface ClientFirst {
  /** The GS2 header as it was sent: what the client must repeat. */
  header: string
  authorization: string
  name: string
  nonce: string
  /** All after the header. */
  bare: string
}

/** What is kept until the client's final message. */
export interface ScramStart {
  readonly account: string
  readonly header: string
  readonly nonce: string
  /** `client-first-message-bare,server-first-message` */
  readonly said: string
}

/** Characters of a nonce: printable, without the comma. */
const NONCE = /^[\x21-\x2b\x2d-\x7e]{1,512}$/
const ATTRIBUTE = /^[A-Za-z]=[^\0,]+$/

export function parseClientFirst(message: string): ClientFirst {
  const [, flag, authorization = '', bare = ''] = /^([^,]*),((?:a=[^,]+)?),(.*)$/s.exec(message) ?? []
  // Channel binding is not offered: `n` and `y` are what is left (§6).
  if (flag !== 'n' && flag !== 'y') throw malformed()
  const [named = '', nonced = '', ...extensions] = bare.split(',')
  // A mandatory extension, which nobody knows (§5.1).
  if (named.startsWith('m=')) throw new SaslFailure('malformed-request', 'no extension is supported')
  const nonce = nonced.slice(2)
  if (!named.startsWith('n=') || !nonced.startsWith('r=') || !NONCE.test(nonce)) throw malformed()
  if (!extensions.every(each => ATTRIBUTE.test(each))) throw malformed()
  return {
    header: `${flag},${authorization},`,
    authorization: unescapeName(authorization.slice(2)),
    name: unescapeName(named.slice(2)),
    nonce,
    bare,
  }
}

/** The server's first message, and what to keep. `nonce` is the server's part. */
export function scramChallenge(
  { header, nonce: given, bare }: ClientFirst,
  account: string,
  { salt, iterations }: ScramKey,
  nonce: string,
): { challenge: string; start: ScramStart } {
  const both = given + nonce
  const challenge = `r=${both},s=${salt},i=${iterations}`
  return { challenge, start: { account, header, nonce: both, said: `${bare},${challenge}` } }
}

/**
 * The server's signature when the final message proves the password; undefined when it does not, was made for another
 * exchange, or has another header than the first one, as after a downgrade (§6).
 */
export function checkClientFinal(
  message: string,
  { header, nonce, said }: ScramStart,
  { storedKey, serverKey }: ScramKey,
  digest: 'sha1' | 'sha256',
): string | undefined {
  const [bound = '', nonced = '', ...rest] = message.split(',')
  const last = rest.pop() ?? ''
  if (!bound.startsWith('c=') || !nonced.startsWith('r=') || !last.startsWith('p=')) throw malformed()
  if (!rest.every(each => ATTRIBUTE.test(each))) throw malformed()
  const [binding, proof] = [fromBase64(bound.slice(2)), fromBase64(last.slice(2))]
  if (!binding || !proof) throw malformed()
  if (binding.toString('utf8') !== header || nonced.slice(2) !== nonce) return undefined
  const stored = Buffer.from(storedKey, 'base64')
  if (proof.length !== stored.length) return undefined
  const sign = (key: Buffer) =>
    createHmac(digest, key)
      .update(`${said},${message.slice(0, -last.length - 1)}`)
      .digest()
  const signature = sign(stored)
  const clientKey = proof.map((byte, at) => byte ^ signature[at]!)
  if (!timingSafeEqual(createHash(digest).update(clientKey).digest(), stored)) return undefined
  return sign(Buffer.from(serverKey, 'base64')).toString('base64')
}

/** `=2C` is a comma and `=3D` an equals sign; no other use of the latter is allowed (§5.1). */
function unescapeName(text: string): string {
  if (/=(?!2C|3D)/.test(text) || text.includes('\0')) throw malformed()
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=')
}

function malformed(): SaslFailure {
  return new SaslFailure('malformed-request')
}
