import { permits } from '../access.js'
import { readBody } from '../body.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import { run, send, sendEmpty } from './face.js'
import type { VernemqRegistry } from './vernemq-arguments.js'
import { askedOf, keyHolder, refuseKey } from './vernemq-credentials.js'
import { answer } from './vernemq-output.js'

const WITH_BODY = new Set(['POST', 'PUT'])

/** What stands beside the API: `/metrics`, `/health`, `/status.json` (contracts/mqtt.md §2.5). Method → key → run. */
export async function serveBeside(
  ctx: KernelContext,
  view: LiveTable,
  path: string,
  { node, bodyBytes }: { node: string; bodyBytes: number },
): Promise<void> {
  const command = (view.registry('vernemq') as VernemqRegistry).get(path.replace(/\/$/, ''))
  if (!command?.definition.path.startsWith('/')) return sendEmpty(ctx, 404)
  const { methods = ['GET'], reads } = command.definition
  if (ctx.method === 'OPTIONS' && path.startsWith('/api/')) return preflight(ctx)
  const method = ctx.method === 'HEAD' ? 'GET' : ctx.method
  if (!methods.includes(method)) {
    ctx.set('Allow', [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', '))
    return sendEmpty(ctx, 405)
  }
  const isPublic = command.permission === undefined
  const identity = isPublic ? undefined : await keyHolder(ctx, view)
  if (!isPublic && (!identity || !permits(ctx, view, identity, askedOf(command)))) return refuseKey(ctx)
  // As below the API: a link checker should not disconnect anybody.
  if (ctx.method === 'HEAD' && !reads) return send(ctx, 200, 'application/json', '')
  const body = WITH_BODY.has(method) ? await readBody(ctx.req, bodyBytes) : Buffer.alloc(0)
  const call = { words: [], params: new Map(), flags: new Map(), given: [], body, node, identity, ctx }
  return answer(
    ctx,
    await run(view, command, call, reads ? undefined : { command: `${method} ${path}`, arguments: { ...ctx.query } }),
  )
}

/** Without credentials, unlike the original: a browser's preflight cannot send any. */
export function preflight(ctx: KernelContext): void {
  ctx.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'HEAD, GET',
    'Access-Control-Allow-Headers': 'content-type, authorization',
    'Access-Control-Max-Age': '1728000',
  })
  sendEmpty(ctx, 200)
}
