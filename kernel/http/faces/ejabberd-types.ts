/** A type of ejabberd's registry (contracts/xmpp.md §3.1, §3.2). `binary` and `string` are both texts on the wire. */
export type ValueType =
  | 'binary'
  | 'string'
  | 'integer'
  | 'atom'
  /** 0 done, 1 not done. */
  | 'rescode'
  /** A text; what is not ok is thrown. */
  | 'restuple'
  | ListType
  | TupleType

export interface ListType {
  readonly list: Named
}

/** An object with these fields. */
export interface TupleType {
  readonly tuple: readonly Named[]
}

export interface Named {
  readonly name: string
  readonly type: ValueType
}

export interface Argument extends Named {
  /** Older names under which it is accepted. */
  readonly formerly?: readonly string[]
  /** What the handler finds it under, where its name on the wire has changed. */
  readonly as?: string
  /** The API versions that know it, both inclusive; all unless said. */
  readonly since?: number
  readonly until?: number
}

/** What changed with the API version, by the first version that has it, ascending from 0. */
export type Versions<T> = readonly (readonly [since: number, what: T])[]

/** What a command answers: the same in every version, or by version. */
export type ResultType = Named | Versions<Named>

/** The newest version of the API, and the releases that brought each (contracts/xmpp.md §3.1). */
export const LATEST_VERSION = 3

export function resultIn(result: ResultType, version: number): Named {
  return 'name' in result ? result : result.findLast(([since]) => since <= version)![1]
}

/** The arguments that a command has in this version of the API. */
export function argumentsIn(all: readonly Argument[], version: number): readonly Argument[] {
  return all.filter(({ since = 0, until = version }) => since <= version && version <= until)
}

/** As the registry writes it: `list<contact: (jid: string, nick: string)>`. */
export function typeInWords(type: ValueType): string {
  if (typeof type === 'string') return type
  if ('list' in type) return `list<${namedInWords(type.list)}>`
  return `(${type.tuple.map(namedInWords).join(', ')})`
}

export function namedInWords({ name, type }: Named): string {
  return `${name}: ${typeInWords(type)}`
}

/** Of two fields whose first is the name of the second: such a list is shown as one object. */
export function isPairs(type: ValueType): type is ListType & { readonly list: { readonly type: TupleType } } {
  if (typeof type === 'string' || !('list' in type)) return false
  const element = type.list.type
  if (typeof element === 'string' || !('tuple' in element) || element.tuple.length !== 2) return false
  const [first, second] = element.tuple
  return first!.type === 'atom' || (first!.name === 'name' && second!.name === 'value')
}
