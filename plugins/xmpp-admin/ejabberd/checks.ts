import { EjabberdError } from 'patchbay'

/** What XML cannot carry: control characters, halves of surrogate pairs. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u
const DAY_MS = 86_400_000

/** Whether XML can carry it. */
export function isXmlText(value: string): boolean {
  return !NOT_XML.test(value)
}

/** What is about to be written into a stream or shown to a client; throws where it would break either. */
export function checkText(name: string, value: string): string {
  if (!isXmlText(value)) throw new EjabberdError(400, `Invalid '${name}': it has characters that XML cannot carry`)
  return value
}

/** So many days ago. A negative number would mean everything there is. */
export function daysAgo(days: number): Date {
  if (days < 0) throw new EjabberdError(400, "Invalid 'days': it is negative")
  return new Date(Math.max(Date.now() - days * DAY_MS, 0))
}

/** What the original's code dies of. */
export function internalError(): EjabberdError {
  return new EjabberdError(500, 'internal_error')
}
