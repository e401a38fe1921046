import { EjabberdError, invalidArgument } from 'patchbay'
import { isXmlText } from '../xml-text.js'

const DAY_MS = 86_400_000

/** What is about to be written into a stream or shown to a client; throws where it would break either. */
export function checkText(name: string, value: string): string {
  if (!isXmlText(value)) throw invalidArgument(name, 'it has characters that XML cannot carry')
  return value
}

/** So many days ago. A negative number would mean everything there is. */
export function daysAgo(days: number): Date {
  if (days < 0) throw invalidArgument('days', 'it is negative')
  return new Date(Math.max(Date.now() - days * DAY_MS, 0))
}

/** What the original's code dies of. */
export function internalError(): EjabberdError {
  return new EjabberdError(500, 'internal_error')
}
