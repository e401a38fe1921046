import type { KernelContext } from '../request.js'
import { CORS, refuse } from './ejabberd-answer.js'
import { ArgumentError } from './ejabberd-arguments.js'
import { asked, BAD_JSON, dispatch, type Registry } from './ejabberd-call.js'
import { EjabberdError } from './ejabberd-command.js'
import { commandsBy, type Face, type FaceOptions, send } from './face.js'

const UNKNOWN: readonly string[] = ['PATCH', 'TRACE']
const BAD_REQUEST = `<?xml version='1.0'?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns='http://www.w3.org/1999/xhtml' xml:lang='en' lang='en'><head><meta http-equiv='Content-Type' content='text/html; charset=utf-8'/></head><body><h1>400 Bad Request</h1></body></html>`

/** ejabberd's mod_http_api (contracts/xmpp.md §3). */
export function ejabberd(options: () => FaceOptions): Face {
  return {
    name: 'ejabberd',
    build: (commands): Registry => commandsBy('ejabberd', commands, ({ name }) => name),
    async handle(ctx, view, path) {
      if (neverReachesTheModule(ctx)) return send(ctx, 400, 'text/html; charset=utf-8', BAD_REQUEST)
      ctx.set(CORS)
      try {
        await dispatch(ctx, view, path, options())
      } catch (thrown) {
        if (thrown instanceof ArgumentError) refuse(ctx, new EjabberdError(400, thrown.message))
        else if (thrown instanceof EjabberdError) refuse(ctx, thrown)
        else throw thrown
      }
    },
    ask(view, command, given) {
      const found = (view.registry('ejabberd') as Registry).get(command.replace(/^\/+|\/v\d+$/g, ''))
      return found && asked(found, given)
    },
    fail(ctx, error) {
      if (error.status === 503 || error.status === 501) refuse(ctx, new EjabberdError(error.status, error.message, 53))
      else if (error.code === 'body_too_large') refuse(ctx, new EjabberdError(413, 'Request body is too large'))
      else if (error.code === 'body_invalid') refuse(ctx, BAD_JSON())
      else refuse(ctx, new EjabberdError(error.code === 'timeout' ? 504 : 500, 'internal_error'))
    },
  }
}

/** The original's listener refuses these itself, with a page and without the module's headers. */
function neverReachesTheModule(ctx: KernelContext): boolean {
  if (UNKNOWN.includes(ctx.method)) return true
  return (ctx.method === 'POST' || ctx.method === 'PUT') && !(Number(ctx.get('Content-Length')) > 0)
}
