import { setImmediate } from 'node:timers/promises'
import type { KernelContext } from '../request.js'
import type { EmqError } from './emq-command.js'
import { failedAs, isObject, send, sendEmpty } from './face.js'

/** So many objects are written in one turn of the event loop. */
const IN_ONE_TURN = 500

export function answerResult(ctx: KernelContext, result: unknown): void | Promise<void> {
  const { objects, ...head } = isObject(result) ? result : {}
  if (Array.isArray(objects) && objects.length > IN_ONE_TURN) return answerLongPage(ctx, head, objects)
  answer(ctx, asciiJson({ code: 0, result }))
}

export function answerCode(ctx: KernelContext, { code, text }: EmqError): void {
  failedAs(ctx, `code ${code}`)
  answer(ctx, asciiJson({ code, message: text }))
}

export function unauthorized(ctx: KernelContext): void {
  ctx.set('WWW-Authenticate', 'Basic Realm="emqx control center"')
  sendEmpty(ctx, 401)
}

export function notFound(ctx: KernelContext): void {
  send(ctx, 404, 'text/plain', '')
  ctx.message = 'Object Not Found'
}

/** The original has no upper limit of `page_size`, and nobody else should wait for whoever asks for everything. */
async function answerLongPage(ctx: KernelContext, head: object, objects: unknown[]): Promise<void> {
  const parts: string[] = []
  for (let at = 0; at < objects.length; at += IN_ONE_TURN) {
    parts.push(asciiJson(objects.slice(at, at + IN_ONE_TURN)).slice(1, -1))
    await setImmediate()
  }
  const before = Object.entries(head).map(entry => `${asciiJson(entry[0])}:${asciiJson(entry[1])},`)
  answer(ctx, `{"code":0,"result":{${before.join('')}"objects":[${parts.join(',')}]}}`)
}

function answer(ctx: KernelContext, text: string): void {
  send(ctx, 200, 'application/json', text)
}

/** The original escapes everything beyond ASCII. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
