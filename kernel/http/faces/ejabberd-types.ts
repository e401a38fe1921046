/** ejabberd's argument and result types as data (contracts/xmpp.md §3.1, §3.2). */
export type ArgumentType = 'string' | 'integer' | 'list' | 'texts'

export interface Argument {
  readonly name: string
  readonly type: ArgumentType
  /** Older names under which it is accepted. */
  readonly formerly?: readonly string[]
  /** The API versions that know it, both inclusive; all unless said. */
  readonly since?: number
  readonly until?: number
}

/** What changed with the API version, by the first version that has it, ascending from 0. */
export type Versions<T> = readonly (readonly [since: number, what: T])[]

export type ResultType =
  | { readonly type: 'rescode' }
  /** A text; what is not ok is thrown. */
  | { readonly type: 'restuple' }
  | { readonly type: 'integer' | 'string'; readonly name: string }
  /** A list of texts, or of objects. */
  | { readonly type: 'list' }
  /** A list of records, each shown as one object or several. */
  | { readonly type: 'records'; readonly rows: Versions<(record: never) => readonly object[]> }
  /** A list of name and value, shown as one object. */
  | { readonly type: 'pairs' }
  | { readonly type: 'tuple' }

/** What the wire shows for `value`: version 0 wraps a lone value in an object, later versions do not. */
export function encodeResult(result: ResultType, value: unknown, version: number): unknown {
  switch (result.type) {
    case 'rescode':
      return value === true || value === 0 ? 0 : 1
    case 'integer':
    case 'string':
      return version === 0 ? { [result.name]: value } : value
    case 'records':
      return (value as never[]).flatMap(inVersion(result.rows, version))
    default:
      return value
  }
}

function inVersion<T>(versions: Versions<T>, version: number): T {
  return versions.findLast(([since]) => since <= version)![1]
}

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
  const wanted = known.filter(({ since = 0, until = version }) => since <= version && version <= until)
  const values = new Map<string, unknown>()
  const unknown: string[] = []
  for (const [name, value] of entries) {
    const argument = wanted.find(each => each.name === name) ?? wanted.find(each => each.formerly?.includes(name))
    if (!argument) unknown.push(name)
    else if (values.has(argument.name)) throw new ArgumentError(`Request have duplicate argument: ${argument.name}`)
    else values.set(argument.name, decode(argument.type, value, texts))
  }
  for (const { name, type } of wanted) {
    if (values.has(name)) continue
    if (type !== 'list' && type !== 'texts') throw new ArgumentError(`Request have missing argument: ${name}`)
    values.set(name, [])
  }
  if (unknown.length > 0) throw new ArgumentError(`Request have unknown arguments: [${unknown.join(',')}]`)
  return Object.fromEntries(values)
}

/** As the original calls them. */
const FORMATS: Record<ArgumentType, string> = { string: 'binary', integer: 'integer', list: 'list', texts: 'list' }

function decode(type: ArgumentType, value: unknown, texts: boolean): unknown {
  if (type === 'string' && typeof value === 'string') return value
  if (type === 'list' && Array.isArray(value)) return value
  if (type === 'texts' && Array.isArray(value)) return value.map(each => decode('string', each, texts))
  if (type === 'integer') {
    if (Number.isSafeInteger(value)) return value
    // Releases before 25.03 refuse the call, later ones convert.
    if (texts && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value)
  }
  throw new ArgumentError(`Arg ${show(value)} is not in format ${FORMATS[type]}`)
}

/** Of what a caller sent as an argument. */
const LONGEST_SHOWN = 1000

function show(value: unknown): string {
  if (typeof value === 'string') return `<<${[...Buffer.from(value.slice(0, LONGEST_SHOWN))].join(',')}>>`
  if (typeof value !== 'object') return String(value)
  try {
    return JSON.stringify(value).slice(0, LONGEST_SHOWN)
  } catch {
    // Deeper than anybody nests on purpose.
    return Array.isArray(value) ? '[…]' : '{…}'
  }
}
