import { injectable } from 'tsyringe'
import { Configuration } from './config/configuration.js'
import { KernelError, reason } from './errors.js'
import { Kernel } from './kernel.js'
import type { Plugin } from './life/plugin.js'
import { Roster } from './life/roster.js'
import { outsideScopes, type Scope, scopeBehind } from './life/scope.js'
import { Log } from './log.js'
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

  uncaught(thrown: unknown, scope: Scope | undefined): void {
    outsideScopes(() => {
      for (const generation of this.transition.starting) {
        if (
          generation.plugin === scope?.plugin &&
          generation.number === scope.generation &&
          generation.failStart(thrown)
        )
          return
      }
      const plugin = scope && this.roster.get(scope.plugin)
      if (!plugin) return this.#exit?.(thrown)
      void this.#crashed(plugin, scope.generation, thrown)
    })
  }

  async #crashed(plugin: Plugin, generation: number, thrown: unknown): Promise<void> {
    const log = this.log.for(plugin.name)
    const err = { stack: thrown instanceof Error ? thrown.stack : String(thrown) }
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
      await this.transition.enter(plugin, previous)
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
    try {
      await this.transition.enter(plugin, plugin.linked)
    } catch (thrown) {
      // It crashed and cannot start again: its live generation is broken, so it must not go on serving.
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
