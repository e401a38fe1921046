import { atomText, termText } from './ejabberd-terms.js'
import { type Argument, argumentsIn, isPairs, type ListType, type Named, type ValueType } from './ejabberd-types.js'
import { isObject } from './face.js'

/** A mistake in the arguments, in the original's words. */
export class ArgumentError extends Error {}

/** What a caller has given: a query has only texts, from which integers are read. */
export interface Given {
  readonly entries: readonly (readonly [name: string, value: unknown])[]
  readonly texts: boolean
}

/** The arguments in their types; every one but a list is mandatory, and unknown ones are refused. */
export function decodeArguments(
  known: readonly Argument[],
  { entries, texts }: Given,
  version = 0,
): Record<string, unknown> {
  const wanted = argumentsIn(known, version)
  const values = new Map<string, unknown>()
  const unknown: string[] = []
  for (const [name, value] of entries) {
    const argument = wanted.find(each => each.name === name) ?? wanted.find(each => each.formerly?.includes(name))
    if (!argument) unknown.push(name)
    else if (values.has(keyOf(argument))) {
      throw new ArgumentError(`Request have duplicate argument: ${argument.name}`)
    } else values.set(keyOf(argument), decode(argument.type, value, texts))
  }
  for (const argument of wanted) {
    if (values.has(keyOf(argument))) continue
    if (!isList(argument.type)) throw new ArgumentError(`Request have missing argument: ${argument.name}`)
    values.set(keyOf(argument), [])
  }
  if (unknown.length > 0)
    throw new ArgumentError(`Request have unknown arguments: [${unknown.map(atomText).join(',')}]`)
  return Object.fromEntries(values)
}

function keyOf({ name, as = name }: Argument): string {
  return as
}

function isList(type: ValueType): type is ListType {
  return typeof type !== 'string' && 'list' in type
}

function decode(type: ValueType, value: unknown, texts: boolean): unknown {
  if (type === 'binary' || type === 'string' || type === 'atom') {
    if (typeof value === 'string') return value
  } else if (type === 'integer') {
    if (Number.isSafeInteger(value)) return value
    // Releases before 25.03 refuse the call, later ones convert.
    if (texts && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value)
  } else if (isList(type)) {
    if (Array.isArray(value)) return value.map(each => decode(type.list.type, each, texts))
    // {"persistent":"true"} for a list of names and values.
    if (isObject(value) && isPairs(type)) return Object.entries(value).map(pair => pairOf(type.list.type.tuple, pair))
  } else if (typeof type === 'object' && isObject(value)) return fieldsOf(type.tuple, value, texts)
  throw new ArgumentError(`Arg ${termText(value)} is not in format ${formatOf(type)}`)
}

/** An object with the fields; one of a single other key is a name and its value. A text that is missing is empty. */
function fieldsOf(fields: readonly Named[], value: Record<string, unknown>, texts: boolean): Record<string, unknown> {
  const entries = Object.entries(value)
  if (fields.length === 2 && entries.length === 1 && !fields.some(({ name }) => name === entries[0]![0])) {
    return pairOf(fields, entries[0]!)
  }
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      if (Object.hasOwn(value, name)) return [name, decode(type, value[name], texts)]
      if (type === 'binary' || type === 'string') return [name, '']
      throw new ArgumentError(`Missing field ${name} in tuple ${termText(value)}`)
    }),
  )
}

function pairOf([first, second]: readonly Named[], [name, value]: readonly [string, unknown]): Record<string, unknown> {
  return { [first!.name]: name, [second!.name]: decode(second!.type, value, false) }
}

/** `{list,{option,{tuple,[{name,binary},{value,binary}]}}}` */
function formatOf(type: ValueType): string {
  if (typeof type === 'string') return type
  const named = ({ name, type: of }: Named) => `{${name},${formatOf(of)}}`
  return 'list' in type ? `{list,${named(type.list)}}` : `{tuple,[${type.tuple.map(named).join(',')}]}`
}
