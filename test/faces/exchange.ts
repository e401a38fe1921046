import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { ExecutionContext } from 'ava'

export interface Asked {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface Answer {
  status: number
  reason: string
  headers: Record<string, string | undefined>
  body: string
}

/** A line of a contract: what is asked, and what of the answer a client can depend on. */
export interface Exchange extends Asked {
  status: number
  reason?: string
  /** Exact Content-Type; null when there must be none. */
  type?: string | null
  /** Further headers; null when one must be absent. */
  has?: Record<string, string | null>
  /** A text is compared byte by byte, an object as parsed JSON. */
  answer?: string | RegExp | object
}

export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}

/** Asks exactly what it is told to: no normalised paths, no headers added beyond Host and the body's length. */
export function ask(url: string, { method = 'GET', path, headers = {}, body }: Asked): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const counted = body !== undefined && headers['Transfer-Encoding'] === undefined
    const sent = counted ? { 'Content-Length': String(Buffer.byteLength(body)), ...headers } : headers
    const request = httpRequest({ hostname, port, method, path, headers: sent, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          reason: response.statusMessage!,
          headers: response.headers as Record<string, string | undefined>,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Sends bytes as they are and returns all that comes back; for requests that no HTTP client would make. */
export function sendRaw(url: string, bytes: string, { end = false } = {}): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => (end ? socket.end(bytes) : socket.write(bytes)))
    socket.setTimeout(5000, () => socket.destroy(new Error(`no answer to ${bytes.slice(0, 80)}`)))
    socket.on('data', chunk => {
      answer += chunk.toString('utf8')
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

export function compare(t: ExecutionContext, wanted: Exchange, got: Answer): void {
  t.is(got.status, wanted.status, got.body)
  if (wanted.reason !== undefined) t.is(got.reason, wanted.reason)
  if (wanted.type !== undefined) t.is(got.headers['content-type'] ?? null, wanted.type)
  for (const [name, value] of Object.entries(wanted.has ?? {}))
    t.is(got.headers[name.toLowerCase()] ?? null, value, name)
  if (typeof wanted.answer === 'string') t.is(got.body, wanted.answer)
  else if (wanted.answer instanceof RegExp) t.regex(got.body, wanted.answer)
  else if (wanted.answer !== undefined) t.deepEqual(JSON.parse(got.body), wanted.answer)
  t.notRegex(got.body, /\bat .+:\d+:\d+\)?/, 'no stack trace reaches a client')
}

/** The title of a row: what is asked, and the answer's status. */
export function titleOf({ method = 'GET', path, headers = {}, body, status }: Exchange): string {
  const shown = [...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), body?.toString('utf8')]
  const details = shown.filter(Boolean).join(', ')
  return `${method} ${short(path)}${details && ` (${short(details)})`} → ${status}`
}

function short(text: string): string {
  return text.length > 120 ? `${text.slice(0, 100)}… (${text.length} characters)` : text
}
