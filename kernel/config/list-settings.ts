import { listOptions, type PluginOption } from './plugin-options.js'
import { settingsSchema } from './schema.js'
import type { Loaded } from './settings.js'

/** Every option outside `plugins:`, with its source. */
export function listSettings({ settings, written }: Pick<Loaded, 'settings' | 'written'>): PluginOption[] {
  const { plugins: _, ...own } = settings
  return listOptions(settingsSchema, own, written, {}).map(option =>
    option.key === 'data' && process.env['PATCHBAY_DATA'] ? { ...option, source: 'environment' } : option,
  )
}
