/** Refusals of admin_rest that are given in more than one place, in the original's words (contracts/xmpp.md §2.2, §2.3). */
export const ADMIN_REST_REFUSALS = {
  rights: { status: 401, result: 'User must be an administrator' },
  path: { status: 404, result: 'Invalid request path' },
  host: { status: 404, result: 'Host does not exist or is malformed' },
  body: { status: 400, result: 'Body does not exist or is malformed' },
  size: { status: 413, result: 'Request body is too large' },
  internal: { status: 500, result: 'Internal server error' },
} as const

/** A documented refusal, thrown from wherever it is found out. */
export class AdminRestError extends Error {
  readonly status: number
  readonly result: string

  constructor({ status, result }: { readonly status: number; readonly result: string }) {
    super(result)
    this.status = status
    this.result = result
  }
}
