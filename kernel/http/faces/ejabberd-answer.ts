import type { KernelContext } from '../request.js'
import type { EjabberdCommand, EjabberdError } from './ejabberd-command.js'
import { encodeResult } from './ejabberd-result.js'
import { resultIn } from './ejabberd-types.js'
import { send } from './face.js'

export const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'Content-Type, Authorization, X-Admin',
}

/** The bytes of steady lists, for as long as somebody holds the list. */
const prepared = new WeakMap<object, Buffer>()

/** Sends what a command answers; false where that is a rescode which says that it was not done. */
export function answer(ctx: KernelContext, command: EjabberdCommand, value: unknown, version: number): boolean {
  if (command.steady) {
    send(ctx, 200, 'application/json', preparedOf(value as readonly string[]))
    return true
  }
  const encoded = encodeResult(command.result, value, version)
  json(ctx, 200, encoded)
  return encoded !== 1 || resultIn(command.result, version).type !== 'rescode'
}

function preparedOf(list: readonly string[]): Buffer {
  const known = prepared.get(list)
  if (known) return known
  const made = Buffer.from(JSON.stringify(list))
  prepared.set(list, made)
  return made
}

export function refuse(ctx: KernelContext, { status, code, message }: EjabberdError): void {
  json(ctx, status, code === undefined ? message : { status: 'error', code, message })
}

/** What a browser asks before it calls. */
export function preflight(ctx: KernelContext, named: boolean): void {
  ctx.set({ 'Access-Control-Allow-Methods': 'GET, POST, OPTIONS', 'Access-Control-Max-Age': '86400' })
  send(ctx, named ? 200 : 400, 'text/plain', '')
}

function json(ctx: KernelContext, status: number, value: unknown): void {
  send(ctx, status, 'application/json', JSON.stringify(value))
}
