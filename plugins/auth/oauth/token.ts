import { hash, randomBytes } from 'node:crypto'

const LENGTH = 32
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** The largest multiple of the alphabet's size in a byte: what is above would make its first letters likelier. */
const FAIR = 256 - (256 % ALPHABET.length)

/** 32 letters and digits, 190 bits (contracts/xmpp.md §3.5). */
export function newToken(): string {
  let token = ''
  while (token.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      if (byte < FAIR && token.length < LENGTH) token += ALPHABET[byte % ALPHABET.length]
    }
  }
  return token
}

export function isOpaque(token: string): boolean {
  return token.length === LENGTH && /^[A-Za-z0-9]+$/.test(token)
}

/** How long the header and the payload of a JWT may be together with its signature. */
const LONGEST_JWT = 8192

/** What a JWT's signature covers (RFC 7515 §5.1); undefined for what is no JWT. */
export function signedPart(token: string): string | undefined {
  if (token.length > LONGEST_JWT || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined
  return token.slice(0, token.lastIndexOf('.'))
}

/**
 * Under which a token is stored. Of a JWT only what is signed counts: its signature can be written in several ways.
 * A random token needs no slow hash.
 */
export function digestOf(token: string): string {
  return hash('sha256', signedPart(token) ?? token, 'base64url')
}
