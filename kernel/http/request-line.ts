import type { Logger } from '../life/definition.js'
import { addressOf, type KernelContext, shownPath } from './request.js'

/** Writes a request into the log once it is answered: who, what, the status; never a query, a body or credentials. */
export function requestLine(log: Logger): (ctx: KernelContext) => void {
  return ctx => {
    const { req, res, identity, face, carrier } = ctx
    const fields = {
      request: res.getHeader('X-Request-Id'),
      address: carrier.local ? carrier.name : addressOf(ctx),
      ...(face ? { face } : {}),
      ...(identity ? { who: `${identity.kind} ${identity.name}` } : {}),
    }
    log.info(fields, `${req.method} ${shownPath(ctx)} ${res.writableFinished ? res.statusCode : 'was not waited for'}`)
  }
}
