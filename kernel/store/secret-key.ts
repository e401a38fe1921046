import { hkdfSync, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { KernelError, reason } from '../errors.js'

const FILE = 'secret.key'
const BYTES = 32

/** What encrypts the secrets in the store: kept beside it, so that a copy of the store alone gives nothing away. */
export class SecretKey {
  readonly #master: Buffer

  private constructor(master: Buffer) {
    this.#master = master
  }

  /** Reads `secret.key` of a data folder, made (mode 0600) on first use. Throws `data_unreadable` or `data_unwritable`. */
  static inFolder(folder: string): SecretKey {
    const path = join(folder, FILE)
    const known = read(path)
    if (known) return new SecretKey(known)
    try {
      make(path)
    } catch (thrown) {
      throw new KernelError('data_unwritable', `${path} cannot be written: ${reason(thrown)}`, { cause: thrown })
    }
    return new SecretKey(read(path)!)
  }

  static inMemory(): SecretKey {
    return new SecretKey(randomBytes(BYTES))
  }

  /** 32 bytes that are only `owner`'s, and only for `purpose` (HKDF, RFC 5869). */
  derive(owner: string, purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#master, '', JSON.stringify(['patchbay', owner, purpose]), BYTES))
  }
}

function read(path: string): Buffer | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new KernelError('data_unreadable', `${path} cannot be read: ${reason(thrown)}`, { cause: thrown })
  }
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length === BYTES) return key
  throw new KernelError('data_unreadable', `${path} is damaged: it does not hold a key of ${BYTES} bytes`, {
    hint: 'restore it from a backup; without it the stored API keys cannot be read, and moving it away makes new ones',
  })
}

/** Whole or not at all: a power cut must not leave half a key. */
function make(path: string): void {
  const draft = `${path}.${process.pid}`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeSync(file, `${randomBytes(BYTES).toString('base64')}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(draft, path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  } finally {
    rmSync(draft, { force: true })
  }
}
