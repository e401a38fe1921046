import { join } from 'node:path'
import { KernelError, reason } from '../errors.js'
import { openDatabase, Presence, prepareDataFolder } from './data-folder.js'
import { type Database, Namespace, type NamespaceSchema } from './namespace.js'
import { SecretKey } from './secret-key.js'
import { TornLog } from './torn-log.js'

/** The kernel's own namespaces belong to this owner; no plugin can be called so. */
export const KERNEL = 'kernel'

/** Everything Patchbay remembers: one database, one sublevel per namespace. */
export class Store {
  readonly secret: SecretKey
  readonly #database: Database
  readonly #schemas: Namespace<number>
  readonly #presence: Presence | undefined
  readonly #log: TornLog | undefined
  readonly #open = new Set<Namespace<unknown>>()

  constructor(database: Database, secret: SecretKey, presence?: Presence, log?: TornLog) {
    this.secret = secret
    this.#database = database
    this.#presence = presence
    this.#log = log
    this.#schemas = new Namespace<number>(database, KERNEL, 'schemas', () => this.#presence?.assert(), log)
  }

  /**
   * Opens the database in `folder`; throws `data_unwritable`, `data_locked` or `data_unreadable`.
   * `report` hears when the folder disappears while it is open.
   */
  static async open(folder: string, report: (lost: KernelError) => void = () => {}): Promise<Store> {
    const path = prepareDataFolder(folder)
    const secret = SecretKey.inFolder(path)
    const database = await openDatabase(path)
    return new Store(database, secret, new Presence(path, report), new TornLog(database, join(path, 'store')))
  }

  /** For tests: forgets everything when it closes. */
  static async inMemory(): Promise<Store> {
    const { MemoryLevel } = await import('memory-level')
    return new Store(new MemoryLevel<string, string>() as unknown as Database, SecretKey.inMemory())
  }

  namespace<V>(owner: string, name: string): Namespace<V> {
    const namespace = new Namespace<V>(this.#database, owner, name, () => this.#presence?.assert(), this.#log)
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
      if (!upgrade) {
        throw new KernelError('upgrade_refused', `namespace "${key}" has no upgrade to version ${version}`, {
          hint: `add the step ${version} to \`upgrades\` in the plugin's definition; nothing was changed`,
        })
      }
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
      } catch (thrown) {
        throw new KernelError(
          'upgrade_refused',
          `namespace "${key}" could not be upgraded to version ${version}: ${reason(thrown)}; it stays at ${version - 1}`,
          { hint: 'mend the step; it runs again at the next start, over what it had changed already', cause: thrown },
        )
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
    this.#presence?.close()
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
