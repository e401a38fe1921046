import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { KernelError } from '../errors.js'
import { isHttp } from './listen.js'
import { check, type Settings, settingsSchema } from './schema.js'
import { readYaml } from './yaml.js'

export interface Loaded {
  readonly settings: Settings
  /** What the file says, before defaults. */
  readonly written: Record<string, unknown>
  /** The file that was read; undefined when there is none and the defaults hold. */
  readonly file: string | undefined
}

/**
 * Reads `PATCHBAY_CONFIG`, else `./patchbay.yml` when there is one, else nothing.
 * Relative paths in a file are relative to it. `PATCHBAY_DATA` wins over `data`.
 * Throws `config_missing`, `config_unreadable` or `config_invalid`.
 */
export function loadSettings(env: NodeJS.ProcessEnv = process.env, folder: string = process.cwd()): Loaded {
  const named = env['PATCHBAY_CONFIG']
  const usual = resolve(folder, 'patchbay.yml')
  const file = named ? resolve(folder, named) : existsSync(usual) ? usual : undefined
  const where = file ?? 'the configuration'
  const written = withoutEmpty(file ? readYaml(file) : {}, where)
  const settings = check(settingsSchema, written, where)
  const base = file ? dirname(file) : folder
  const near = (path: string) => resolve(base, path)
  return {
    written,
    file,
    settings: {
      ...settings,
      data: env['PATCHBAY_DATA'] ? resolve(folder, env['PATCHBAY_DATA']) : near(settings.data),
      plugin_folders: settings.plugin_folders.map(near),
      certfiles: settings.certfiles.map(near),
      listen: settings.listen.map(entry =>
        isHttp(entry) && entry.certfile ? { ...entry, certfile: near(entry.certfile) } : entry,
      ),
    },
  }
}

/** All defaults, for tests and for embedding. */
export function defaultSettings(written: Record<string, unknown> = {}): Loaded {
  return { settings: check(settingsSchema, written, 'the configuration'), written, file: undefined }
}

/** A block whose lines are all commented out leaves its name with nothing: that is the default, not a mistake. */
function withoutEmpty(written: unknown, where: string): Record<string, unknown> {
  if (typeof written === 'object' && written !== null && !Array.isArray(written)) {
    return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null))
  }
  throw new KernelError('config_invalid', `${where}: expected options as "name: value" lines`)
}
