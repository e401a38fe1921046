import { KernelError } from '../../errors.js'
import type { Access, Command } from '../../life/contributions.js'
import type { Identity } from '../../life/identity.js'
import { permits } from '../access.js'
import { readBody } from '../body.js'
import type { KernelContext } from '../request.js'
import { commandsBy, type Face, type FaceOptions, isObject, parseBody, run, send } from './face.js'

export interface HermesCommand {
  access: Access
  /** `user/gen_pw` */
  node: string
}

export interface HermesCall {
  parameters: Record<string, string>
  identity: Identity | undefined
  ctx: KernelContext
}

/** `response` is `ok` unless said; a text is answered as text/plain. */
export type HermesReply = { response?: string; [field: string]: unknown } | string

declare module '../../life/contributions.js' {
  interface FaceCommands {
    hermes: { definition: HermesCommand; handler: (call: HermesCall) => HermesReply | Promise<HermesReply> }
  }
}

type Registry = Map<string, Command<'hermes'>>

/** Hermes' SIP provisioning API (contracts/hermes.md §1). Every in-protocol answer is HTTP 200. */
export function hermes(options: () => FaceOptions): Face {
  return {
    name: 'hermes',
    build: (commands): Registry => commandsBy('hermes', commands, ({ node }) => node),
    async handle(ctx, view, path) {
      const command = (view.registry('hermes') as Registry).get(path.slice(1))
      if (!command) return reply(ctx, { response: 'invalid', cause: 'node', detail: 'there is no such node' }, 404)
      if (ctx.method !== 'POST') {
        ctx.set('Allow', 'POST')
        return reply(ctx, { response: 'invalid', cause: 'method', detail: 'use POST' }, 405)
      }
      const parameters = await readParameters(ctx, options())
      if (!permits(ctx, view, 'hermes', undefined, command.permission)) {
        return reply(ctx, { response: 'failed', cause: 'unauthorized', detail: 'a valid session is needed' })
      }
      reply(ctx, await run(view, command, { parameters, identity: undefined, ctx }))
    },
    fail(ctx, error) {
      if (error.status === 503) reply(ctx, { response: 'failed', cause: 'dbfail', detail: error.message })
      else if (error.code === 'body_too_large')
        reply(ctx, { response: 'invalid', cause: 'parameters', detail: error.message }, 413)
      else if (error.code === 'body_invalid')
        reply(ctx, { response: 'invalid', cause: 'parameters', detail: error.message })
      else reply(ctx, { response: 'error', cause: 'error', detail: 'the log says more' })
    },
  }
}

async function readParameters(ctx: KernelContext, options: FaceOptions): Promise<Record<string, string>> {
  const text = (await readBody(ctx.req, options.bodyBytes)).toString('utf8')
  if (!ctx.is('json')) return Object.fromEntries(new URLSearchParams(text))
  const body = text === '' ? {} : parseBody(text)
  if (!isObject(body)) throw new KernelError('body_invalid', 'the body is not a JSON object')
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))
}

function reply(ctx: KernelContext, answer: HermesReply, status = 200): void {
  ctx.set('Cache-Control', 'no-store')
  if (typeof answer === 'string') send(ctx, status, 'text/plain', answer)
  else send(ctx, status, 'application/json; charset=utf-8', JSON.stringify({ response: 'ok', ...answer }))
}
