import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** A password as it is stored: scrypt (RFC 7914) with its parameters, base64. */
export interface PasswordHash {
  salt: string
  hash: string
  cost: number
  blockSize: number
  parallelization: number
}

const BYTES = 32
const BLOCK_SIZE = 8
/** With N = 32768 OWASP's smallest recommendation. */
const PARALLELIZATION = 3
/** The thread pool of four also serves the file system and the store. */
const AT_ONCE = 2

export async function hashPassword(password: string, cost: number): Promise<PasswordHash> {
  const salt = randomBytes(16)
  const parameters = { cost, blockSize: BLOCK_SIZE, parallelization: PARALLELIZATION }
  const hash = await derive(password, { salt: '', hash: '', ...parameters }, salt)
  return { salt: salt.toString('base64'), hash: hash.toString('base64'), ...parameters }
}

/** Constant-time in the comparison; the derivation runs in the thread pool, a few at a time. */
export async function passwordMatches(password: string, stored: PasswordHash): Promise<boolean> {
  const derived = await derive(password, stored, Buffer.from(stored.salt, 'base64'))
  return timingSafeEqual(derived, Buffer.from(stored.hash, 'base64'))
}

let running = 0
const waiting: (() => void)[] = []

async function derive(
  password: string,
  { cost, blockSize, parallelization }: PasswordHash,
  salt: Buffer,
): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>(resolve => waiting.push(resolve))
  running++
  try {
    return await new Promise((resolve, reject) => {
      const options = { N: cost, r: blockSize, p: parallelization, maxmem: 256 * cost * blockSize }
      scrypt(password, salt, BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
    })
  } finally {
    running--
    waiting.shift()?.()
  }
}
