import { type Cell, KernelError, reason, regexp, VernemqBadRequest } from 'patchbay'

/** A `show` command in the query language of contracts/mqtt.md §2.3. */
export interface Query {
  /** Columns of the answer, in alphabetical order. */
  readonly shown: readonly string[]
  readonly filters: readonly Filter[]
  readonly limit: number
}

export interface Filter {
  readonly column: string
  /** What the column has to be as a text; undefined for a pattern. */
  readonly is: string | undefined
  matches(cell: Cell): boolean
}

const DEFAULT_LIMIT = 100
/** Characters of a text that a pattern is looked for in: a payload may have a megabyte of them. */
const LOOKED_AT = 65_536

/**
 * `--column` selects, `--column=text` filters, `--column=~pattern` filters by a pattern that is found anywhere in the
 * text. Throws `bad_request` when that is none.
 */
export function parseQuery(
  given: readonly (readonly [name: string, value: string | true])[],
  columns: { has(name: string): boolean },
  defaults: readonly string[],
): Query {
  const selected = new Set<string>()
  const filters: Filter[] = []
  let limit = DEFAULT_LIMIT
  for (const [name, value] of given) {
    if (name === 'limit') limit = Number(value)
    else if (!columns.has(name)) continue
    else if (value === true) selected.add(name)
    else filters.push(filterOf(name, value))
  }
  return { shown: (selected.size > 0 ? [...selected] : [...defaults]).sort(), filters, limit }
}

function filterOf(column: string, value: string): Filter {
  if (!value.startsWith('~')) {
    // Some clients write `True`.
    const boolean = value.toLowerCase()
    return { column, is: value, matches: cell => String(cell) === (typeof cell === 'boolean' ? boolean : value) }
  }
  const pattern = patternOf(column, value.slice(1))
  return { column, is: undefined, matches: cell => pattern.test(String(cell).slice(0, LOOKED_AT)) }
}

/** Without backtracking, so that no expression can keep the server busy. */
function patternOf(column: string, source: string) {
  try {
    return regexp(source)
  } catch (thrown) {
    throw new KernelError('bad_request', `--${column}=~${source} is no pattern: ${reason(thrown)}`)
  }
}

/** What a text filter of that column asks for, where there is one. */
export function askedFor({ filters }: Query, column: string): string | undefined {
  return filters.find(filter => filter.column === column && filter.is !== undefined)?.is
}

/** The flags of a command with these columns. */
export function queryFlags(columns: Iterable<string>): Record<string, { value?: 'number' }> {
  const flags = Object.fromEntries([...columns].map(name => [name, {}]))
  return { ...flags, limit: { value: 'number' }, rowtimeout: { value: 'number' } }
}

/** For whoever is asked about a node that is not this one. */
export function assertThisNode(node: string, asked: string | true | undefined): void {
  if (asked !== undefined && asked !== true && asked !== node) throw new VernemqBadRequest()
}
