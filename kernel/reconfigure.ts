import { injectable } from 'tsyringe'
import { Configuration } from './config/configuration.js'
import { strangers } from './config/strangers.js'
import { asKernelError, KernelError, reason } from './errors.js'
import { readFaceOptions } from './http/faces/options.js'
import { Listeners, wantedListeners } from './http/listeners.js'
import { Inventory } from './inventory.js'
import { Kernel } from './kernel.js'
import type { PluginDefinition } from './life/definition.js'
import { Roster } from './life/roster.js'
import { Log } from './log.js'

const BRINGS = 'the options that were changed'

/** Changes to the configuration while the server runs, one after the other; each is applied as a whole or not at all. */
@injectable()
export class Reconfigure {
  #queue: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly configuration: Configuration,
    private readonly roster: Roster,
    private readonly kernel: Kernel,
    private readonly listeners: Listeners,
    private readonly inventory: Inventory,
    private readonly log: Log,
  ) {}

  /** Opens and closes listeners until they are as the configuration says. */
  async listen(): Promise<void> {
    const { settings, file = 'the configuration' } = this.configuration
    const options = readFaceOptions(settings, name => this.configuration.faceOption(name), file)
    const warn = (sentence: string) => this.log.kernel.warn(sentence)
    const wanted = wantedListeners(settings, options.admin_rest_base, warn)
    await this.listeners.apply(wanted, settings.limits.drain_seconds * 1000)
  }

  /** A block below `plugins:` that no plugin reads is most likely a slip. */
  warnOfStrangers(): void {
    const { settings, file = 'the configuration' } = this.configuration
    const isKnown = (name: string) => this.inventory.has(name)
    for (const sentence of strangers(Object.keys(settings.plugins), () => this.inventory.list(), isKnown)) {
      this.log.kernel.warn(`${file}: ${sentence}`)
    }
  }

  /**
   * Reads the configuration again and reloads the plugins that it changes. When the file is wrong, a port is taken or
   * a plugin refuses its new options, everything is as before and this throws.
   * @returns the names of the reloaded plugins.
   */
  reload(): Promise<string[]> {
    return this.#afterOthers(async () => {
      const before = this.#fingerprints()
      const failed = this.#blocksOfFailed()
      const changed: string[] = []
      const reloaded: string[] = []
      let goBack = () => {}
      try {
        goBack = this.configuration.reread()
        const after = this.#fingerprints()
        changed.push(...[...after.keys()].filter(name => before.get(name) !== after.get(name)))
        await this.listen()
        for (const name of changed) {
          await this.kernel.reload(name, { brings: BRINGS })
          reloaded.push(name)
        }
      } catch (thrown) {
        goBack()
        await this.#undo(reloaded)
        throw asItWas(thrown)
      }
      for (const [name, block] of this.#blocksOfFailed()) {
        if (failed.get(name) === block) continue
        // It stays failed when this is not the cure; the reason is in the log.
        const cured = await this.kernel.start(name).catch(() => undefined)
        if (cured) changed.push(name)
      }
      this.log.level = this.configuration.settings.log.level
      this.warnOfStrangers()
      this.log.kernel.info(`the configuration was read again; reloaded: ${changed.join(', ') || 'nothing'}`)
      return changed
    })
  }

  /** Sets a plugin's options from texts, as a whole: what is left out returns to the file's value. Applied by a reload. */
  setOptions(name: string, texts: Record<string, string>): Promise<void> {
    return this.#override(name, (plugin, reader) => this.configuration.overrideFor(plugin, reader, texts))
  }

  /** Sets one option from its text and leaves the others as they are. */
  changeOption(name: string, key: string, text: string): Promise<void> {
    return this.#override(name, (plugin, reader) => this.configuration.overrideOne(plugin, reader, key, text))
  }

  /**
   * Sets some of a plugin's options and leaves the others as they are. Resolves once the reload is live, without
   * waiting for the generation of before: it may be what asks.
   */
  changeOptions(name: string, values: Record<string, unknown>): Promise<void> {
    return this.#override(name, (plugin, reader) => this.configuration.overrideWith(plugin, reader, values), {
      untilRetired: false,
    })
  }

  /** Forgets all that was set for a plugin over an API, options of faces included. Applied by a reload. */
  clearOptions(name: string): Promise<void> {
    return this.#override(name, () => ({}))
  }

  /**
   * Sets a face's option over what the file says, under a plugin's name; `make` is told once earlier changes have
   * ended, and returns undefined where there is nothing to change. It holds from the next request on, without a reload.
   */
  changeFaceOption(name: string, option: string, make: () => unknown): Promise<void> {
    return this.#afterOthers(async () => {
      const value = make()
      if (value === undefined) return
      const { overrides } = this.configuration
      await overrides.set(name, { ...overrides.of(name), [option]: value })
    })
  }

  #override(
    name: string,
    make: (plugin: string, reader: PluginDefinition) => Record<string, unknown>,
    patience: { untilRetired?: boolean } = {},
  ): Promise<void> {
    return this.#afterOthers(async () => {
      const plugin = this.roster.demand(name)
      const { overrides } = this.configuration
      const override = make(plugin.name, plugin.linked.definition)
      const before = overrides.of(plugin.name)
      overrides.assume(plugin.name, override)
      let applied = false
      try {
        if (plugin.state === 'running') {
          await this.kernel.reload(plugin.name, { ...patience, brings: BRINGS })
          applied = true
        }
        await overrides.store(plugin.name)
      } catch (thrown) {
        overrides.assume(plugin.name, before)
        if (applied) await this.#undo([plugin.name])
        throw thrown
      }
    })
  }

  #afterOthers<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(job)
    this.#queue = done.catch(() => undefined)
    return done
  }

  /** Back to the configuration that now holds again; what fails here is reported, as the first failure is thrown. */
  async #undo(reloaded: readonly string[]): Promise<void> {
    const steps = [() => this.listen(), ...[...reloaded].reverse().map(name => () => this.kernel.reload(name))]
    for (const step of steps) {
      try {
        await step()
      } catch (thrown) {
        this.log.kernel.error(`going back to the configuration of before failed: ${reason(thrown)}`)
      }
    }
  }

  /** The options of plugins that may have failed because of them. */
  #blocksOfFailed(): Map<string, string> {
    const failed = this.roster.plugins.filter(({ state }) => state === 'failed')
    return new Map(
      failed.map(({ name, linked }) => [name, JSON.stringify(this.configuration.blockOf(name, linked.definition))]),
    )
  }

  /** What each running plugin would see of the configuration; throws when any of it is wrong. */
  #fingerprints(): Map<string, string> {
    const { hosts } = this.configuration.settings
    return new Map(
      this.kernel.runningInOrder.map(({ name, linked }) => [
        name,
        // As it is written: what a schema makes of it may hide a secret, or be no plain data.
        JSON.stringify([
          hosts,
          this.configuration.of(name, linked.definition) && this.configuration.blockOf(name, linked.definition),
        ]),
      ]),
    )
  }
}

function asItWas(thrown: unknown): KernelError {
  const error = asKernelError('internal', thrown, why => why)
  return new KernelError(error.code, `${error.message}; the configuration of before stays in force`, {
    cause: error.cause,
    ...(error.hint ? { hint: error.hint } : {}),
  })
}
