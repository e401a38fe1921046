import { injectable } from 'tsyringe'
import { Configuration } from './config/configuration.js'
import { Departure } from './departure.js'
import { Listeners } from './http/listeners.js'
import { Live } from './http/live.js'
import { readMounts } from './http/mounts.js'
import { PLAIN, type Wanted } from './http/wanted.js'
import type { FaceCommands, FaceName } from './life/contributions.js'
import type { HttpListener, ListenOptions, Logger, OpenListener } from './life/definition.js'
import type { Host } from './life/generation.js'
import { Holdings } from './life/holdings.js'
import { Log } from './log.js'
import { OwnOptions } from './own-options.js'
import type { Namespace, NamespaceSchema } from './store/namespace.js'
import { Store } from './store/store.js'

/** What every generation gets from the house. */
@injectable()
export class KernelHost implements Host {
  readonly holdings: Holdings
  readonly #configuration: Configuration
  readonly #store: Store
  readonly #live: Live
  readonly #listeners: Listeners
  readonly #log: Log
  readonly #departure: Departure
  readonly #ownOptions: OwnOptions

  constructor(
    holdings: Holdings,
    configuration: Configuration,
    store: Store,
    live: Live,
    listeners: Listeners,
    log: Log,
    departure: Departure,
    ownOptions: OwnOptions,
  ) {
    this.holdings = holdings
    this.#configuration = configuration
    this.#store = store
    this.#live = live
    this.#listeners = listeners
    this.#log = log
    this.#departure = departure
    this.#ownOptions = ownOptions
  }

  get hosts(): readonly string[] {
    return this.#configuration.settings.hosts
  }

  get limits(): Host['limits'] {
    const { start_seconds, drain_seconds, undo_seconds } = this.#configuration.settings.limits
    return { startMs: start_seconds * 1000, drainMs: drain_seconds * 1000, undoMs: undo_seconds * 1000 }
  }

  log(plugin: string): Logger {
    return this.#log.for(plugin)
  }

  openNamespace<V>(plugin: string, name: string): Namespace<V> {
    return this.#store.namespace<V>(plugin, name)
  }

  releaseNamespace(namespace: Namespace<unknown>): Promise<void> {
    return this.#store.release(namespace)
  }

  upgradeNamespace(plugin: string, name: string, schema: NamespaceSchema, hot: boolean): Promise<void> {
    return this.#store.upgrade(plugin, name, schema, hot)
  }

  livePermissions(): Iterable<string> {
    return this.#live.table.permissions.keys()
  }

  resolveService(service: string): unknown {
    return this.#live.table.service(service)
  }

  liveCommands<F extends FaceName>(face: F): FaceCommands[F]['definition'][] {
    return this.#live.table.commands(face).map(({ definition }) => definition)
  }

  secret(plugin: string, purpose: string): Buffer {
    return this.#store.secret.derive(plugin, purpose)
  }

  configure(plugin: string, options: Record<string, unknown>): Promise<void> {
    return this.#ownOptions.change(plugin, options)
  }

  leave(why: string): void {
    this.#departure.begin(why)
  }

  async openListener(options: ListenOptions): Promise<OpenListener> {
    const opened = await this.#listeners.open(wanted(options))
    return {
      remount: changed => opened.become(wanted(changed), opened.certificates),
      close: () => this.#listeners.closeOne(opened, this.limits.drainMs),
    }
  }

  httpListeners(): HttpListener[] {
    return this.#listeners.list()
  }
}

function wanted({ ip = PLAIN.ip, tls = PLAIN.tls, requestHandlers, ...rest }: ListenOptions): Wanted {
  const setting = 'the port that the plugin asks for'
  const mounts = readMounts(requestHandlers, setting)
  return { ...PLAIN, ...rest, ip, tls, mounts, setting }
}
