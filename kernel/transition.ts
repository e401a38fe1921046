import { injectable } from 'tsyringe'
import { Configuration } from './config/configuration.js'
import { asKernelError, KernelError, reason } from './errors.js'
import { Live } from './http/live.js'
import { KernelHost } from './kernel-host.js'
import { adviceOn } from './life/advice.js'
import { Generation } from './life/generation.js'
import type { Linked } from './life/linker.js'
import type { Plugin } from './life/plugin.js'
import { Roster } from './life/roster.js'

/** A dry run never lives, so it takes no number. */
const REHEARSAL = 0
/** How long a request may still answer after its generation's signal has aborted. */
const LAST_WORDS_MS = 250

/** The one algorithm behind every verb: start new → swap one pointer → retire old. */
@injectable()
export class Transition {
  /** Generations whose `start` is running, for crashes that come in the meantime. */
  readonly starting = new Set<Generation>()
  readonly #retiring = new Map<Promise<void>, string>()
  /** What the log says already about the options of each plugin. */
  readonly #warned = new Map<string, string>()

  constructor(
    private readonly live: Live,
    private readonly host: KernelHost,
    private readonly configuration: Configuration,
    private readonly roster: Roster,
  ) {}

  /**
   * Brings `linked` to life as the plugin's next generation, in place of the generations of `leaving`.
   * Any error before the swap undoes the new one and leaves everything as it was.
   * Resolves at the swap; `retired` resolves once the old generations are gone.
   */
  async enter(plugin: Plugin, linked: Linked, leaving: readonly Plugin[] = []): Promise<{ retired: Promise<void> }> {
    return this.#enter(plugin, linked, leaving, true)
  }

  /** Brings the code of before back. It can read what a hot upgrade has left, so the storage stays as it is. */
  async revert(plugin: Plugin, previous: Linked): Promise<void> {
    await this.#enter(plugin, previous, [], false)
  }

  async #enter(
    plugin: Plugin,
    linked: Linked,
    leaving: readonly Plugin[],
    upgrade: boolean,
  ): Promise<{ retired: Promise<void> }> {
    const generation = await this.#prepare(plugin, linked, plugin.nextNumber(), upgrade)
    const olds = [plugin, ...leaving].map(each => each.live).filter(live => live !== undefined)
    try {
      generation.assertSound()
      // What it requires may have been stopped while it was starting.
      this.roster.checkRequirements(plugin.name, linked.definition)
      this.live.swap(
        generation,
        leaving.map(each => each.name),
      )
    } catch (thrown) {
      await this.#discard(generation)
      throw this.#sentence(plugin, thrown)
    }
    this.starting.delete(generation)
    plugin.live = generation
    plugin.linked = linked
    for (const each of leaving) each.live = undefined
    const retired = Promise.all(olds.map(old => this.#retire(old)))
    return { retired: retired.then(() => undefined) }
  }

  /** Everything up to the swap, then undone: true means that `enter` would have worked. */
  async rehearse(plugin: Plugin, linked: Linked): Promise<void> {
    const generation = await this.#prepare(plugin, linked, REHEARSAL, false)
    try {
      this.live.next(generation, [])
    } catch (thrown) {
      throw this.#sentence(plugin, thrown)
    } finally {
      await this.#discard(generation)
    }
  }

  /** Takes the plugin's generation out of the live table and retires it. */
  async leave(plugin: Plugin): Promise<void> {
    const old = plugin.live
    if (!old) return
    this.live.swap(undefined, [plugin.name])
    plugin.live = undefined
    await this.#retire(old)
    await this.retired(plugin.name)
  }

  /** Resolves when no generation is being retired, of this plugin or of any. */
  async retired(plugin?: string): Promise<void> {
    const waiting = [...this.#retiring].filter(([, name]) => plugin === undefined || name === plugin)
    await Promise.all(waiting.map(([retiring]) => retiring))
  }

  #retire(old: Generation): Promise<void> {
    const retiring = this.#drainAndEnd(old)
    this.#retiring.set(retiring, old.plugin)
    return retiring.finally(() => this.#retiring.delete(retiring))
  }

  /** Drain, abort, undo; then close what no other generation keeps. */
  async #drainAndEnd(old: Generation): Promise<void> {
    const log = this.host.log(old.plugin)
    const { drainMs, undoMs } = this.host.limits
    const drained = await this.live.gate.drained(old, drainMs)
    if (!drained) {
      const sentence = `generation ${old.number} still had requests after ${drainMs} ms; they are cut off`
      log.warn({ generation: old.number }, sentence)
    }
    await old.end()
    if (!drained && !(await this.live.gate.drained(old, LAST_WORDS_MS))) this.live.cut(old)
    this.live.forget(old)
    await this.host.holdings.release(old, undoMs, why => log.error({ generation: old.number }, why))
  }

  async #prepare(plugin: Plugin, linked: Linked, number: number, upgrade: boolean): Promise<Generation> {
    const { definition } = linked
    let generation: Generation | undefined
    try {
      this.roster.checkRequirements(plugin.name, definition)
      const config = this.configuration.of(plugin.name, definition)
      this.#warn(plugin.name, linked, config)
      generation = new Generation(plugin.name, number, linked, config, this.host)
      if (upgrade) await generation.upgradeStorage(plugin.live !== undefined)
      // Linking has just taken a turn of the loop; starting takes another one.
      await new Promise(setImmediate)
      this.starting.add(generation)
      await generation.start()
      await this.live.prepare(generation)
      return generation
    } catch (thrown) {
      if (generation) await this.#discard(generation)
      throw this.#sentence(plugin, thrown)
    }
  }

  /** A warning about options is said once, and again when it has changed. */
  #warn(plugin: string, { definition }: Linked, config: unknown): void {
    const warnings = adviceOn(definition, config, this.host.hosts).filter(({ level }) => level === 'warning')
    const sentences = warnings.map(({ path, text }) => `${path}: ${text}`)
    if (this.#warned.get(plugin) === sentences.join('\n')) return
    this.#warned.set(plugin, sentences.join('\n'))
    for (const sentence of sentences) this.host.log(plugin).warn(sentence)
  }

  async #discard(generation: Generation): Promise<void> {
    this.starting.delete(generation)
    const log = this.host.log(generation.plugin)
    await generation.end()
    this.live.forget(generation)
    await this.host.holdings.release(generation, this.host.limits.undoMs, why => log.error(why))
  }

  /** The failure with what still works: an older generation, or nothing of this plugin. */
  #sentence(plugin: Plugin, thrown: unknown): KernelError {
    const error = asKernelError('start_failed', thrown, why => `plugin "${plugin.name}" did not start: ${why}`)
    const serving = plugin.live
    const rest = serving ? `generation ${serving.number} keeps serving` : 'everything else keeps running'
    const sentence = new KernelError(error.code, `${error.message}; ${rest}`, {
      cause: error.cause ?? thrown,
      ...(error.hint ? { hint: error.hint } : {}),
    })
    plugin.failedWith(sentence)
    this.host.log(plugin.name).error({ hint: sentence.hint, err: causeOf(thrown) }, sentence.message)
    return sentence
  }
}

/** Only a foreign error's stack is worth a look: ours are sentences. */
function causeOf(thrown: unknown): unknown {
  const cause = thrown instanceof KernelError ? thrown.cause : thrown
  return cause instanceof Error ? { stack: cause.stack ?? reason(cause) } : undefined
}
