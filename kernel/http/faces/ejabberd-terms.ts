import { isObject } from './face.js'

/** Of what a caller sent, characters. */
const LONGEST_SHOWN = 1000
/** What is nested deeper is not shown. */
const DEEPEST_SHOWN = 20

/** JSON as Erlang prints what its parser makes of it (`~w`): `[1,<<97>>,{[{<<98>>,null}]}]`. */
export function termText(value: unknown): string {
  return shown(value, 0).slice(0, LONGEST_SHOWN * 4)
}

function shown(value: unknown, depth: number): string {
  if (typeof value === 'string') return `<<${[...Buffer.from(value.slice(0, LONGEST_SHOWN))].join(',')}>>`
  if (typeof value === 'number') return numberText(value)
  if (depth === DEEPEST_SHOWN) return '...'
  const all = (items: readonly unknown[], one: (item: unknown) => string) =>
    `[${items.slice(0, LONGEST_SHOWN).map(one).join(',')}]`
  if (Array.isArray(value)) return all(value, item => shown(item, depth + 1))
  if (!isObject(value)) return String(value)
  const pair = (entry: unknown) => {
    const [name, of] = entry as [string, unknown]
    return `{${shown(name, depth)},${shown(of, depth + 1)}}`
  }
  return `{${all(Object.entries(value), pair)}}`
}

/** A float always has a point: `1.0e30`. */
function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value)
  const [digits = '', exponent] = String(value).split('e')
  const float = digits.includes('.') ? digits : `${digits}.0`
  return exponent === undefined ? float : `${float}e${Number(exponent)}`
}

/** A name as Erlang prints an atom: quoted unless it is a plain word. */
export function atomText(name: string): string {
  return /^[a-z][\w@]*$/.test(name) ? name : `'${name.replace(/[\\']/g, '\\$&')}'`
}
