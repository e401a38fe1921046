import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { KernelError, reason } from '../errors.js'
import type { Database } from './namespace.js'

/** The system's words; what else goes wrong with a file is damage. */
const NOT_ALLOWED = /permission|not permitted|read-only|no space|quota/i
const GLANCE_MS = 1000

/** The folder of the store and of the control socket, made (mode 0700) on first use. Throws `data_unwritable`. */
export function prepareDataFolder(folder: string): string {
  const path = resolve(folder)
  try {
    const known = statSync(path, { throwIfNoEntry: false })
    if (known && !known.isDirectory()) throw new Error('it is a file, not a folder')
    mkdirSync(join(path, 'store'), { recursive: true, mode: 0o700 })
    accessSync(path, constants.W_OK)
    return path
  } catch (thrown) {
    throw unwritable(path, thrown)
  }
}

/** The database of the data folder; throws `data_locked`, `data_unwritable` or `data_unreadable`. */
export async function openDatabase(path: string): Promise<Database> {
  const { Level } = await import('level')
  const database = new Level<string, string>(join(path, 'store'))
  try {
    await database.open()
    return database as unknown as Database
  } catch (thrown) {
    const cause = (thrown as { cause?: { code?: string } }).cause
    if (cause?.code === 'LEVEL_LOCKED') {
      throw new KernelError(
        'data_locked',
        `the data folder ${path} is in use by another Patchbay; nothing was changed`,
        {
          hint: 'stop the other one (`patchbay status` finds it), or give this one its own folder with PATCHBAY_DATA',
          cause: thrown,
        },
      )
    }
    if (cause?.code === 'LEVEL_IO_ERROR' && NOT_ALLOWED.test(reason(cause))) throw unwritable(path, cause)
    throw new KernelError('data_unreadable', `the store in ${path} cannot be read: ${reason(cause ?? thrown)}`, {
      hint: 'nothing was changed; restore the folder from a backup, or move it away to start afresh',
      cause: thrown,
    })
  }
}

/** Looks every second whether the store is still on disk: what is written to a deleted one would be lost in silence. */
export class Presence {
  readonly #path: string
  readonly #inode: number | undefined
  readonly #timer: NodeJS.Timeout
  #gone = false

  /** `report` hears it once. */
  constructor(path: string, report: (lost: KernelError) => void) {
    this.#path = path
    this.#inode = this.#look()
    this.#timer = setInterval(() => {
      if (this.#look() === this.#inode) return
      this.#gone = true
      this.close()
      report(this.#sentence())
    }, GLANCE_MS).unref()
  }

  /** Throws once the folder has disappeared. */
  assert(): void {
    if (this.#gone) throw this.#sentence()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): number | undefined {
    try {
      return statSync(join(this.#path, 'store', 'LOCK')).ino
    } catch {
      return undefined
    }
  }

  #sentence(): KernelError {
    return new KernelError(
      'data_unwritable',
      `the data folder ${this.#path} has disappeared; what is open still answers, nothing can be stored`,
      { hint: 'put the folder back and restart Patchbay' },
    )
  }
}

function unwritable(path: string, thrown: unknown): KernelError {
  return new KernelError('data_unwritable', `the data folder ${path} cannot be written: ${reason(thrown)}`, {
    hint: 'name a folder that this user may write, in PATCHBAY_DATA or as `data:` in patchbay.yml',
    cause: thrown,
  })
}
