import { readdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelError, reason } from '../errors.js'
import type { Database } from './namespace.js'

/** LevelDB holds up to 4 MB in memory, which the new file takes; when there is no room for that, it gives up for good. */
const ROOM_BYTES = 8 * 1024 * 1024
const RETRY_MS = 1000

/**
 * When the disk takes only half of a record, LevelDB writes the next ones behind it, says that all is well, and cannot
 * read them at the next start. So after a failed write nothing is acknowledged until LevelDB has begun another log,
 * which it does when it is asked to compact.
 */
export class TornLog {
  readonly #database: Database & { compactRange?(start: string, end: string): Promise<void> }
  readonly #folder: string
  #torn = false
  #mending: Promise<void> | undefined
  #failed: { at: number; error: KernelError } | undefined

  constructor(database: Database, folder: string) {
    this.#database = database
    this.#folder = folder
  }

  get torn(): boolean {
    return this.#torn
  }

  /** A write has failed. */
  noticed(): void {
    this.#torn = true
  }

  /** Throws `data_unwritable` while there is no room. */
  mend(): Promise<void> {
    if (this.#failed && Date.now() - this.#failed.at < RETRY_MS) return Promise.reject(this.#failed.error)
    this.#mending ??= this.#mend().finally(() => {
      this.#mending = undefined
    })
    return this.#mending
  }

  async #mend(): Promise<void> {
    try {
      await this.#findRoom()
      const before = this.#newest()
      await this.#database.compactRange?.('\0', '\0')
      // LevelDB does not say whether it has done it.
      if (this.#database.compactRange && this.#logs().some(log => log <= before)) {
        throw new Error('the database does not recover by itself')
      }
      this.#torn = false
      this.#failed = undefined
    } catch (thrown) {
      const error = new KernelError('data_unwritable', `nothing can be stored: ${reason(thrown)}`, {
        hint: 'nothing stored before is lost; make room on the disk, and restart Patchbay if that does not help',
        cause: thrown,
      })
      this.#failed = { at: Date.now(), error }
      throw error
    }
  }

  async #findRoom(): Promise<void> {
    const path = join(this.#folder, '..', 'room')
    try {
      const file = await open(path, 'w', 0o600)
      try {
        await file.writeFile(Buffer.alloc(ROOM_BYTES))
        await file.sync()
      } finally {
        await file.close()
      }
    } finally {
      await rm(path, { force: true })
    }
  }

  #newest(): number {
    return Math.max(0, ...this.#logs())
  }

  #logs(): number[] {
    return readdirSync(this.#folder).flatMap(name => (/^\d+\.log$/.test(name) ? [Number.parseInt(name, 10)] : []))
  }
}
