import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { KernelError, reason } from 'patchbay'
import type { Hidden } from './hidden.js'
import type { Algorithm } from './options.js'

export interface Key {
  readonly kid: string | undefined
  readonly algorithm: Algorithm
  readonly key: KeyObject
}

interface Written {
  kid?: string | undefined
  algorithm: Algorithm
  secret?: Hidden | undefined
  public_key?: string | undefined
  private_key?: Hidden | undefined
  file?: string | undefined
}

const LEAST_RSA_BITS = 2048
const LEAST_SECRET_BYTES = 32

/** The key to verify with. Throws `config_invalid`, without the key in its words. */
export function verifyingKey(written: Written, where: string): Key {
  return read(written, where, text => createPublicKey(text))
}

/** The key to sign with, and the one others verify that with. */
export function signingKey(written: Written, where: string): Key {
  return read(written, where, text => createPrivateKey(text))
}

function read(written: Written, where: string, parse: (text: string) => KeyObject): Key {
  const { kid, algorithm, file } = written
  let key: KeyObject
  try {
    const given = (written.secret ?? written.private_key)?.reveal() ?? written.public_key
    const text = file === undefined ? given! : textOf(file)
    key = algorithm === 'HS256' ? createSecretKey(text, 'utf8') : parse(text)
  } catch (thrown) {
    // What OpenSSL says has no part of the key in it; a file system's error has its path.
    throw invalid(where, reason(thrown))
  }
  const problem = unfit(key, algorithm)
  if (problem) throw invalid(where, problem)
  return { kid, algorithm, key }
}

function textOf(file: string): string {
  return readFileSync(file, 'utf8').trim()
}

/** A key of one algorithm must not be usable by another (RFC 8725 §3.1). */
function unfit(key: KeyObject, algorithm: Algorithm): string | undefined {
  if (algorithm === 'HS256') {
    if (key.symmetricKeySize! < LEAST_SECRET_BYTES) return `a secret takes ${LEAST_SECRET_BYTES} bytes at least`
    const pem = key.export().toString('utf8').includes('-----BEGIN')
    return pem ? 'a PEM key is no secret: anybody could know it' : undefined
  }
  const details = key.asymmetricKeyDetails ?? {}
  if (algorithm === 'RS256') {
    if (key.asymmetricKeyType !== 'rsa') return 'RS256 takes an RSA key'
    return details.modulusLength! < LEAST_RSA_BITS ? `an RSA key takes ${LEAST_RSA_BITS} bits at least` : undefined
  }
  return details.namedCurve === 'prime256v1' ? undefined : 'ES256 takes a key on the curve P-256'
}

function invalid(where: string, why: string): KernelError {
  return new KernelError('config_invalid', `${where}: the key cannot be used: ${why}`)
}
