import { accessSync, constants, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { KernelError, reason } from '../errors.js'
import { type Database, Namespace, type NamespaceSchema } from './namespace.js'

/** The kernel's own namespaces belong to this owner; no plugin can be called so. */
export const KERNEL = 'kernel'

/** Everything Patchbay remembers: one database, one sublevel per namespace. */
export class Store {
  readonly #database: Database
  readonly #schemas: Namespace<number>
  readonly #open = new Set<Namespace<unknown>>()

  constructor(database: Database) {
    this.#database = database
    this.#schemas = new Namespace<number>(database, KERNEL, 'schemas')
  }

  /** Opens the database in `folder`, making the folder (mode 0700) on first use. */
  static async open(folder: string): Promise<Store> {
    const path = resolve(folder)
    const unwritable = (thrown: unknown) =>
      new KernelError('data_unwritable', `the data folder ${path} cannot be written: ${reason(thrown)}`, {
        hint: 'name a folder that this user may write, in PATCHBAY_DATA or as `data:` in patchbay.yml',
        cause: thrown,
      })
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 })
      accessSync(path, constants.W_OK)
    } catch (thrown) {
      throw unwritable(thrown)
    }
    const { Level } = await import('level')
    const database = new Level<string, string>(`${path}/store`)
    try {
      await database.open()
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
      if (cause?.code === 'LEVEL_IO_ERROR') throw unwritable(cause)
      throw new KernelError('data_unreadable', `the store in ${path} cannot be read: ${reason(cause ?? thrown)}`, {
        hint: 'nothing was changed; restore the folder from a backup, or move it away to start afresh',
        cause: thrown,
      })
    }
    return new Store(database as unknown as Database)
  }

  /** For tests: forgets everything when it closes. */
  static async inMemory(): Promise<Store> {
    const { MemoryLevel } = await import('memory-level')
    return new Store(new MemoryLevel<string, string>() as unknown as Database)
  }

  namespace<V>(owner: string, name: string): Namespace<V> {
    const namespace = new Namespace<V>(this.#database, owner, name)
    this.#open.add(namespace as Namespace<unknown>)
    return namespace
  }

  async release(namespace: Namespace<never> | Namespace<unknown>): Promise<void> {
    this.#open.delete(namespace as Namespace<unknown>)
    await namespace.close()
  }

  /** Names of the namespaces that are open now. */
  get open(): string[] {
    return [...this.#open].map(namespace => namespace.name)
  }

  /**
   * Brings a namespace to the version its owner declares. `hot` while an older generation still reads it: then only
   * steps that the previous version can read are taken, and nothing is changed when there is any other.
   */
  async upgrade(owner: string, name: string, schema: NamespaceSchema, hot: boolean): Promise<void> {
    const key = `${owner}:${name}`
    const stored = (await this.#schemas.get(key)) ?? ((await this.#isEmpty(owner, name)) ? schema.version : 1)
    if (stored > schema.version) {
      throw new KernelError(
        'upgrade_refused',
        `namespace "${key}" has version ${stored}, but this plugin knows only up to ${schema.version}; nothing was changed`,
        { hint: 'install the newer plugin again, or remove the data with `patchbay plugin purge`' },
      )
    }
    const steps = Array.from({ length: schema.version - stored }, (_, index) => stored + index + 1)
    for (const version of steps) {
      const upgrade = schema.upgrades?.[version]
      if (!upgrade) throw new KernelError('upgrade_refused', `namespace "${key}" has no upgrade to version ${version}`)
      if (hot && !upgrade.readableBefore) {
        throw new KernelError(
          'upgrade_refused',
          `namespace "${key}" needs the upgrade to version ${version}, which the running generation could not read`,
          { hint: `stop and start the plugin: patchbay plugin stop ${owner}, then patchbay plugin start ${owner}` },
        )
      }
    }
    for (const version of steps) {
      const namespace = this.namespace<unknown>(owner, name)
      try {
        await schema.upgrades![version]!.step(namespace)
      } finally {
        await this.release(namespace)
      }
      await this.#schemas.put(key, version)
    }
    if (steps.length === 0 && (await this.#schemas.get(key)) === undefined) await this.#schemas.put(key, schema.version)
  }

  /** Removes all data of one namespace. The caller makes sure that nobody has it open. */
  async purge(owner: string, name: string): Promise<void> {
    const namespace = this.namespace<unknown>(owner, name)
    try {
      await namespace.clear()
      await this.#schemas.delete(`${owner}:${name}`)
    } finally {
      await this.release(namespace)
    }
  }

  async close(): Promise<void> {
    for (const namespace of this.#open) await this.release(namespace)
    await this.#schemas.close()
    await this.#database.close()
  }

  async #isEmpty(owner: string, name: string): Promise<boolean> {
    const namespace = this.namespace<unknown>(owner, name)
    try {
      return (await namespace.page(1)).entries.length === 0
    } finally {
      await this.release(namespace)
    }
  }
}
