import { randomBytes, timingSafeEqual } from 'node:crypto'
import { derive, type Hashing } from './hashing.js'

/** A password as it is stored: scrypt (RFC 7914) with its parameters, base64. */
export interface PasswordHash {
  salt: string
  hash: string
  cost: number
  blockSize: number
  parallelization: number
}

type Parameters = Pick<PasswordHash, 'cost' | 'blockSize' | 'parallelization'>

const BYTES = 32
const BLOCK_SIZE = 8
/** With N = 32768 OWASP's smallest recommendation. */
const PARALLELIZATION = 3

export async function hashPassword(hashing: Hashing, password: string, cost: number): Promise<PasswordHash> {
  const salt = randomBytes(16)
  const parameters = newParameters(cost)
  const hash = await keyOf(hashing, password, parameters, salt)
  return { salt: salt.toString('base64'), hash: hash.toString('base64'), ...parameters }
}

/** A hash that nothing matches and that takes as long to check as `like`. */
export function decoyLike(like: Parameters): PasswordHash {
  return { ...like, salt: randomBytes(16).toString('base64'), hash: randomBytes(BYTES).toString('base64') }
}

/** As those of a new hash. */
export function newParameters(cost: number): Parameters {
  return { cost, blockSize: BLOCK_SIZE, parallelization: PARALLELIZATION }
}

/** Constant-time in the comparison; the derivation runs off the main thread. */
export async function passwordMatches(hashing: Hashing, password: string, stored: PasswordHash): Promise<boolean> {
  const derived = await keyOf(hashing, password, stored, Buffer.from(stored.salt, 'base64'))
  return timingSafeEqual(derived, Buffer.from(stored.hash, 'base64'))
}

function keyOf(
  hashing: Hashing,
  password: string,
  { cost, blockSize, parallelization }: Parameters,
  salt: Buffer,
): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: parallelization, maxmem: 256 * cost * blockSize }
  return derive(hashing, { password, salt, bytes: BYTES, options })
}
