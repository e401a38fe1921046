import { KernelError } from '../errors.js'
import type { LiveTable } from './live-table.js'
import type { KernelContext } from './request.js'

/** The failure in the words of Patchbay's own endpoints. */
export function refuse(ctx: KernelContext, error: KernelError): void {
  ctx.status = error.status
  if (error.code === 'unauthorized') ctx.set('WWW-Authenticate', 'Basic realm="patchbay", charset="UTF-8"')
  ctx.body = { error: { ...error.toJSON(), request_id: String(ctx.res.getHeader('X-Request-Id')) } }
}

/** OPTIONS and 405 for a path that exists; 404 for one that does not. */
export function otherMethods(ctx: KernelContext, view: LiveTable): void {
  const methods: string[] = view.routes.methods(ctx.path)
  if (methods.length === 0) throw noSuchPath(ctx.method, ctx.path)
  if (methods.includes('GET')) methods.push('HEAD')
  ctx.set('Allow', [...methods, 'OPTIONS'].join(', '))
  if (ctx.method !== 'OPTIONS') {
    throw new KernelError('method_not_allowed', `${ctx.path} does not know ${ctx.method}, only ${methods.join(', ')}`)
  }
  ctx.status = 204
}

/** Koa reads the target with Node's URL parser, which throws over some. */
export function pathOf(ctx: KernelContext): string {
  try {
    return ctx.request.path ?? '/'
  } catch {
    throw new KernelError('bad_request', 'the target of the request is not a URL')
  }
}

export function noSuchPath(method: string, path: string): KernelError {
  return new KernelError('not_found', `nothing answers ${method} ${path} on this port`, {
    hint: "patchbay status shows which port carries what, patchbay plugin list which plugins run, patchbay openapi every path of Patchbay's own",
  })
}

export function notAllowed(address: string, listener: string): KernelError {
  return new KernelError('forbidden', `${address} may not use the listener on ${listener}`, {
    hint: 'its "allow_ips" in patchbay.yml names the addresses that may',
  })
}

/** What a client may know of an error that was not meant for it. */
export function internal(ctx: KernelContext): KernelError {
  const id = String(ctx.res.getHeader('X-Request-Id'))
  return new KernelError('internal', 'this request failed inside Patchbay; everything else keeps working', {
    hint: `the log has the reason under request ${id}: patchbay logs`,
  })
}
