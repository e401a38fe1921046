import type { SettingValue } from '../backend.js'

/** How EMQ writes a value that the broker keeps: both ways. */
export interface ValueForm {
  show(value: SettingValue): string
  /** Undefined when the text is no such value. */
  read(text: string): SettingValue | undefined
}

const MOST = Number.MAX_SAFE_INTEGER

function whole(text: string): number | undefined {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return number <= MOST ? number : undefined
}

export const INTEGER: ValueForm = { show: String, read: whole }

export const FLOAT: ValueForm = {
  show: value => Number(value).toFixed(4),
  read: text => (/^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined),
}

export const SWITCH: ValueForm = {
  show: String,
  read: text => ({ true: true, false: false })[text],
}

/** EMQ's flags are also written `on` and `off`. */
export const FLAG: ValueForm = {
  show: String,
  read: text => ({ true: true, on: true, false: false, off: false })[text],
}

export function enumOf(...names: string[]): ValueForm {
  return { show: String, read: text => names.find(name => name === text) }
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  f: 1_209_600_000,
}

/** Shown in milliseconds and kept in seconds; written as milliseconds or with units, `1h30m`. */
export const DURATION: ValueForm = {
  show: value => String(Number(value) * 1000),
  read(text) {
    const parts = [...text.matchAll(/(\d{1,12})(ms|[smhdwf])/g)]
    const written = parts.length > 0 && parts.map(([part]) => part).join('') === text
    const ms = written ? parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0) : whole(text)
    // Less than a second could not be kept.
    return ms === undefined || ms % 1000 !== 0 || ms > MOST ? undefined : ms / 1000
  },
}

const SIZES: Readonly<Record<string, number>> = { '': 1, KB: 1024, MB: 1_048_576, GB: 1_073_741_824 }

/** Shown in bytes; written so, or as `64KB`. */
export const BYTES: ValueForm = {
  show: String,
  read(text) {
    const [, count, unit = ''] = /^(\d{1,12})([KMG]B)?$/i.exec(text) ?? []
    return count === undefined ? undefined : Number(count) * SIZES[unit.toUpperCase()]!
  },
}
