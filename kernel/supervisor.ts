import { sep } from 'node:path'
import { injectable } from 'tsyringe'
import { Configuration } from './config/configuration.js'
import { KernelError, reason } from './errors.js'
import { Kernel } from './kernel.js'
import type { Plugin } from './life/plugin.js'
import { Roster } from './life/roster.js'
import { outsideScopes, type Scope, scopeBehind } from './life/scope.js'
import { Log } from './log.js'
import { KERNEL } from './store/store.js'
import { Transition } from './transition.js'

/** Errors that nobody caught: finds whose they are, and brings that plugin back or takes it out of service. */
@injectable()
export class Supervisor {
  /** Generations whose crash is being answered: a broken one rarely throws only once. */
  readonly #answering = new Set<string>()
  #exit: ((thrown: unknown) => void) | undefined

  constructor(
    private readonly kernel: Kernel,
    private readonly roster: Roster,
    private readonly transition: Transition,
    private readonly configuration: Configuration,
    private readonly log: Log,
  ) {}

  /** Takes over the process's uncaught errors; `exit` receives those that belong to no plugin. Returns how to let go. */
  watch(exit: (thrown: unknown) => void): () => void {
    this.#exit = exit
    const caught = (thrown: unknown) => this.uncaught(thrown, scopeBehind(thrown))
    process.on('uncaughtException', caught)
    process.on('unhandledRejection', caught)
    return () => {
      process.off('uncaughtException', caught)
      process.off('unhandledRejection', caught)
    }
  }

  uncaught(thrown: unknown, surfaced: Scope | undefined): void {
    outsideScopes(() => {
      const scope = this.#ownerInStack(thrown, surfaced) ?? surfaced
      if (!scope || scope.plugin === KERNEL) return this.#exit?.(thrown)
      for (const generation of this.transition.starting) {
        const own = generation.plugin === scope.plugin && generation.number === scope.generation
        if (own && generation.failStart(thrown)) return
      }
      const plugin = this.roster.get(scope.plugin)
      if (plugin) void this.#crashed(plugin, scope.generation, thrown)
      else {
        const sentence = `plugin "${scope.plugin}", which does not run, threw: ${reason(thrown)}; nothing else is affected`
        this.log.for(scope.plugin).warn({ err: stackOf(thrown) }, sentence)
      }
    })
  }

  /**
   * The live plugin whose file comes first in the stack: listeners of a request run in its connection's scope, and a
   * backend's functions in that of the face that called them.
   */
  #ownerInStack(thrown: unknown, surfaced: Scope | undefined): { plugin: string; generation: number } | undefined {
    const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
    let first = stack.length
    let owner: { plugin: string; generation: number } | undefined
    for (const { name, found, live } of this.roster.running) {
      const at = found.folder === '' || !live ? -1 : stack.indexOf(found.folder + sep)
      if (at < 0 || at >= first) continue
      first = at
      owner = { plugin: name, generation: live!.number }
    }
    return owner?.plugin === surfaced?.plugin ? undefined : owner
  }

  async #crashed(plugin: Plugin, generation: number, thrown: unknown): Promise<void> {
    const log = this.log.for(plugin.name)
    const err = stackOf(thrown)
    if (plugin.live?.number !== generation) {
      log.warn(
        { err },
        `generation ${generation}, which is retired, threw: ${reason(thrown)}; nothing else is affected`,
      )
      return
    }
    const key = `${plugin.name}#${generation}`
    if (this.#answering.has(key)) return
    this.#answering.add(key)
    try {
      await this.kernel.exclusively([plugin.name], () => this.#answer(plugin, generation, thrown, err))
    } catch (failure) {
      log.error(`plugin "${plugin.name}" could not be brought back: ${reason(failure)}`)
    } finally {
      this.#answering.delete(key)
    }
  }

  async #answer(plugin: Plugin, generation: number, thrown: unknown, err: object): Promise<void> {
    if (plugin.live?.number !== generation) return
    const log = this.log.for(plugin.name)
    const what = `generation ${generation} of plugin "${plugin.name}" crashed: ${reason(thrown)}`
    const { previous } = plugin
    if (previous) {
      plugin.forgetPrevious()
      plugin.failedWith(
        new KernelError('crashed', `${what}; the code of before runs again`, { hint: 'mend the plugin and reload it' }),
      )
      log.error({ err }, plugin.lastError!.sentence)
      await this.#orFail(plugin, () => this.transition.revert(plugin, previous))
      return
    }
    if (!this.#mayRestart(plugin)) {
      plugin.failedWith(
        new KernelError('crashed', `${what} once too often; it is out of service, everything else keeps running`, {
          hint: `mend it, then: patchbay plugin start ${plugin.name}`,
        }),
      )
      log.error({ err, hint: plugin.lastError!.hint }, plugin.lastError!.sentence)
      await this.transition.leave(plugin)
      plugin.become('failed')
      return
    }
    plugin.failedWith(new KernelError('crashed', `${what}; it was restarted`))
    log.error({ err }, plugin.lastError!.sentence)
    await this.#orFail(plugin, () => this.transition.enter(plugin, plugin.linked))
  }

  /** When it cannot start again either, its broken generation must not go on serving. */
  async #orFail(plugin: Plugin, start: () => Promise<unknown>): Promise<void> {
    try {
      await start()
    } catch (thrown) {
      await this.transition.leave(plugin)
      plugin.become('failed')
      throw thrown
    }
  }

  /** Restart intensity: at most `restarts` crashes within the window. */
  #mayRestart(plugin: Plugin): boolean {
    const { restarts, restart_window_seconds } = this.configuration.settings.limits
    const now = performance.now()
    plugin.crashes = plugin.crashes.filter(at => now - at < restart_window_seconds * 1000)
    plugin.crashes.push(now)
    return plugin.crashes.length <= restarts
  }
}

function stackOf(thrown: unknown): { stack: string } {
  return { stack: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }
}
