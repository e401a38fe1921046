import type { z } from 'zod'
import { KernelError } from '../errors.js'
import { sentence } from './sentence.js'

/**
 * `value` with defaults, or an error that names the path, what was expected and the nearest valid name.
 * Paths begin with `prefix`, but for names that are `topLevel`.
 */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: string,
  prefix = '',
  alsoKnown: Iterable<string> = [],
  topLevel: readonly string[] = [],
): z.infer<S> {
  const outcome = schema.safeParse(value, { reportInput: true })
  if (outcome.success) return outcome.data
  const sentences = outcome.error.issues.map(issue =>
    sentence(issue, schema, { prefix: topLevel.includes(String(issue.path[0])) ? '' : prefix, alsoKnown }),
  )
  throw new KernelError('config_invalid', `${where}: ${sentences.join('; ')}`, {
    hint: 'mend the option and try again; patchbay config show lists every option with its source',
  })
}
