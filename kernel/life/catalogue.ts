import { readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { didYouMean } from '../config/nearest.js'
import { KernelError } from '../errors.js'
import type { PluginDefinition } from './definition.js'

/** A plugin's code on disk, not yet linked. */
export interface Found {
  readonly name: string
  readonly folder: string
  /** Its index file: `index.js`, or `dist/index.js` of a compiled TypeScript plugin. */
  readonly entry: string
  /** A definition that is in memory already, as tests have it. */
  readonly given?: PluginDefinition
}

const ENTRIES = ['index.js', join('dist', 'index.js')]
/** What a plugin, and so its folder, may be called; `kernel` is the kernel's own. */
export const PLUGIN_NAME = /^(?!kernel$)[a-z][a-z0-9]*([-_][a-z0-9]+)*$/

/** The plugins on disk: every sub-folder of the plugin folders that has an index file. Earlier folders win. */
export class Catalogue {
  readonly #named: () => readonly string[]
  readonly #given: ReadonlyMap<string, Found>

  /** `folders` is asked each time: a reload of the configuration may name others. */
  constructor(folders: () => readonly string[], given: readonly PluginDefinition[] = []) {
    this.#named = folders
    this.#given = new Map(given.map(each => [each.name, { name: each.name, folder: '', entry: '', given: each }]))
  }

  /** Where it looks, whether or not they exist. */
  get folders(): readonly string[] {
    return this.#named().map(folder => resolve(folder))
  }

  /** Reads the disk each time: a plugin may have been put there a moment ago. */
  list(): Found[] {
    const found = new Map<string, Found>(this.#given)
    for (const folder of this.folders) {
      for (const name of foldersIn(folder)) {
        const plugin = found.has(name) ? undefined : foundIn(join(folder, name))
        if (plugin) found.set(name, plugin)
      }
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  find(name: string): Found {
    const given = this.#given.get(name)
    if (given) return given
    if (PLUGIN_NAME.test(name)) {
      for (const folder of this.folders) {
        const plugin = foundIn(join(folder, name))
        if (plugin) return plugin
      }
    }
    const names = this.list().map(plugin => plugin.name)
    throw new KernelError('unknown_plugin', `there is no plugin "${name}"${didYouMean(name, names)}`, {
      hint: `plugins are looked for in ${this.folders.join(', ')}; patchbay plugin list shows them`,
    })
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(entry => (entry.isDirectory() || entry.isSymbolicLink()) && PLUGIN_NAME.test(entry.name))
      .map(entry => entry.name)
  } catch {
    return []
  }
}

function foundIn(folder: string): Found | undefined {
  for (const entry of ENTRIES) {
    const file = join(folder, entry)
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) return { name: basename(folder), folder, entry: file }
  }
  return undefined
}
