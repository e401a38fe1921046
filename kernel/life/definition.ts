import type { DependencyContainer } from 'tsyringe'
import type { z } from 'zod'
import type { Namespace, NamespaceSchema } from '../store/namespace.js'
import type {
  FaceCommands,
  FaceName,
  Method,
  RouteAccess,
  RouteHandler,
  UpgradeHandler,
  UpgradeName,
} from './contributions.js'
import type { Authenticator } from './identity.js'
import type { State } from './state.js'

/** A plugin as data: what it is called, what it may use, and one verb. There is no `stop`: what `start` did is known. */
export interface PluginDefinition<C extends z.ZodType = z.ZodType> {
  /** The name of its folder. */
  name: string
  version: string
  description?: string
  /** Other names it answers to over the documented APIs; unique over all plugins. */
  aliases?: string[]
  /** Plugins that must be running first. Order only: plugins meet through services. */
  requires?: string[]
  /** Services that its container holds as accessors, injected by their name. */
  uses?: string[]
  /** Checked at start, and shown by the documented configuration endpoints. */
  config?: C
  /** Names at the top of patchbay.yml that are options of this plugin, as if they stood in its own block. */
  topLevel?: string[]
  /** What a person should know about options that are right as such; `patchbay config check` and the log show it. */
  advise?(config: z.infer<C>, house: { hosts: readonly string[] }): Advice[]
  /** `'rooms.read': 'See rooms'` becomes the permission `plugin:rooms.read`. */
  permissions?: Record<string, string>
  /** The storage namespaces it may open, with a schema where their format has changed over time. */
  storage?: string[] | Record<string, NamespaceSchema>
  /** Whether it starts by itself the first time it is found on disk; true unless said. */
  autostart?: boolean
  start(ctx: PluginContext<z.infer<C>>): void | Promise<void>
}

/** A remark about a configuration: what it does, or what it does not do although it looks so. */
export interface Advice {
  level: 'warning' | 'note'
  /** Of the option: `api_permissions.admin access`. */
  path: string
  text: string
}

/** Keeps the types of `config` and `ctx.config` together; returns its argument. */
export function plugin<C extends z.ZodType = z.ZodType<Record<string, unknown>>>(
  definition: PluginDefinition<C>,
): PluginDefinition<C> {
  return definition
}

export interface Logger {
  debug(fields: object | string, message?: string): void
  info(fields: object | string, message?: string): void
  warn(fields: object | string, message?: string): void
  error(fields: object | string, message?: string): void
}

/** The functions of a kept value that each generation brings anew. */
// biome-ignore lint/suspicious/noExplicitAny: any function may be a behaviour; `unknown[]` would refuse typed parameters
export type Behaviour = Record<string, (...args: any[]) => any>

/** A value that the kernel keeps while generations come and go: a socket, a server, counters. */
export interface Held<T, B extends Behaviour = Behaviour> {
  /**
   * Makes the value; called only when no generation holds the key yet.
   * `call` has the functions of `behaviour`, always those of the generation that is live when they are called.
   * The value is plain data or a Node object, never an instance of a class from the plugin's own folder.
   */
  open(call: B, holding: HoldingContext): T | Promise<T>
  /** Called once no generation keeps the key any more: that of the last one, so all it needs is in the value. */
  close(value: T): void | Promise<void>
  behaviour?: B
  /** Where the value listens now, for `patchbay status`: `xmpp://127.0.0.1:5222`. */
  listening?(value: T): readonly string[]
}

export interface HoldingContext {
  /** A namespace that closes with the holding instead of with the generation. */
  storage<V>(namespace: string): Namespace<V>
  log: Logger
}

