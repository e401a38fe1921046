/**
 * Every failure that Patchbay itself can report, with the HTTP status its native endpoints answer.
 * The five faces translate the code into their own words; the command line prints sentence and hint.
 */
export const ERRORS = {
  // plugins
  unknown_plugin: 404,
  not_loaded: 404,
  already_running: 409,
  not_running: 409,
  required_by_others: 409,
  requirement_missing: 409,
  requirement_cycle: 409,
  alias_taken: 409,
  link_failed: 500,
  definition_invalid: 500,
  start_failed: 500,
  start_timeout: 504,
  conflict: 409,
  undeclared_permission: 500,
  undeclared_namespace: 500,
  contribution_too_late: 500,
  upgrade_refused: 409,
  crashed: 500,
  // configuration and start-up
  config_missing: 500,
  config_unreadable: 500,
  config_invalid: 422,
  port_taken: 500,
  listen_failed: 500,
  data_locked: 500,
  data_unwritable: 500,
  data_unreadable: 500,
  // requests
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  /** The path speaks another protocol, which the connection must be upgraded to. */
  upgrade_required: 426,
  body_invalid: 400,
  timeout: 504,
  /** The server behind the backend has no such ability. */
  unsupported: 501,
  no_backend: 503,
  no_authenticator: 503,
  busy: 503,
  shutting_down: 503,
  internal: 500,
} as const

export type ErrorCode = keyof typeof ERRORS

export interface ErrorOptions {
  /** What the reader can do about it: an imperative sentence, or a command to run. */
  hint?: string
  cause?: unknown
}

/** A failure that a person can meet: its message says who, what failed and what still works. */
export class KernelError extends Error {
  override readonly name = 'KernelError'
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }

  get status(): number {
    return ERRORS[this.code]
  }

  /** As the native endpoints and `--json` show it; causes and stacks stay in the log. */
  toJSON(): { code: ErrorCode; message: string; hint?: string } {
    return { code: this.code, message: this.message, ...(this.hint ? { hint: this.hint } : {}) }
  }
}

/** An error that is only an answer: whoever causes it may do so ten thousand times a second, and nobody reads its stack. */
export function withoutStack<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** The words of anything thrown, on one line. */
export function reason(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown)
  return text.replace(/\s*\n\s*/g, ' ')
}

/** `thrown` itself when it already is a sentence, else a new one around it. */
export function asKernelError(code: ErrorCode, thrown: unknown, sentence: (why: string) => string): KernelError {
  if (thrown instanceof KernelError) return thrown
  return new KernelError(code, sentence(reason(thrown)), { cause: thrown })
}
