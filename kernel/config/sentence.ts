import type { z } from 'zod'
import { didYouMean } from './nearest.js'
import { HIDDEN, isSecret } from './secret.js'

type Schema = { _zod?: { def: Record<string, unknown> } } | undefined

/** In which words a mistake is told. */
export interface Wording {
  /** What an entry is called. */
  field: string
  /** What an object is. */
  object: string
  /** What the mistake is about when it is not about one entry. */
  whole: string
  /** What paths begin with. */
  prefix: string
  /** Names at the top that are valid and that the schema does not have. */
  alsoKnown: Iterable<string>
}

const OPTIONS: Wording = {
  field: 'option',
  object: 'options as "name: value" lines',
  whole: 'the whole',
  prefix: '',
  alsoKnown: [],
}

/** What is wrong: the path, what was expected, what came instead, and the nearest valid name. */
export function sentence(issue: z.core.$ZodIssue, schema: z.ZodType, given: Partial<Wording> = {}): string {
  const words = { ...OPTIONS, ...given }
  const path = dotted(words.prefix, issue.path)
  if (issue.code === 'unrecognized_keys') {
    const known = [...fieldNames(at(schema, issue.path)), ...(issue.path.length === 0 ? words.alsoKnown : [])]
    const told = (key: string) => didYouMean(key, known) || misplaced(path, known, issue.input, key)
    return issue.keys.map(key => `unknown ${words.field} "${dotted(path, [key])}"${told(key)}`).join('; ')
  }
  const secret = issue.path.some(step => isSecret(String(step)))
  const input = discriminated(issue)
  const got = input === undefined ? 'nothing' : secret ? HIDDEN : show(input)
  const { wanted, meant = '' } = expected(issue, schema, words.object)
  return `${path ? `"${path}"` : words.whole}: ${wanted}, got ${got}${meant}`
}

/** A block at the top of the file is most likely a plugin's. */
function misplaced(path: string, known: readonly string[], input: unknown, key: string): string {
  const value = (input as Record<string, unknown> | undefined)?.[key]
  const isBlock = path === '' && known.includes('plugins') && typeof value === 'object' && value !== null
  return isBlock ? '; options of a plugin stand below "plugins:"' : ''
}

/** Dotted, with list positions in brackets: `listen[0].port`. */
function dotted(prefix: string, path: readonly PropertyKey[]): string {
  let text = prefix
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text ? `.${String(step)}` : String(step)
  return text
}

/** What is expected, and which of its words was most likely meant. */
interface Expected {
  wanted: string
  meant?: string
}

function expected(issue: z.core.$ZodIssue, schema: z.ZodType, object: string): Expected {
  if (issue.code === 'invalid_union') {
    const firsts = issue.errors.flatMap(([first]) => (first ? [first] : []))
    const words = firsts.flatMap(first => (first.code === 'invalid_value' ? first.values : []))
    const others = firsts
      .filter(({ code }) => code !== 'invalid_value')
      .map(first => expected(first, schema, object).wanted)
    if (firsts.length > 0) {
      const oneOf = words.length > 0 ? [among(words, issue.input)] : []
      const branches = new Set([...oneOf.map(({ wanted }) => wanted), ...others])
      return { ...oneOf[0], wanted: [...branches].join(', or ').replaceAll(', or expected', ' or') }
    }
    const key = String(issue.path.at(-1))
    return among(discriminators(at(schema, issue.path.slice(0, -1)), key), discriminated(issue))
  }
  if (issue.code === 'invalid_value') return among(issue.values, issue.input)
  return { wanted: plainly(issue, object) }
}

function among(values: readonly unknown[], input: unknown): Expected {
  const words = values.map(String)
  return {
    wanted: `expected ${words.length > 1 ? 'one of ' : ''}${words.join(', ')}`,
    // A number in quotes is not a slip of the pen: the type is what is wrong.
    meant: words.includes(String(input))
      ? ''
      : didYouMean(
          String(input),
          words.filter(word => word.length > 1),
        ),
  }
}

function plainly(issue: z.core.$ZodIssue, object: string): string {
  if (issue.code === 'invalid_format' && issue.format === 'datetime') {
    return 'expected a time such as 2026-11-22T09:00:00Z'
  }
  if (issue.code === 'invalid_type') {
    const isObject = issue.expected === 'object' || issue.expected === 'record'
    return `expected ${isObject ? object : (NOUNS[issue.expected] ?? issue.expected)}`
  }
  if (issue.code === 'too_big') return `expected at ${issue.inclusive ? 'most' : 'less than'} ${issue.maximum}`
  if (issue.code === 'too_small') return tooSmall(issue)
  return issue.message
}

/** The value that is wrong: where a field tells the kinds of objects apart, zod hands over the whole object. */
function discriminated({ code, path, input }: z.core.$ZodIssue): unknown {
  const key = path.at(-1)
  const whole = code === 'invalid_union' && typeof key === 'string' && typeof input === 'object' && input !== null
  return whole && key in input ? (input as Record<string, unknown>)[key] : input
}

function tooSmall({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  if (origin === 'array') return `expected at least ${minimum} in the list`
  if (origin === 'string') return 'expected a text that is not empty'
  return inclusive ? `expected at least ${minimum}` : `expected more than ${minimum}`
}

const NOUNS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
}

function show(value: unknown): string {
  const text = written(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return 'something too deep to be shown'
  }
}

/** The schema that `path` leads to, through defaults, lists and unions. */
function at(schema: unknown, path: readonly PropertyKey[]): Schema[] {
  let places = branches(schema)
  for (const step of path) {
    places = places.flatMap(place => {
      const def = place?._zod?.def
      const shape = def?.['shape'] as Record<PropertyKey, unknown> | undefined
      return branches(shape?.[step] ?? def?.['element'] ?? def?.['valueType'])
    })
  }
  return places
}

/** A schema without its wrappers; every option of a union. */
function branches(schema: unknown): Schema[] {
  const def = (schema as Schema)?._zod?.def
  if (!def) return []
  if ('innerType' in def) return branches(def['innerType'])
  if ('out' in def) return branches(def['out'])
  if (Array.isArray(def['options'])) return def['options'].flatMap(branches)
  return [schema as Schema]
}

function fieldNames(places: Schema[]): string[] {
  return places.flatMap(place => Object.keys((place?._zod?.def['shape'] as object) ?? {}))
}

function discriminators(places: Schema[], key: string): string[] {
  return places.flatMap(place => {
    const shape = place?._zod?.def['shape'] as Record<string, { _zod: { values?: Set<unknown> } }> | undefined
    return [...(shape?.[key]?._zod.values ?? [])].filter(value => value !== undefined).map(String)
  })
}
