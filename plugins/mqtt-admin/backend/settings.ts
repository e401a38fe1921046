import type { Awaitable } from './awaitable.js'

export interface Settings {
  /** The broker's options under their own names, in the units of its documentation. */
  all(): Awaitable<Readonly<Record<string, SettingValue>>>
  /** All or none; kept across restarts. Throws `config_invalid`. */
  change(values: Readonly<Record<string, SettingValue>>): Promise<void>
}

export type SettingValue = string | number | boolean
