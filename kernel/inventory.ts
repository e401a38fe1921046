import { statSync } from 'node:fs'
import { injectable } from 'tsyringe'
import { Configuration } from './config/configuration.js'
import type { PluginOption } from './config/plugin-options.js'
import { reason } from './errors.js'
import { Live } from './http/live.js'
import { Catalogue, type Found } from './life/catalogue.js'
import { DesiredState } from './life/desired.js'
import { Holdings } from './life/holdings.js'
import { link } from './life/linker.js'
import type { LastError, Plugin } from './life/plugin.js'
import { Roster } from './life/roster.js'
import type { State } from './life/state.js'

/** A plugin in a list: on disk, loaded or not. */
export interface PluginSummary {
  name: string
  version: string
  description: string
  aliases: string[]
  /** `available` is on disk and not loaded. */
  state: State | 'available'
  /** Of the generation that serves; 0 without one. */
  generation: number
  error: string | undefined
}

/** Everything known about one plugin. */
export interface PluginDetails extends PluginSummary {
  folder: string
  files: string[]
  requires: string[]
  required_by: string[]
  desired: { loaded: boolean; active: boolean }
  routes: string[]
  commands: string[]
  services: string[]
  permissions: Record<string, string>
  namespaces: { declared: string[]; open: string[] }
  effects: string[]
  holdings: string[]
  options: PluginOption[]
  last_error: LastError | undefined
}

interface Peeked {
  modified: number
  version: string
  description: string
  aliases: string[]
  autostart: boolean
  error: string | undefined
}

/** What there is: on disk, loaded, running. */
@injectable()
export class Inventory {
  readonly #peeked = new Map<string, Peeked>()

  constructor(
    private readonly catalogue: Catalogue,
    private readonly roster: Roster,
    private readonly desired: DesiredState,
    private readonly holdings: Holdings,
    private readonly live: Live,
    private readonly configuration: Configuration,
  ) {}

  /** Every plugin on disk and every loaded one, by name. */
  list(): PluginSummary[] {
    const plugins = this.roster.plugins.map(loaded)
    const others = this.catalogue.list().filter(({ name }) => !this.roster.get(name))
    return [...plugins, ...others.map(found => this.#available(found))].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get loaded(): Plugin[] {
    return this.roster.plugins
  }

  find(name: string): Plugin | undefined {
    return this.roster.get(name)
  }

  /** Whether `name` is a plugin or an alias of one, on disk or loaded. */
  has(name: string): boolean {
    if (this.roster.get(name)) return true
    const real = this.roster.nameOf(name)
    return this.catalogue.list().some(found => found.name === real)
  }

  inspect(name: string): PluginDetails {
    const plugin = this.roster.get(name)
    const found = plugin?.found ?? this.catalogue.find(this.roster.nameOf(name))
    const summary = plugin ? loaded(plugin) : this.#available(found)
    const desired = this.desired.of(summary.name) ?? { loaded: false, active: false }
    const live = plugin?.live
    const storage = plugin?.linked.definition.storage ?? []
    return {
      ...summary,
      folder: found.folder,
      files: [...(plugin?.linked.files ?? [])],
      requires: [...(plugin?.requires ?? [])],
      required_by: plugin ? this.roster.dependentsOf(plugin.name).map(each => each.name) : [],
      desired: { loaded: desired.loaded, active: desired.active },
      routes: live?.contributions.routes.map(route => `${route.method} ${route.path}`) ?? [],
      commands: live ? commandNames(plugin) : [],
      services: [...(live?.contributions.services.keys() ?? [])],
      permissions: Object.fromEntries(live?.contributions.permissions ?? []),
      namespaces: { declared: Array.isArray(storage) ? storage : Object.keys(storage), open: live?.namespaces ?? [] },
      effects: live?.effects.labels ?? [],
      holdings: [...this.holdings.of(summary.name).keys()],
      options: plugin ? this.#options(plugin) : [],
      last_error: plugin?.lastError,
    }
  }

  /** Where plugins listen themselves, beside the HTTP listeners of the house. */
  get listening(): { plugin: string; address: string }[] {
    return this.loaded.flatMap(({ name }) =>
      [...this.holdings.of(name).values()].flatMap(holding =>
        holding.addresses.map(address => ({ plugin: name, address })),
      ),
    )
  }

  get services(): { service: string; plugin: string }[] {
    return this.live.table.services
  }

  /** What a plugin that is not loaded says of itself: linked aside, and not again until its file changes. */
  peek(found: Found): Peeked {
    const modified = found.given ? 0 : statSync(found.entry).mtimeMs
    const known = this.#peeked.get(found.name)
    // What was broken may have been mended in another file than the index.
    if (known?.modified === modified && known.error === undefined) return known
    let peeked: Peeked
    try {
      const { version, description = '', aliases = [], autostart = true } = link(found).definition
      peeked = { modified, version, description, aliases, autostart, error: undefined }
    } catch (thrown) {
      peeked = { modified, version: '', description: '', aliases: [], autostart: true, error: reason(thrown) }
    }
    this.#peeked.set(found.name, peeked)
    return peeked
  }

  #available(found: Found): PluginSummary {
    const { version, description, aliases, error } = this.peek(found)
    return { name: found.name, version, description, aliases, state: 'available', generation: 0, error }
  }

  #options(plugin: Plugin): PluginOption[] {
    try {
      return this.configuration.options(plugin.name, plugin.linked.definition)
    } catch {
      // A wrong option is reported where it is used; here the plugin is looked at because of it.
      return []
    }
  }
}

function loaded(plugin: Plugin): PluginSummary {
  const { version, description = '', aliases = [] } = plugin.linked.definition
  return {
    name: plugin.name,
    version,
    description,
    aliases,
    state: plugin.state,
    generation: plugin.live?.number ?? 0,
    error: plugin.lastError?.sentence,
  }
}

/** `emq GET nodes/{node}/plugins`, `vernemq plugin show`, … */
export function commandNames(plugin: Plugin): string[] {
  return (plugin.live?.contributions.commands ?? []).map(command => {
    const { name, node, method, route, path } = command.definition as unknown as Record<string, string | undefined>
    return [command.face, method, name ?? node ?? route ?? path].filter(Boolean).join(' ')
  })
}
