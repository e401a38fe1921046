import { setMaxListeners } from 'node:events'
import { asKernelError, KernelError } from '../errors.js'
import type { Namespace, NamespaceSchema } from '../store/namespace.js'
import { createContext } from './context.js'
import { type Contributions, type FaceCommands, type FaceName, noContributions } from './contributions.js'
import { within } from './deadline.js'
import type {
  CertificateOfHosts,
  Held,
  HttpListener,
  ListenOptions,
  LoadedPlugin,
  Logger,
  OpenListener,
  PluginDefinition,
} from './definition.js'
import { Effects } from './effects.js'
import type { Holding, Holdings } from './holdings.js'
import type { Linked } from './linker.js'
import { inScope, type Scope } from './scope.js'

/** What a generation needs from the house around it. */
export interface Host {
  readonly holdings: Holdings
  readonly hosts: readonly string[]
  readonly limits: { startMs: number; drainMs: number; undoMs: number }
  log(plugin: string): Logger
  openNamespace<V>(plugin: string, name: string): Namespace<V>
  releaseNamespace(namespace: Namespace<unknown>): Promise<void>
  upgradeNamespace(plugin: string, name: string, schema: NamespaceSchema, hot: boolean): Promise<void>
  /** Every permission that is live now, for references to another plugin's. */
  livePermissions(): Iterable<string>
  resolveService(service: string): unknown
  /** Definitions of the live commands of a face. */
  liveCommands<F extends FaceName>(face: F): FaceCommands[F]['definition'][]
  loadedPlugins(): LoadedPlugin[]
  secret(plugin: string, purpose: string): Buffer
  certificates(files: readonly string[]): Promise<CertificateOfHosts[]>
  configure(plugin: string, options: Record<string, unknown>): Promise<void>
  /** Ends the process cleanly. */
  leave(why: string): void
  openListener(options: ListenOptions): Promise<OpenListener>
  httpListeners(): HttpListener[]
}

/** What a namespace without a schema is: the data of a newer plugin must not be taken for it. */
const FIRST: NamespaceSchema = { version: 1 }

type Phase = 'starting' | 'live' | 'ended'

/** One start of a plugin's code: all it contributed, all it must undo. */
export class Generation {
  readonly plugin: string
  readonly number: number
  readonly linked: Linked
  readonly config: unknown
  readonly contributions: Contributions = noContributions()
  readonly keeping = new Map<string, { holding: Holding; held: Held<unknown> }>()
  /** Keys of holdings that are being opened right now. */
  readonly opening = new Set<string>()
  readonly effects = new Effects()
  readonly scope: Scope
  readonly #host: Host
  readonly #abort = new AbortController()
  readonly #namespaces = new Map<string, Namespace<unknown>>()
  readonly #onLive: (() => void)[] = []
  #phase: Phase = 'starting'
  #open = true
  #failStart: ((thrown: unknown) => void) | undefined
  /** What nobody caught between the end of `start` and the swap. */
  #crash: { thrown: unknown } | undefined

  constructor(plugin: string, number: number, linked: Linked, config: unknown, host: Host) {
    this.plugin = plugin
    this.number = number
    this.linked = linked
    this.config = config
    this.#host = host
    // Every open stream listens to it.
    setMaxListeners(0, this.#abort.signal)
    this.scope = { plugin, generation: number, house: host }
  }

  get definition(): PluginDefinition {
    return this.linked.definition
  }

  get host(): Host {
    return this.#host
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get ended(): boolean {
    return this.#phase === 'ended'
  }

  get namespaces(): string[] {
    return [...this.#namespaces.keys()]
  }

  /** Brings the storage to the declared versions. `hot` while an older generation still reads it. */
  async upgradeStorage(hot: boolean): Promise<void> {
    const { storage = [] } = this.definition
    const schemas = Array.isArray(storage) ? storage.map(name => [name, FIRST] as const) : Object.entries(storage)
    for (const [name, schema] of schemas) {
      await this.#host.upgradeNamespace(this.plugin, name, schema, hot)
    }
  }

  /** Runs the plugin's `start`, invisible to the outside, under the time limit. */
  async start(): Promise<void> {
    const { startMs } = this.#host.limits
    const late = () =>
      new KernelError('start_timeout', `plugin "${this.plugin}" did not start: still starting after ${startMs} ms`, {
        hint: 'look for an await in its start that never settles, or raise limits.start_seconds',
      })
    try {
      const context = createContext(this)
      const crashed = new Promise<never>((_, reject) => {
        this.#failStart = reject
      })
      const started = inScope(this.scope, async () => this.definition.start(context))
      await within(startMs, Promise.race([started, crashed]), late)
    } catch (thrown) {
      throw asKernelError('start_failed', thrown, why => `plugin "${this.plugin}" did not start: ${why}`)
    } finally {
      this.#open = false
      this.#failStart = undefined
    }
  }

  /** An error that nobody caught before this generation lived; false when it lives or has ended. */
  failStart(thrown: unknown): boolean {
    if (this.#phase !== 'starting') return false
    this.#crash ??= { thrown }
    this.#failStart?.(thrown)
    return true
  }

  /** The last look before the swap: throws what went wrong since `start` returned. */
  assertSound(): void {
    if (this.#crash) throw this.#crash.thrown
  }

  /** Contributions are made in `start` and nowhere else, so that the live table can be checked before the swap. */
  assertOpen(what: string): void {
    if (this.#open) return
    throw new KernelError(
      'contribution_too_late',
      `plugin "${this.plugin}" made a ${what} after its start; it was not added and everything else keeps running`,
      { hint: 'contribute inside start, before it returns' },
    )
  }

  onLive(act: () => void): void {
    if (this.#phase === 'live') act()
    else if (this.#phase === 'starting') this.#onLive.push(act)
  }

  /** The turn of the swap. */
  goLive(): void {
    this.#phase = 'live'
    this.#host.holdings.adopt(this)
    for (const act of this.#onLive.splice(0)) {
      try {
        inScope(this.scope, act)
      } catch (thrown) {
        // The swap has happened: this is a crash of a live generation, and the supervisor will see it as one.
        inScope(this.scope, () => queueMicrotask(() => Promise.reject(thrown)))
      }
    }
  }

  namespace<V>(name: string): Namespace<V> {
    const known = this.#namespaces.get(name)
    if (known) return known as Namespace<V>
    if (this.ended) throw new KernelError('undeclared_namespace', `plugin "${this.plugin}" has ended and opens nothing`)
    const namespace = this.#host.openNamespace<V>(this.plugin, name)
    this.#namespaces.set(name, namespace as Namespace<unknown>)
    return namespace
  }

  /** Ends what only `signal` can end: streaming responses. */
  abortStreams(): void {
    inScope(this.scope, () => this.#abort.abort())
  }

  /** Abort, undo in reverse, close what is open. Holdings are not touched. */
  async end(): Promise<void> {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    this.#open = false
    const log = this.#host.log(this.plugin)
    this.abortStreams()
    await this.effects.undo(this.#host.limits.undoMs, (label, why) =>
      log.error({ generation: this.number, effect: label }, `effect "${label}" was not undone: ${why}`),
    )
    for (const namespace of this.#namespaces.values()) await this.#host.releaseNamespace(namespace)
    this.#namespaces.clear()
  }
}
