import { isPairs, type ListType, type ResultType, resultIn, type ValueType } from './ejabberd-types.js'

/** The first version whose lists of texts are sorted: that of 25.03. */
const SORTED_SINCE = 3

/**
 * What the wire shows for `value`: version 0 wraps a lone value in an object, later versions do not. A tuple is given as an
 * object that has its fields and may have more; a list as an array.
 */
export function encodeResult(result: ResultType, value: unknown, version: number): unknown {
  const { name, type } = resultIn(result, version)
  switch (type) {
    case 'rescode':
      return value === true || value === 0 ? 0 : 1
    case 'restuple':
      return value
    case 'integer':
    case 'string':
    case 'binary':
    case 'atom':
      return version === 0 ? { [name]: value } : value
    default:
      return shown(type, value, version)
  }
}

function shown(type: ValueType, value: unknown, version: number): unknown {
  if (typeof type === 'string') return value
  if ('list' in type) return shownList(type, value as readonly unknown[], version)
  return Object.fromEntries(
    type.tuple.map(field => [field.name, shown(field.type, (value as Record<string, unknown>)[field.name], version)]),
  )
}

function shownList(type: ListType, values: readonly unknown[], version: number): unknown {
  if (isPairs(type)) {
    const [first, second] = type.list.type.tuple
    return Object.fromEntries(
      (values as readonly Record<string, unknown>[]).map(each => [each[first!.name], each[second!.name]]),
    )
  }
  const { type: element } = type.list
  if (typeof element !== 'string') return values.map(each => shown(element, each, version))
  return version >= SORTED_SINCE ? [...values].sort() : values
}
