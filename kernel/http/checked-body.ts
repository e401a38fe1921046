import type { z } from 'zod'
import { sentence } from '../config/sentence.js'
import { type ErrorCode, KernelError, withoutStack } from '../errors.js'
import type { Route } from '../life/contributions.js'

/** A mistake in what was sent, with the way to what is right. */
export function mistaken(
  code: ErrorCode,
  { method, path }: Pick<Route, 'method' | 'path'>,
  field: string,
  schema: z.ZodType,
  { issues }: z.ZodError,
): KernelError {
  const sentences = issues.map(issue =>
    sentence(issue, schema, { field, object: 'an object', whole: `the ${field === 'field' ? 'body' : 'query'}` }),
  )
  return withoutStack(
    () =>
      new KernelError(code, `${method} ${path}: ${sentences.slice(0, MOST).join('; ')}; nothing was done`, {
        hint: 'GET /kernel/openapi.json tells what it takes',
      }),
  )
}

/** How many mistakes of one call are told. */
const MOST = 10

/** The body as the route describes it, with defaults; throws `body_invalid`. */
export function checkedBody(route: Route, input: unknown): unknown {
  const schema = route.description?.body
  if (!schema) return input
  const outcome = schema.safeParse(input, { reportInput: true })
  if (outcome.success) return outcome.data
  throw mistaken('body_invalid', route, 'field', schema, outcome.error)
}
