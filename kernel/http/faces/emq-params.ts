import { readBody } from '../body.js'
import type { KernelContext } from '../request.js'
import { type EmqCommand, EmqError, EmqMalformed, type EmqPage } from './emq-command.js'
import { isObject, parseBody } from './face.js'

/** The parameters of a POST or PUT: 109, 107, 108, in this order (contracts/mqtt.md §1.1). */
export async function readParams(
  ctx: KernelContext,
  { method, params = {} }: EmqCommand,
  bodyBytes: number,
): Promise<Record<string, unknown>> {
  if (method !== 'POST' && method !== 'PUT') return {}
  const text = (await readBody(ctx.req, bodyBytes)).toString('utf8')
  const parsed = text === '' ? {} : parseBody(text)
  if (parsed === undefined) throw new EmqError(109, 'Body not json')
  const body = isObject(parsed) ? parsed : {}
  const wanted = Object.entries(params)
  if (wanted.some(([key]) => !Object.hasOwn(body, key))) throw new EmqError(107, 'params error')
  if (wanted.some(([key, type]) => typeof body[key] !== type)) throw new EmqError(108, 'params type error')
  return body
}

export const FIRST_PAGE: EmqPage = { current: 1, size: 20 }

/** contracts/mqtt.md §1.3: `curr_page` ≤ 0 shows the first page and echoes the number; what is no page is malformed. */
export function readPage(query: NodeJS.Dict<string | string[]>): EmqPage {
  const number = (text: string | string[] | undefined, otherwise: number) => {
    if (text === undefined) return otherwise
    if (typeof text !== 'string' || !/^[+-]?\d{1,15}$/.test(text)) throw new EmqMalformed()
    return Number(text)
  }
  const page = {
    current: number(query['curr_page'], FIRST_PAGE.current),
    size: number(query['page_size'], FIRST_PAGE.size),
  }
  if (page.size <= 0) throw new EmqMalformed()
  return page
}
