import type { z } from 'zod'
import type { Overrides } from './overrides.js'
import { checkPluginConfig, listOptions, merge, overrideFromTexts, type PluginOption } from './plugin-options.js'
import type { Settings } from './schema.js'
import type { Loaded } from './settings.js'

/** Settings and overrides together, as they hold now. */
export class Configuration {
  readonly overrides: Overrides
  readonly #load: () => Loaded
  /** Option names that belong to a face, wherever they stand below `plugins:`. */
  readonly #faceOptions: ReadonlySet<string>
  #loaded: Loaded
  #reads = 0

  constructor(loaded: Loaded, load: () => Loaded, overrides: Overrides, faceOptions: ReadonlySet<string>) {
    this.#loaded = loaded
    this.#load = load
    this.#faceOptions = faceOptions
    this.overrides = overrides
  }

  get settings(): Settings {
    return this.#loaded.settings
  }

  /** Changes with every change of the settings or of an override. */
  get fingerprint(): string {
    return `${this.#reads}.${this.overrides.changes}`
  }

  get file(): string | undefined {
    return this.#loaded.file
  }

  get written(): Record<string, unknown> {
    return this.#loaded.written
  }

  /** Reads the file again; throws and changes nothing when it is wrong. Returns how to go back. */
  reread(): () => void {
    const before = this.#loaded
    this.#loaded = this.#load()
    this.#reads++
    return () => {
      this.#loaded = before
      this.#reads++
    }
  }

  /** A plugin's own options as the file and the overrides give them, before its schema fills in defaults. */
  blockOf(plugin: string): Record<string, unknown> {
    return merge(this.#inFile(plugin), this.overrides.of(plugin))
  }

  /** The checked configuration of a plugin. */
  of(plugin: string, schema: z.ZodType | undefined, override = this.overrides.of(plugin)): unknown {
    const block = merge(this.#inFile(plugin), override)
    return checkPluginConfig(plugin, schema, block, this.file ?? 'the configuration')
  }

  options(plugin: string, schema: z.ZodType | undefined): PluginOption[] {
    const override = this.overrides.of(plugin)
    return listOptions(schema, this.of(plugin, schema), this.#inFile(plugin), override)
  }

  /** The override block that these texts from the wire mean; throws `config_invalid`. Nothing is stored yet. */
  overrideFor(plugin: string, schema: z.ZodType | undefined, texts: Record<string, string>): Record<string, unknown> {
    const override = overrideFromTexts(this.of(plugin, schema), texts)
    this.of(plugin, schema, override)
    return override
  }

  /** What stands under a face option's documented name in any plugin's block; the last one wins. */
  faceOption(name: string): unknown {
    let found: unknown
    for (const plugin of Object.keys(this.settings.plugins)) {
      const block = merge(this.settings.plugins[plugin] ?? {}, this.overrides.of(plugin))
      if (block[name] !== undefined) found = block[name]
    }
    return found
  }

  #inFile(plugin: string): Record<string, unknown> {
    const block = this.settings.plugins[plugin] ?? {}
    return Object.fromEntries(Object.entries(block).filter(([name]) => !this.#faceOptions.has(name)))
  }
}
