import { injectable } from 'tsyringe'
import { Configuration } from './config/configuration.js'
import { datatypeOf } from './config/option-datatype.js'
import { Departure } from './departure.js'
import { Listeners } from './http/listeners.js'
import { Live } from './http/live.js'
import { readMounts } from './http/mounts.js'
import { PLAIN, type Wanted } from './http/wanted.js'
import type { FaceCommands, FaceName } from './life/contributions.js'
import type {
  CertificateOfHosts,
  HttpListener,
  ListenOptions,
  LoadedPlugin,
  Logger,
  OpenListener,
} from './life/definition.js'
import type { Host } from './life/generation.js'
import { Holdings } from './life/holdings.js'
import type { Plugin } from './life/plugin.js'
import { Roster } from './life/roster.js'
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
  readonly #roster: Roster

  constructor(
    holdings: Holdings,
    configuration: Configuration,
    store: Store,
    live: Live,
    listeners: Listeners,
    log: Log,
    departure: Departure,
    ownOptions: OwnOptions,
    roster: Roster,
  ) {
    this.holdings = holdings
    this.#configuration = configuration
    this.#store = store
    this.#live = live
    this.#listeners = listeners
    this.#log = log
    this.#departure = departure
    this.#ownOptions = ownOptions
    this.#roster = roster
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

  loadedPlugins(): LoadedPlugin[] {
    return this.#roster.plugins.map(plugin => ({
      name: plugin.name,
      state: plugin.state,
      error: plugin.state === 'failed' ? plugin.lastError?.sentence : undefined,
      options: () => optionsOf(this.#configuration, plugin),
    }))
  }

  secret(plugin: string, purpose: string): Buffer {
    return this.#store.secret.derive(plugin, purpose)
  }

  certificates(files: readonly string[]): Promise<CertificateOfHosts[]> {
    return this.#listeners.certificates(files)
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

function optionsOf(configuration: Configuration, { name, linked: { definition } }: Plugin) {
  try {
    const options = configuration.options(name, definition)
    return options.map(({ key, value }) => ({ key, value, datatype: datatypeOf(definition.config, key) }))
  } catch {
    // A plugin that failed because of them is listed all the same.
    return []
  }
}

function wanted({ ip = PLAIN.ip, tls = PLAIN.tls, requestHandlers, ...rest }: ListenOptions): Wanted {
  const setting = 'the port that the plugin asks for'
  const mounts = readMounts(requestHandlers, setting)
  return { ...PLAIN, ...rest, ip, tls, mounts, setting }
}
