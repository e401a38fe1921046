import { KernelError } from '../errors.js'
import type { Command, FaceName, UpgradeHandler, UpgradeName } from '../life/contributions.js'
import type { View } from '../life/gate.js'
import type { Generation } from '../life/generation.js'
import type { Authenticator } from '../life/identity.js'
import type { Scope } from '../life/scope.js'
import type { Endpoint } from './route-index.js'
import { RouteTree } from './route-tree.js'

/** Builds what a face needs to dispatch, once per table instead of once per request. */
export type RegistryBuilder = (commands: readonly Command[]) => unknown

/** A request as far as it can be cut off. */
export interface Pinned {
  /** The plugin that answers it, once that is known. */
  owner: string | undefined
  readonly res: { destroy(): unknown }
}

/** The one immutable view that requests read: everything contributed by the generations that are live in it. */
export class LiveTable implements View {
  readonly number: number
  readonly generations: ReadonlyMap<string, Generation>
  readonly routes = new RouteTree()
  readonly authenticator: Authenticator | undefined
  readonly authenticatorScope: Scope | undefined
  readonly permissions: ReadonlyMap<string, string>
  pins = 0
  /** Those that pin it, to cut them off when their plugin has waited for them long enough. */
  readonly requests = new Set<Pinned>()
  readonly #services = new Map<string, { owner: string; value: unknown }>()
  readonly #upgrades = new Map<UpgradeName, { owner: string; handler: UpgradeHandler }>()
  readonly #commands: ReadonlyMap<FaceName, Command[]>
  readonly #registries = new Map<FaceName, unknown>()
  readonly #scopes = new Map<string, Scope>()

  /** Throws `conflict` when two contributions cannot live side by side. */
  constructor(
    number: number,
    generations: ReadonlyMap<string, Generation>,
    endpoints: ReadonlyMap<Generation, readonly Endpoint[]>,
    builders: ReadonlyMap<FaceName, RegistryBuilder>,
  ) {
    this.number = number
    this.generations = generations
    const permissions = new Map<string, string>()
    const commands = new Map<FaceName, Command[]>([...builders.keys()].map(face => [face, []]))
    this.#commands = commands
    let authenticator: { owner: string; value: Authenticator } | undefined
    for (const [plugin, generation] of generations) {
      const { contributions } = generation
      this.#scopes.set(plugin, { ...generation.scope, view: this })
      for (const endpoint of endpoints.get(generation) ?? []) this.routes.add(endpoint)
      for (const command of contributions.commands) commands.get(command.face)?.push(command)
      for (const [name, description] of contributions.permissions) permissions.set(name, description)
      for (const [service, value] of contributions.services) {
        const other = this.#services.get(service)
        if (other) throw onlyOne(plugin, other.owner, `service "${service}"`)
        this.#services.set(service, { owner: plugin, value })
      }
      for (const [name, handler] of contributions.upgrades) {
        const other = this.#upgrades.get(name)
        if (other) throw onlyOne(plugin, other.owner, `upgrade "${name}"`)
        this.#upgrades.set(name, { owner: plugin, handler })
      }
      if (contributions.authenticator) {
        if (authenticator) throw onlyOne(plugin, authenticator.owner, 'authenticator')
        authenticator = { owner: plugin, value: contributions.authenticator }
      }
    }
    this.permissions = permissions
    this.authenticator = authenticator?.value
    this.authenticatorScope = authenticator && this.#scopes.get(authenticator.owner)
    for (const [face, build] of builders) this.#registries.set(face, build(commands.get(face)!))
  }

  service(name: string): unknown {
    return this.#services.get(name)?.value
  }

  get services(): { service: string; plugin: string }[] {
    return [...this.#services].map(([service, { owner }]) => ({ service, plugin: owner }))
  }

  upgrade(name: UpgradeName): { readonly owner: string; readonly handler: UpgradeHandler } | undefined {
    return this.#upgrades.get(name)
  }

  commands<F extends FaceName>(face: F): readonly Command<F>[] {
    return (this.#commands.get(face) ?? []) as unknown as readonly Command<F>[]
  }

  registry(face: FaceName): unknown {
    return this.#registries.get(face)
  }

  /** The scope in which a plugin handles requests that read this table: one object per table, not per request. */
  scopeOf(plugin: string): Scope {
    return this.#scopes.get(plugin)!
  }
}

function onlyOne(plugin: string, other: string, what: string): KernelError {
  return new KernelError(
    'conflict',
    `plugin "${plugin}" contributes the ${what}, which plugin "${other}" already provides`,
    {
      hint: `exchange them without a gap: patchbay plugin replace ${other} ${plugin}`,
    },
  )
}
