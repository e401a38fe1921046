import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A temporary folder of plugins, written as the compiler would write them. */
export interface PluginFolder {
  readonly path: string
  /** Writes a file of a plugin; `index.js` unless named. */
  write(plugin: string, source: string, file?: string): void
  /** Writes an index that defines the plugin: `fields` are further fields of the definition, as source text. */
  define(plugin: string, start: string, fields?: string): void
  remove(): void
}

export function pluginFolder(): PluginFolder {
  const path = mkdtempSync(join(tmpdir(), 'patchbay-plugins-'))
  const folder: PluginFolder = {
    path,
    write(plugin, source, file = 'index.js') {
      mkdirSync(join(path, plugin), { recursive: true })
      writeFileSync(join(path, plugin, file), source)
    },
    define(plugin, start, fields = '') {
      folder.write(
        plugin,
        `const { plugin, KernelError } = require('patchbay')
exports.default = plugin({ name: '${plugin}', version: '1.0.0', ${fields ? `${fields}, ` : ''}async start(ctx) { ${start} } })
`,
      )
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
  return folder
}
