import { KernelError } from '../errors.js'
import type { PluginDefinition } from '../life/definition.js'
import type { Overrides } from './overrides.js'
import { checkPluginConfig, listOptions, merge, overrideFromTexts, type PluginOption } from './plugin-options.js'
import type { Settings } from './schema.js'
import type { Loaded } from './settings.js'

type Block = Record<string, unknown>

/** What of a plugin's definition is about its options. */
export type Reader = Pick<PluginDefinition, 'config' | 'topLevel'>

/** Settings and overrides together, as they hold now. */
export class Configuration {
  readonly overrides: Overrides
  readonly #load: () => Loaded
  /** Option names that belong to a face, wherever they stand below `plugins:`. */
  readonly #faceOptions: ReadonlySet<string>
  /** The plugin behind an alias: a block may stand under the name that the manuals use. */
  readonly #nameOf: (alias: string) => string
  #loaded: Loaded
  #reads = 0

  constructor(
    loaded: Loaded,
    load: () => Loaded,
    overrides: Overrides,
    faceOptions: ReadonlySet<string>,
    nameOf: (alias: string) => string = name => name,
  ) {
    this.#loaded = loaded
    this.#load = load
    this.#faceOptions = faceOptions
    this.#nameOf = nameOf
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

  get written(): Block {
    return this.#loaded.written
  }

  /** Reads the file again; throws and changes nothing when it is wrong or gone. Returns how to go back. */
  reread(): () => void {
    const before = this.#loaded
    const read = this.#load()
    if (before.file && !read.file) {
      throw new KernelError('config_missing', `the configuration file ${before.file} has disappeared`, {
        hint: 'put it back, or restart Patchbay to run with the defaults',
      })
    }
    // The store is open and the folders are in use: these two change with a restart.
    const { data, plugin_folders } = before.settings
    this.#loaded = { ...read, settings: { ...read.settings, data, plugin_folders } }
    this.#reads++
    return () => {
      this.#loaded = before
      this.#reads++
    }
  }

  /** A plugin's own options as the file and the overrides give them, before its schema fills in defaults. */
  blockOf(plugin: string, reader: Reader): Block {
    return merge(this.#inFile(plugin, reader), this.#own(this.overrides.of(plugin)))
  }

  /** The checked configuration of a plugin. */
  of(plugin: string, reader: Reader, override = this.overrides.of(plugin)): unknown {
    const inFile = this.#inFile(plugin, reader)
    const own = this.#own(override)
    const checked = (block: Block, where: string) =>
      checkPluginConfig(this.#pathOf(plugin), reader, block, where, this.#faceOptions)
    if (Object.keys(own).length === 0) return checked(inFile, this.#where)
    try {
      return checked(merge(inFile, own), 'the options set over an API')
    } catch (thrown) {
      // Names the file when the mistake is there.
      checked(inFile, this.#where)
      throw thrown
    }
  }

  options(plugin: string, reader: Reader): PluginOption[] {
    const override = this.#own(this.overrides.of(plugin))
    return listOptions(reader.config, this.of(plugin, reader), this.#inFile(plugin, reader), override)
  }

  /** The override block that these texts from the wire mean; throws `config_invalid`. Nothing is stored yet. */
  overrideFor(plugin: string, reader: Reader, texts: Record<string, string>): Block {
    const override = overrideFromTexts(this.#pathOf(plugin), reader.config, this.of(plugin, reader), texts)
    this.of(plugin, reader, override)
    const before = Object.entries(this.overrides.of(plugin))
    return { ...Object.fromEntries(before.filter(([name]) => this.#faceOptions.has(name))), ...override }
  }

  /** The override block once the text is the value of `key`; throws `config_invalid`. */
  overrideOne(plugin: string, reader: Reader, key: string, text: string): Block {
    const values = overrideFromTexts(this.#pathOf(plugin), reader.config, this.of(plugin, reader), { [key]: text })
    return this.overrideWith(plugin, reader, values)
  }

  /** The override block once `values` are part of it; throws `config_invalid`. */
  overrideWith(plugin: string, reader: Reader, values: Block): Block {
    const override = merge(this.overrides.of(plugin), values)
    this.of(plugin, reader, override)
    return override
  }

  /** What stands under a face option's documented name in any plugin's block; the last one wins, an override over all. */
  faceOption(name: string): unknown {
    const { inFile, override } = this.faceOptions
    return override[name] ?? inFile[name]
  }

  /** The options of faces as they stand in the file, and as they were set over an API. */
  get faceOptions(): { inFile: Block; override: Block } {
    const { plugins } = this.settings
    return { inFile: this.#ofFaces(Object.values(plugins)), override: this.#ofFaces(this.overrides.blocks) }
  }

  get #where(): string {
    return this.file ?? 'the configuration'
  }

  #inFile(plugin: string, { topLevel = [] }: Reader): Block {
    const lent = Object.entries(this.settings).filter(([name, value]) => topLevel.includes(name) && value !== undefined)
    return merge(
      Object.fromEntries(lent),
      ...this.#blocksOf(plugin).map(name => this.#own(this.settings.plugins[name] ?? {})),
    )
  }

  /** The names below `plugins:` that mean this plugin, its own name last so that it wins. */
  #blocksOf(plugin: string): string[] {
    const names = Object.keys(this.settings.plugins).filter(name => name !== plugin && this.#nameOf(name) === plugin)
    return Object.hasOwn(this.settings.plugins, plugin) ? [...names, plugin] : names
  }

  #pathOf(plugin: string): string {
    return `plugins.${this.#blocksOf(plugin).at(-1) ?? plugin}`
  }

  #ofFaces(blocks: Iterable<Block | null | undefined>): Block {
    const entries = [...blocks].flatMap(block => Object.entries(block ?? {}))
    return Object.fromEntries(entries.filter(([name, value]) => this.#faceOptions.has(name) && value !== undefined))
  }

  #own(block: Block): Block {
    return Object.fromEntries(Object.entries(block).filter(([name]) => !this.#faceOptions.has(name)))
  }
}
