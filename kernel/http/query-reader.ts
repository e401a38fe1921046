import type { ParsedUrlQuery } from 'node:querystring'
import type { z } from 'zod'
import type { Route } from '../life/contributions.js'
import { mistaken } from './checked-body.js'

/** The query as its schema has it, or `bad_request`. */
export type QueryReader = (query: ParsedUrlQuery) => unknown

/** What may be made of the text of a parameter. */
interface Reading {
  number: boolean
  boolean: boolean
  /** Of a list, that of its entries. */
  entries: Reading | undefined
  /** Whether it is one of several known words: a list of such may be written with commas. */
  word: boolean
}

const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/

/** Everything in a query is text: reads what the schema of each parameter wants instead, then checks the whole. */
export function queryReader(route: Route): QueryReader | undefined {
  const schema = route.description?.query
  if (!schema) return undefined
  const shape = (schema as unknown as z.ZodObject).shape as Record<string, z.ZodType>
  const readings = new Map(Object.entries(shape).map(([name, each]) => [name, readingOf(each)]))
  return query => {
    const values: Record<string, unknown> = Object.create(null)
    for (const [name, value] of Object.entries(query)) {
      const reading = readings.get(name)
      values[name] = reading && value !== undefined ? read(value, reading) : value
    }
    const outcome = schema.safeParse(values, { reportInput: true })
    if (outcome.success) return outcome.data
    throw mistaken('bad_request', route, 'parameter', schema, outcome.error)
  }
}

function read(value: string | string[], reading: Reading): unknown {
  const { entries } = reading
  if (entries) {
    const texts = [value].flat()
    return (entries.word ? texts.flatMap(text => text.split(',')) : texts).map(each => read(each, entries))
  }
  // Given twice: the check says what is wrong with that.
  if (Array.isArray(value)) return value
  if (reading.number && NUMBER.test(value)) return Number(value)
  if (reading.boolean && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** Through defaults, transformations and unions, on the side that callers see. */
function readingOf(schema: z.ZodType): Reading {
  const { def } = schema._zod as unknown as {
    def: { type: string; innerType?: z.ZodType; in?: z.ZodType; element?: z.ZodType; options?: z.ZodType[] }
  }
  const inner = def.innerType ?? def.in
  if (inner) return readingOf(inner)
  if (def.options) {
    const each = def.options.map(readingOf)
    return {
      number: each.some(({ number }) => number),
      boolean: each.some(({ boolean }) => boolean),
      entries: each.find(({ entries }) => entries)?.entries,
      word: each.every(({ word }) => word),
    }
  }
  return {
    number: def.type === 'number',
    boolean: def.type === 'boolean',
    entries: def.element && readingOf(def.element),
    word: def.type === 'enum' || def.type === 'literal',
  }
}
