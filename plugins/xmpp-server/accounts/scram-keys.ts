import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { deriveKey } from './derive-key.js'

/** What is stored instead of a password, for SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677). */
export interface ScramKeys {
  sha1: ScramKey
  sha256: ScramKey
}

/** Salt and keys in base64. */
export interface ScramKey {
  salt: string
  iterations: number
  storedKey: string
  serverKey: string
}

const SALT_BYTES = 16

/** `password` is prepared (saslprep). */
export async function deriveScramKeys(password: string, iterations: number): Promise<ScramKeys> {
  const derive = (digest: 'sha1' | 'sha256') => deriveScramKey(password, randomBytes(SALT_BYTES), iterations, digest)
  const [sha1, sha256] = await Promise.all([derive('sha1'), derive('sha256')])
  return { sha1, sha256 }
}

/** RFC 5802 §3. */
export async function deriveScramKey(
  password: string,
  salt: Buffer,
  iterations: number,
  digest: 'sha1' | 'sha256',
): Promise<ScramKey> {
  const salted = await deriveKey(password, salt, iterations, digest)
  const hmac = (text: string) => createHmac(digest, salted).update(text).digest()
  return {
    salt: salt.toString('base64'),
    iterations,
    storedKey: createHash(digest).update(hmac('Client Key')).digest('base64'),
    serverKey: hmac('Server Key').toString('base64'),
  }
}

/** Whether a prepared password is the one behind the keys; the comparison takes the same time either way. */
export async function passwordMatches(password: string, { sha256 }: ScramKeys): Promise<boolean> {
  const { storedKey } = await deriveScramKey(password, Buffer.from(sha256.salt, 'base64'), sha256.iterations, 'sha256')
  return timingSafeEqual(Buffer.from(storedKey, 'base64'), Buffer.from(sha256.storedKey, 'base64'))
}

/** Keys that nothing matches and that take as long to check as real ones. */
export function decoyKeys(iterations: number): ScramKeys {
  const random = (bytes: number) => randomBytes(bytes).toString('base64')
  const decoy = (bytes: number) => ({
    salt: random(SALT_BYTES),
    iterations,
    storedKey: random(bytes),
    serverKey: random(bytes),
  })
  return { sha1: decoy(20), sha256: decoy(32) }
}
