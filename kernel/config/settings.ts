import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { KernelError } from '../errors.js'
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
 */
export function loadSettings(env: NodeJS.ProcessEnv = process.env, folder: string = process.cwd()): Loaded {
  const named = env['PATCHBAY_CONFIG']
  const usual = resolve(folder, 'patchbay.yml')
  const file = named ? resolve(folder, named) : existsSync(usual) ? usual : undefined
  const written = file ? readYaml(file) : {}
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    throw new KernelError('config_invalid', `${file}: expected options as "name: value" lines`)
  }
  const settings = check(settingsSchema, written, file ?? 'the configuration')
  const base = file ? dirname(file) : folder
  return {
    written: written as Record<string, unknown>,
    file,
    settings: {
      ...settings,
      data: env['PATCHBAY_DATA'] ? resolve(folder, env['PATCHBAY_DATA']) : resolve(base, settings.data),
      plugin_folders: settings.plugin_folders.map(path => resolve(base, path)),
      certfiles: settings.certfiles.map(path => resolve(base, path)),
    },
  }
}

/** All defaults, for tests and for embedding. */
export function defaultSettings(written: Record<string, unknown> = {}): Loaded {
  return { settings: check(settingsSchema, written, 'the configuration'), written, file: undefined }
}
