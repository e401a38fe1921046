import type { PluginContext } from 'patchbay'
import type { Settings, SettingValue } from '../../mqtt-admin/backend.js'
import type { Options } from '../options.js'

/** Every option that is no group of others; changes are overrides, applied by a reload. */
export function settings(ctx: PluginContext<Options>): Settings {
  const plain = Object.entries(ctx.config).filter(([, value]) => typeof value !== 'object')
  const all = Object.fromEntries(plain) as Record<string, SettingValue>
  return { all: () => all, change: values => ctx.configure(values) }
}
