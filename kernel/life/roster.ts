import { KernelError } from '../errors.js'
import type { Catalogue } from './catalogue.js'
import type { PluginDefinition } from './definition.js'
import type { DesiredState } from './desired.js'
import { dependents } from './order.js'
import type { Plugin } from './plugin.js'

/** The loaded plugins, under their names and under every alias that was ever stored for them. */
export class Roster {
  readonly #loaded = new Map<string, Plugin>()
  readonly #numbers = new Map<string, { last: number }>()
  readonly #catalogue: Catalogue
  readonly #desired: DesiredState

  constructor(catalogue: Catalogue, desired: DesiredState) {
    this.#catalogue = catalogue
    this.#desired = desired
  }

  get plugins(): Plugin[] {
    return [...this.#loaded.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get running(): Plugin[] {
    return this.plugins.filter(plugin => plugin.state === 'running')
  }

  get(name: string): Plugin | undefined {
    return this.#loaded.get(this.nameOf(name))
  }

  /** The loaded plugin, or why there is none. */
  demand(name: string): Plugin {
    const plugin = this.get(name)
    if (plugin) return plugin
    const { name: found } = this.#catalogue.find(this.nameOf(name))
    throw new KernelError('not_loaded', `plugin "${found}" is not loaded`, {
      hint: `patchbay plugin start ${found} starts it, patchbay plugin load ${found} only loads it`,
    })
  }

  add(plugin: Plugin): void {
    this.#loaded.set(plugin.name, plugin)
  }

  /** The generations of this name are numbered over all times that it is loaded, so that none is taken for another. */
  numbersOf(name: string): { last: number } {
    const numbers = this.#numbers.get(name) ?? { last: 0 }
    this.#numbers.set(name, numbers)
    return numbers
  }

  remove(plugin: Plugin): void {
    this.#loaded.delete(plugin.name)
  }

  /** The name behind an alias, also while that plugin is unloaded. */
  nameOf(nameOrAlias: string): string {
    if (this.#loaded.has(nameOrAlias)) return nameOrAlias
    for (const plugin of this.#loaded.values()) if (plugin.aliases.includes(nameOrAlias)) return plugin.name
    for (const [name, { aliases }] of this.#desired.entries) if (aliases.includes(nameOrAlias)) return name
    return nameOrAlias
  }

  /** Aliases are unique over all plugins, loaded or not. */
  checkAliases({ name, aliases = [] }: PluginDefinition): void {
    for (const alias of aliases) {
      const other = this.nameOf(alias)
      if (other === name) continue
      const taken = alias === 'kernel' || other !== alias || this.#catalogue.list().some(found => found.name === alias)
      if (taken) {
        throw new KernelError(
          'alias_taken',
          `plugin "${name}" wants the alias "${alias}", which belongs to plugin "${other}"`,
          {
            hint: 'take it out of `aliases` of one of the two',
          },
        )
      }
    }
  }

  /** Everything that `plugin` requires must be running. */
  checkRequirements(plugin: string, { requires = [] }: PluginDefinition): void {
    for (const required of requires) {
      if (required === plugin) {
        throw new KernelError('requirement_cycle', `plugin "${plugin}" requires itself, so it can never start`, {
          hint: 'take its own name out of `requires`',
        })
      }
      if (this.#loaded.get(required)?.state === 'running') continue
      this.#catalogue.find(required)
      throw new KernelError('requirement_missing', `plugin "${plugin}" requires "${required}", which is not running`, {
        hint: `patchbay plugin start ${required}, or start both with --cascade`,
      })
    }
  }

  /** The running plugins that need `plugin`, directly or through others. */
  dependentsOf(plugin: string): Plugin[] {
    const running = this.running
    const names = dependents(
      plugin,
      running.map(each => each.name),
      name => this.#loaded.get(name)?.requires ?? [],
    )
    return running.filter(each => names.has(each.name))
  }
}
