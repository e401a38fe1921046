import { rm } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { KernelError, reason } from '../errors.js'
import type { BodyKind } from '../life/contributions.js'
import type { KernelContext } from './request.js'

/** The whole body; `body_too_large` as soon as it grows beyond `limit` bytes, `body_invalid` when the sender goes away. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > limit) return Promise.reject(tooLarge(limit))
  // Whoever has gone away while credentials were checked will not be heard of again.
  if (request.destroyed) return Promise.reject(cutOff())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (act: () => void) => {
      request.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut)
      act()
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else {
        request.pause()
        settle(() => reject(tooLarge(limit)))
      }
    }
    const onEnd = () => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    const onCut = () => settle(() => reject(cutOff()))
    request.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut)
  })
}

/** Reads the body of a native route as the route declares it; an empty body is `undefined`. */
export async function readInput(ctx: KernelContext, kind: BodyKind, limit: number): Promise<unknown> {
  if (kind === 'multipart') return readMultipart(ctx, limit)
  const text = (await readBody(ctx.req, limit)).toString('utf8')
  if (text === '') return undefined
  if (kind === 'text') return text
  if (kind === 'form') return Object.fromEntries(new URLSearchParams(text))
  return parseJson(text)
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new KernelError('body_invalid', 'the body is not JSON', { hint: 'check quotes, commas and brackets' })
  }
}

/** koa-body costs 40 ms to load and 20 µs a request, so only multipart bodies go through it. */
async function readMultipart(ctx: KernelContext, limit: number): Promise<unknown> {
  if (Number(ctx.req.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  if (ctx.req.destroyed) throw cutOff()
  const { koaBody } = await import('koa-body')
  const files: Uploaded[] = []
  const read = koaBody({
    multipart: true,
    json: false,
    urlencoded: false,
    text: false,
    formidable: {
      maxFileSize: limit,
      maxTotalFileSize: limit,
      maxFieldsSize: limit,
      onFileBegin: (_, file) => void files.push(file as unknown as Uploaded),
    },
    onError: thrown => {
      throw (thrown as { httpCode?: number }).httpCode === 413 ? tooLarge(limit) : notMultipart(thrown)
    },
  })
  // The files are in the temporary folder for as long as the request lasts.
  ctx.res.once('close', () => {
    for (const { filepath } of files) rm(filepath, { force: true }, () => undefined)
  })
  await read(ctx, async () => undefined)
  const request = ctx.request as unknown as { body: unknown; files: unknown }
  return { fields: request.body, files: request.files }
}

interface Uploaded {
  filepath: string
}

function notMultipart(thrown: Error): KernelError {
  return new KernelError('body_invalid', `the body is not a complete multipart form: ${reason(thrown)}`)
}

function cutOff(): KernelError {
  return new KernelError('body_invalid', 'the body was cut off before its end')
}

function tooLarge(limit: number): KernelError {
  return new KernelError('body_too_large', `the body is larger than ${limit} bytes`, {
    hint: 'send less at once, or raise limits.body_bytes',
  })
}
