import { injectable } from 'tsyringe'
import { asKernelError, KernelError } from './errors.js'
import { Catalogue, type Found } from './life/catalogue.js'
import { DesiredState } from './life/desired.js'
import { type Linked, link } from './life/linker.js'
import { Plugin } from './life/plugin.js'
import { Roster } from './life/roster.js'
import { Log } from './log.js'

/** Brings code from disk into memory. Nothing of it runs. */
@injectable()
export class Loader {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly roster: Roster,
    private readonly desired: DesiredState,
    private readonly log: Log,
  ) {}

  /** The loaded plugin, loaded now when it is not yet. */
  async load(found: Found): Promise<Plugin> {
    const known = this.roster.get(found.name)
    if (known) return known
    const plugin = new Plugin(found, this.link(found), this.roster.numbersOf(found.name))
    this.roster.add(plugin)
    await this.desired.set(found.name, { loaded: true, aliases: [...plugin.aliases] })
    return plugin
  }

  /** The plugin, loaded when needed, with the code that is on disk now. */
  async newest(found: Found): Promise<{ plugin: Plugin; linked: Linked }> {
    const known = this.roster.get(found.name)
    if (known && !known.live) return { plugin: known, linked: this.relink(known) }
    return this.asLoaded(found)
  }

  /** The plugin with the code that it was loaded with, which is the newest when that was just now. */
  async asLoaded(found: Found): Promise<{ plugin: Plugin; linked: Linked }> {
    const plugin = await this.load(found)
    return { plugin, linked: plugin.linked }
  }

  /** The newest code of a loaded plugin. When it cannot be linked, the sentence says what goes on as before. */
  relink(plugin: Plugin): Linked {
    try {
      plugin.found = this.catalogue.find(plugin.name)
      return this.link(plugin.found)
    } catch (thrown) {
      const { code, message, hint, cause } = asKernelError('link_failed', thrown, why => why)
      const rest = plugin.live ? `generation ${plugin.live.number} keeps serving` : 'it stays as it was'
      const sentence = new KernelError(code, `${message}; ${rest}`, { cause, ...(hint ? { hint } : {}) })
      plugin.failedWith(sentence)
      this.log.for(plugin.name).error({ hint }, sentence.message)
      throw sentence
    }
  }

  /** Linked and checked, with nothing changed. */
  link(found: Found): Linked {
    const linked = link(found)
    this.roster.checkAliases(linked.definition)
    return linked
  }
}