/** What a starting generation may do. Everything it does through this context is undone when the generation retires. */
export interface PluginContext<Config = unknown> {
  readonly name: string
  readonly generation: number
  /** The domains that every protocol serves; never empty. */
  readonly hosts: readonly string[]
  /** Aborts when the generation retires, after the drain. */
  readonly signal: AbortSignal
  readonly log: Logger
  readonly config: Config
  /** This generation's own tsyringe container. It holds `context`, `config`, `log`, `signal` and the services in `uses`. */
  readonly container: DependencyContainer
  route<Query = unknown, Body = unknown>(
    method: Method,
    path: string,
    access: RouteAccess<Query, Body>,
    handler: RouteHandler<Query, Body>,
  ): void
  command<F extends FaceName>(
    face: F,
    definition: FaceCommands[F]['definition'],
    handler: FaceCommands[F]['handler'],
  ): void
  authenticate(authenticator: Authenticator): void
  /** Takes connections that leave HTTP for another protocol, wherever a listener mounts its name; at most one plugin does. */
  upgrade(name: UpgradeName, handler: UpgradeHandler): void
  /** Definitions of the live commands of a face. */
  commands<F extends FaceName>(face: F): FaceCommands[F]['definition'][]
  /** The loaded plugins by name, this one included: for telling people what there is and what does not work. */
  plugins(): LoadedPlugin[]
  /**
   * Sets options of this plugin as an override, which survives restarts; the others stay. Applied by a reload: resolves
   * once the next generation is live, and throws `config_invalid` or what stopped it with nothing changed.
   */
  configure(options: Record<string, unknown>): Promise<void>
  /** Ends the process as SIGTERM does; what is under way finishes. Throws where Patchbay is embedded. */
  leave(why: string): void
  /** 32 bytes that no other plugin gets, the same at every start: for encrypting and for keyed digests. */
  secret(purpose: string): Buffer
  /**
   * Key and chain for TLS: those in the PEM `files`, where a * stands for any part of a name; without any, those of
   * `certfiles` in patchbay.yml, else the house's self-signed one. Throws `config_invalid`.
   */
  certificate(files?: readonly string[]): Promise<Certificate>
  /** All of them, for who is asked for several names; never none. */
  certificates(files?: readonly string[]): Promise<CertificateOfHosts[]>
  storage<V>(namespace: string): Namespace<V>
  /** At most one live provider per service. */
  provide<T>(service: string, value: T): void
  /** An accessor: resolves through the live table that the current request has pinned; throws `no_backend` without a provider. */
  service<T>(service: string): () => T
  /** An HTTP listener of the plugin's own, kept across its reloads. */
  listen(options: ListenOptions): Promise<void>
  /** The HTTP listeners of the house, and how to open more of them while it runs. */
  readonly http: HttpListeners
  keep<T, B extends Behaviour = Behaviour>(key: string, held: Held<T, B>): Promise<T>
  effect(label: string, undo: () => void | Promise<void>): void
  /** Calls `work` every `ms` milliseconds from the swap until the generation retires, never twice at once. */
  every(ms: number, work: () => unknown): void
  /** Runs in the same turn as the swap. */
  onLive(act: () => void): void
}

export interface LoadedPlugin {
  readonly name: string
  readonly state: State
  /** What went wrong last, while it is failed. */
  readonly error: string | undefined
  /** Its options with their values as text, in the order of their schema; none when they are wrong. */
  options(): { key: string; value: string; datatype: string }[]
}

/** A private key with its chain, both in PEM. */
export interface Certificate {
  key: string
  cert: string
}

export interface HttpListeners {
  /** Every open one: configured, of plugins, and opened here. */
  list(): HttpListener[]
  /** It stays open until it is closed: keep it as a holding. Throws `port_taken`, `listen_failed`, `config_invalid`. */
  open(options: ListenOptions): Promise<OpenListener>
}

export interface HttpListener {
  readonly address: string
  readonly port: number
  readonly tls: boolean
  /** Of what it carries, as `request_handlers` names it. */
  readonly handlers: readonly string[]
  /** Undefined is no limit. */
  readonly maxConnections: number | undefined
  readonly connections: number
  /** Since it was opened. */
  readonly totalConnections: number
}

/** A plugin's own listener: its socket stays, what it carries may change with each generation. */
export interface OpenListener {
  remount(options: ListenOptions): void
  close(): Promise<void>
}

export interface CertificateOfHosts extends Certificate {
  /** Whether it is valid for this host name. */
  serves(host: string): boolean
}

export interface ListenOptions {
  /** 0 picks a free one. */
  port: number
  /** Default 127.0.0.1. */
  ip?: string
  tls?: boolean
  /** PEM files with the chain and its key; without them the certificate of the house. */
  certfile?: string
  keyfile?: string
  maxConnections?: number
  /** Mount path to handlers, as in `listen.request_handlers` of the configuration. */
  requestHandlers: Record<string, string | string[]>
}
