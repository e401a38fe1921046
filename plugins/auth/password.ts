import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { KernelError } from 'patchbay'

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
/** More callers than this would wait for longer than anybody does; every one of them holds a request open. */
const MOST_WAITING = 64
/** The thread pool of four also serves the file system and the store. */
const AT_ONCE = 2

export async function hashPassword(password: string, cost: number): Promise<PasswordHash> {
  const salt = randomBytes(16)
  const parameters = { cost, blockSize: BLOCK_SIZE, parallelization: PARALLELIZATION }
  const hash = await derive(password, { salt: '', hash: '', ...parameters }, salt)
  return { salt: salt.toString('base64'), hash: hash.toString('base64'), ...parameters }
}

/** A hash that nothing matches and that takes as long to check as `like`. */
export function decoyLike(like: PasswordHash): PasswordHash {
  return { ...like, salt: randomBytes(16).toString('base64'), hash: randomBytes(BYTES).toString('base64') }
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
  if (waiting.length >= MOST_WAITING) {
    throw new KernelError('busy', 'too many passwords are being checked at once; whoever is known already gets in', {
      hint: 'try again in a few seconds',
    })
  }
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
