import { injectable } from 'tsyringe'
import { KernelError } from './errors.js'
import { Live } from './http/live.js'
import { Catalogue } from './life/catalogue.js'
import { DesiredState } from './life/desired.js'
import { Lanes } from './life/lanes.js'
import type { Linked } from './life/linker.js'
import { RequirementCycle, startOrder } from './life/order.js'
import { Plugin } from './life/plugin.js'
import { Roster } from './life/roster.js'
import { Loader } from './loader.js'
import { Log } from './log.js'
import { Probation } from './probation.js'
import { Purging } from './purging.js'
import { Replacement } from './replacement.js'
import { Transition } from './transition.js'

export interface VerbOptions {
  /** Also start what is required, or stop what requires this. */
  cascade?: boolean
}

export interface StartOptions extends VerbOptions {
  /** Runs the code that it was loaded with instead of linking it afresh. */
  asLoaded?: boolean
}

export interface ReloadOptions {
  /** Whether to wait until the generation before has drained. */
  untilRetired?: boolean
  /** What the log says that the new generation has. */
  brings?: string
}

/** The verbs. Each finishes completely, old generation retired, before it resolves; each is stored before that. */
@injectable()
export class Kernel {
  readonly #lanes = new Lanes()

  constructor(
    private readonly catalogue: Catalogue,
    private readonly roster: Roster,
    private readonly desired: DesiredState,
    private readonly transition: Transition,
    private readonly probation: Probation,
    readonly live: Live,
    private readonly loader: Loader,
    private readonly replacement: Replacement,
    private readonly purging: Purging,
    private readonly log: Log,
  ) {}

  /** Links the code and keeps it ready; nothing runs yet. Loading what is loaded changes nothing. */
  async load(name: string): Promise<Plugin> {
    const found = this.catalogue.find(this.roster.nameOf(name))
    return this.#lanes.run([found.name], async () => this.loader.load(found))
  }

