import { pbkdf2 } from 'node:crypto'
import { KernelError } from 'patchbay'

/** The thread pool of four also serves the file system and the store; `auth` may have two of its threads. */
const AT_ONCE = 2
/** A derivation takes some milliseconds, so the last one waits for seconds. */
const MOST_WAITING = 1000

let running = 0
const waiting: (() => void)[] = []

/** PBKDF2 in the thread pool, a few at a time; throws `busy` when too many wait. */
export async function deriveKey(
  password: string,
  salt: Buffer,
  iterations: number,
  digest: 'sha1' | 'sha256',
): Promise<Buffer> {
  if (waiting.length >= MOST_WAITING) {
    throw new KernelError('busy', 'too many passwords are being checked or set at once', {
      hint: 'try again in a few seconds',
    })
  }
  if (running >= AT_ONCE) await new Promise<void>(resolve => waiting.push(resolve))
  else running++
  try {
    return await new Promise((resolve, reject) => {
      const bytes = digest === 'sha1' ? 20 : 32
      pbkdf2(password, salt, iterations, bytes, digest, (error, key) => (error ? reject(error) : resolve(key)))
    })
  } finally {
    // Whoever waits takes over the place, so that nobody who comes in between goes past the bound.
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
