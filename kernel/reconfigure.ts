import { injectable } from 'tsyringe'
import { Configuration } from './config/configuration.js'
import { Listeners, wantedListeners } from './http/listeners.js'
import { Kernel } from './kernel.js'
import { Roster } from './life/roster.js'
import { Log } from './log.js'

/** Changes to the configuration while the server runs. */
@injectable()
export class Reconfigure {
  constructor(
    private readonly configuration: Configuration,
    private readonly roster: Roster,
    private readonly kernel: Kernel,
    private readonly listeners: Listeners,
    private readonly log: Log,
  ) {}

  /** Opens and closes listeners until they are as the configuration says. */
  async listen(): Promise<void> {
    const { settings } = this.configuration
    const base = String(this.configuration.faceOption('admin_rest_base') ?? '/admin_rest')
    const warn = (sentence: string) => this.log.kernel.warn(sentence)
    await this.listeners.apply(wantedListeners(settings, base, warn), settings.limits.drain_seconds * 1000)
  }

  /**
   * Reads the configuration again and reloads the plugins that it changes. A wrong file changes nothing.
   * @returns the names of the reloaded plugins.
   */
  async reload(): Promise<string[]> {
    const before = this.#fingerprints()
    const goBack = this.configuration.reread()
    let after: Map<string, string>
    try {
      after = this.#fingerprints()
      await this.listen()
    } catch (thrown) {
      goBack()
      throw thrown
    }
    const changed = [...after].filter(([name, print]) => before.get(name) !== print).map(([name]) => name)
    for (const name of changed) await this.kernel.reload(name)
    this.log.kernel.info(`the configuration was read again; reloaded: ${changed.join(', ') || 'nothing'}`)
    return changed
  }

  /** Sets a plugin's options from texts, as a whole: what is left out returns to the file's value. Applied by a reload. */
  async setOptions(name: string, texts: Record<string, string>): Promise<void> {
    const plugin = this.roster.demand(name)
    const override = this.configuration.overrideFor(plugin.name, plugin.linked.definition.config, texts)
    const before = this.configuration.overrides.of(plugin.name)
    await this.configuration.overrides.set(plugin.name, override)
    if (plugin.state !== 'running') return
    try {
      await this.kernel.reload(plugin.name)
    } catch (thrown) {
      await this.configuration.overrides.set(plugin.name, before)
      throw thrown
    }
  }

  /** What each running plugin would see of the configuration; throws when any of it is wrong. */
  #fingerprints(): Map<string, string> {
    const { hosts } = this.configuration.settings
    return new Map(
      this.roster.running.map(({ name, linked }) => [
        name,
        JSON.stringify([hosts, this.configuration.of(name, linked.definition.config)]),
      ]),
    )
  }
}
