import type { Cell } from 'patchbay'
import type { SettingValue } from '../backend.js'

export type BrokerSettings = Readonly<Record<string, SettingValue>>

/** A key of `set` and `show`, over the broker's own settings. */
export interface Setting {
  readonly description: string
  /** As `show` prints it: flags as on and off, numbers as numbers. */
  read(broker: BrokerSettings): Cell
  /** What to change at the broker; undefined when the value is none, or cannot be kept. */
  write(text: string, broker: BrokerSettings): Record<string, SettingValue> | undefined
}

/** `on` and `off`. */
export function flag(option: string, description: string): Setting {
  return {
    description,
    read: broker => (broker[option] ? 'on' : 'off'),
    write: text => (text === 'on' || text === 'off' ? { [option]: text === 'on' } : undefined),
  }
}

interface Shape {
  /** How many of the key's units are one of the broker's. */
  scale?: number
  /** What stands for no limit, which is 0 at the broker. */
  unlimited?: number
}

/** A whole number. */
export function number(option: string, description: string, { scale = 1, unlimited = 0 }: Shape = {}): Setting {
  return {
    description,
    read: broker => (broker[option] === 0 ? unlimited : Number(broker[option]) * scale),
    write(text) {
      if (!/^-?\d{1,12}$/.test(text)) return undefined
      const value = Number(text)
      if (value === unlimited) return { [option]: 0 }
      return value > 0 && value % scale === 0 ? { [option]: value / scale } : undefined
    },
  }
}

/** Not the broker's to change: it has this one value, and setting anything else is refused. */
export function fixed(value: Cell, description: string): Setting {
  return {
    description: `${description} Cannot be changed here.`,
    read: () => value,
    write: text => (text === String(value) ? {} : undefined),
  }
}