  /** Loads when needed, then starts the newest code: whoever has mended a failed plugin starts it again. */
  async start(name: string, { cascade = false, asLoaded = false }: StartOptions = {}): Promise<Plugin> {
    const found = this.catalogue.find(this.roster.nameOf(name))
    if (cascade) await this.#startRequired(found.name, [])
    return this.#lanes.run([found.name], async () => {
      const { plugin, linked } = await (asLoaded ? this.loader.asLoaded(found) : this.loader.newest(found))
      if (plugin.state === 'running') {
        throw new KernelError(
          'already_running',
          `plugin "${found.name}" is already running, as generation ${plugin.live!.number}`,
          {
            hint: `to run its newest code: patchbay plugin reload ${found.name}`,
          },
        )
      }
      await this.#begin(plugin, linked)
      plugin.crashes = []
      await this.desired.set(plugin.name, { active: true, aliases: [...plugin.aliases] })
      return plugin
    })
  }

  async stop(name: string, { cascade = false }: VerbOptions = {}): Promise<Plugin> {
    const real = this.roster.nameOf(name)
    const around = cascade ? this.roster.dependentsOf(real).map(each => each.name) : []
    return this.#lanes.run([real, ...around], async () => {
      const plugin = this.roster.demand(real)
      if (plugin.state !== 'running' && plugin.state !== 'failed') {
        throw new KernelError('not_running', `plugin "${real}" is not running`, {
          hint: `patchbay plugin start ${real}`,
        })
      }
      await this.#stop(plugin, around)
      return plugin
    })
  }

  /** Stops when needed, then lets go of the code. Its stored data stays. */
  async unload(name: string, { cascade = false }: VerbOptions = {}): Promise<void> {
    const real = this.roster.nameOf(name)
    const around = cascade ? this.roster.dependentsOf(real).map(each => each.name) : []
    await this.#lanes.run([real, ...around], async () => {
      const plugin = this.roster.demand(real)
      await this.#stop(plugin, around)
      this.roster.remove(plugin)
      await this.desired.set(real, { loaded: false })
      this.log.for(real).info(`plugin "${real}" is unloaded`)
    })
  }

  /** Runs the newest code, or leaves the old one serving. A plugin that is not running is only linked afresh. */
  async reload(name: string, { untilRetired = true, brings = 'the newest code' }: ReloadOptions = {}): Promise<Plugin> {
    const real = this.roster.nameOf(name)
    // The lane is free again at the swap: a crash of the new code must not wait until the old one has drained.
    const { plugin, retired } = await this.#lanes.run([real], async () => {
      const plugin = this.roster.demand(real)
      const linked = this.loader.relink(plugin)
      let retired: Promise<void> | undefined
      if (plugin.state === 'running') {
        const before = plugin.linked
        retired = (await this.transition.enter(plugin, linked)).retired
        this.probation.begin(plugin, before)
        plugin.crashes = []
        plugin.lastError = undefined
      } else plugin.linked = linked
      await this.desired.set(plugin.name, { aliases: [...plugin.aliases] })
      this.log
        .for(real)
        .info(plugin.live ? `generation ${plugin.live.number} has ${brings}` : 'linked afresh; it is not running')
      return { plugin, retired }
    })
    if (untilRetired) await retired
    return plugin
  }

  /** Starts `successor`, swaps once, retires `name`: a backend is exchanged without a gap. */
  async replace(name: string, successor: string): Promise<Plugin> {
    const real = this.roster.nameOf(name)
    const found = this.catalogue.find(this.roster.nameOf(successor))
    return this.#lanes.run([real, found.name], async () => {
      const leaving = this.roster.demand(real)
      const { plugin: entering, linked } = await this.loader.newest(found)
      await this.replacement.run(leaving, entering, linked)
      return entering
    })
  }

  /** Dry run of a start or a reload: everything up to the swap with the code now on disk, then undone. */
  async check(name: string): Promise<void> {
    const found = this.catalogue.find(this.roster.nameOf(name))
    await this.#lanes.run([found.name], async () => {
      const linked = this.loader.link(found)
      const loaded = this.roster.get(found.name)
      await this.transition.rehearse(loaded ?? new Plugin(found, linked, this.roster.numbersOf(found.name)), linked)
    })
  }

  /** Runs `job` while nothing else happens to these plugins. */
  exclusively<T>(names: Iterable<string>, job: () => Promise<T>): Promise<T> {
    return this.#lanes.run(names, job)
  }

  /** Removes all stored data of one namespace; only while the plugin is not running. */
  async purge(name: string, namespace: string): Promise<void> {
    const owner = this.roster.nameOf(name)
    await this.#lanes.run([owner], () => this.purging.run(owner, namespace))
  }

  /** Retires what runs and leaves the plugin `stopped`; for callers that hold its lane. */
  async end(plugin: Plugin): Promise<void> {
    plugin.forgetPrevious()
    if (plugin.state === 'failed') plugin.become('stopped')
    if (plugin.state !== 'running') return
    plugin.become('draining')
    await this.transition.leave(plugin)
    plugin.become('stopped')
    this.log.for(plugin.name).info(`plugin "${plugin.name}" is stopped`)
  }

  /** Resolves when no verb is running or queued. */
  async idle(): Promise<void> {
    await this.#lanes.idle()
    await this.transition.retired()
  }

  /** The running plugins, those that others require first. */
  get runningInOrder(): Plugin[] {
    return this.#startOrder(this.roster.running).map(name => this.roster.get(name)!)
  }

  /** Stops the plugin after everything that requires it; `covered` are those whose lanes the caller holds. */
  async #stop(plugin: Plugin, covered: readonly string[]): Promise<void> {
    const dependents = this.roster.dependentsOf(plugin.name)
    const uncovered = dependents.filter(each => !covered.includes(each.name))
    if (uncovered.length > 0) {
      const names = uncovered.map(each => `"${each.name}"`).join(', ')
      throw new KernelError('required_by_others', `plugin "${plugin.name}" keeps running: ${names} require it`, {
        hint: `stop them first, or all together: patchbay plugin stop ${plugin.name} --cascade`,
      })
    }
    const leaving = this.#startOrder([plugin, ...dependents]).reverse()
    for (const each of leaving) await this.end(this.roster.get(each)!)
    await this.desired.change(Object.fromEntries(leaving.map(each => [each, { active: false }])))
  }

  async #begin(plugin: Plugin, linked: Linked): Promise<void> {
    plugin.become('starting')
    try {
      await this.transition.enter(plugin, linked)
    } catch (thrown) {
      plugin.become('failed')
      throw thrown
    }
    plugin.become('running')
    plugin.lastError = undefined
    this.log.for(plugin.name).info(`plugin "${plugin.name}" ${linked.definition.version} is running`)
  }

  async #startRequired(name: string, path: readonly string[]): Promise<void> {
    if (path.includes(name)) throw new RequirementCycle([...path.slice(path.indexOf(name)), name])
    const plugin = await this.load(name)
    for (const required of plugin.requires) {
      await this.#startRequired(required, [...path, name])
      if (this.roster.get(required)?.state !== 'running') await this.start(required)
    }
  }

  #startOrder(plugins: readonly Plugin[]): string[] {
    return startOrder(
      plugins.map(plugin => plugin.name),
      name => this.roster.get(name)?.requires ?? [],
    )
  }
}
