import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const SANE = /^[\w.:-]{1,64}$/
/** Unique to this process, so that a counter is enough for the rest. */
const PREFIX = randomBytes(6).toString('base64url')
let count = 0

/** The caller's own X-Request-Id when it is a short token, else a new one. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && SANE.test(given) ? given : `${PREFIX}-${(++count).toString(36)}`
}
