import { z } from 'zod'
import type { Route, RouteDescription } from '../life/contributions.js'

export type Json = Record<string, unknown>

const REFUSED = { $ref: '#/components/responses/refused' }

/** A path as OpenAPI writes it: `/things/{id}`. */
export function templateOf(path: string): string {
  return path.replace(/[:*](\w+)/g, '{$1}')
}

/** A route as an OpenAPI 3.1 operation. */
export function operationOf({ owner, method, path, permission, stream, description }: Route): Json {
  const { summary, details, query, body, example } = description ?? {}
  const parameters = [...inPath(path, description), ...(query ? inQuery(query, example?.query) : [])]
  const rights = permission === undefined ? 'Open to everybody.' : `Takes the permission ${permission}.`
  return {
    operationId: [method.toLowerCase(), ...path.split(/\W+/)].filter(Boolean).join('_'),
    tags: [owner],
    ...(summary ? { summary } : {}),
    description: details ? `${details}\n\n${rights}` : rights,
    ...(permission === undefined ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: requestBody(body, example?.body) } : {}),
    responses: { '200': answer(description, stream), default: REFUSED },
  }
}

function inPath(path: string, description: RouteDescription | undefined): Json[] {
  return [...path.matchAll(/[:*](\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(description?.parameters?.[name!] ? { description: description.parameters[name!] } : {}),
  }))
}

function inQuery(query: z.ZodType, example: Readonly<Json> = {}): Json[] {
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(required.includes(name) ? { required: true } : {}),
    schema,
    ...(isListOfWords(schema) ? { explode: false } : {}),
    ...(description ? { description } : {}),
    ...(name in example ? { example: example[name] } : {}),
  }))
}

/** Which may be written with commas. */
function isListOfWords({ items }: Json): boolean {
  return typeof items === 'object' && items !== null && 'enum' in items
}

function requestBody(body: z.ZodType, example: unknown): Json {
  const media = { schema: schemaOf(body, 'input'), ...(example === undefined ? {} : { example }) }
  return { required: !body.safeParse(undefined).success, content: { 'application/json': media } }
}

function answer(description: RouteDescription | undefined, stream: boolean): Json {
  const { answer: schema, answerType = stream ? 'text/event-stream' : undefined } = description ?? {}
  const content = {
    ...(schema ? { 'application/json': { schema: schemaOf(schema, 'output') } } : {}),
    ...(answerType ? { [answerType]: {} } : {}),
  }
  return { description: 'done', ...(schema || answerType ? { content } : {}) }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, '~standard': __, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return rest
}
