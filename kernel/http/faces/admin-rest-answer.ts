import type { KernelContext } from '../request.js'
import type { AdminRestReply } from './admin-rest-command.js'
import { send, sendEmpty } from './face.js'

export const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Max-Age': '7200',
  'Access-Control-Allow-Headers': 'Content-Type',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
}

export function answer(ctx: KernelContext, reply: AdminRestReply): void {
  const { status = 200 } = reply
  if ('text' in reply) send(ctx, status, reply.type, reply.text)
  else send(ctx, status, 'application/json', JSON.stringify({ result: reply.result }))
}

/** Answered by the web server ahead of the module, so without its headers. */
export function redirect(ctx: KernelContext): void {
  ctx.set('Location', `${ctx.path.replace(/^\/+/, '/')}/`)
  sendEmpty(ctx, 301)
}
