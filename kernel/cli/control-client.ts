import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { EXIT } from './exit-codes.js'
import { Refusal } from './refusal.js'

/** Longer than the server lets any request take. */
const PATIENCE_MS = 120_000

type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** An answer of a face, which has its own way of saying what went wrong. */
export interface Answer {
  status: number
  text: string
}

type Headers = Readonly<Record<string, string>>

interface Sent {
  timeout?: number
  body?: unknown
  headers?: Headers | undefined
}

/** A path with its values encoded: path`/kernel/plugins/${name}`. */
export function path(texts: TemplateStringsArray, ...values: string[]): string {
  return texts.reduce((all, part, index) => all + encodeURIComponent(values[index - 1]!) + part)
}

/** Speaks to a running Patchbay over its control socket, where every call is permitted. */
export class ControlClient {
  readonly #socketPath: string

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  get<T>(path: string): Promise<T> {
    return this.#call<T>('GET', path)
  }

  /** A `body` is sent as JSON. */
  post<T>(path: string, body?: unknown): Promise<T> {
    return this.#call<T>('POST', path, body)
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>('PUT', path, body)
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>('PATCH', path, body)
  }

  delete<T>(path: string): Promise<T> {
    return this.#call<T>('DELETE', path)
  }

  /** Calls a face and leaves it to the caller what the answer means. A `body` is sent as JSON. */
  async ask(verb: Verb, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#send(verb, path, { timeout: PATIENCE_MS, body })
    return { status: response.statusCode!, text: await text(response) }
  }

  /** The lines of an answer without an end; it ends when the server does. */
  async *lines(path: string, headers?: Headers): AsyncGenerator<string> {
    const response = await this.#send('GET', path, { headers })
    if (response.statusCode !== 200) throw await refusalOf(response)
    try {
      yield* createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })
    } catch (thrown) {
      // A server that ends may cut the connection instead of closing it.
      if ((thrown as NodeJS.ErrnoException).code !== 'ECONNRESET') throw thrown
    }
  }

  async #call<T>(verb: Verb, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(verb, path, { timeout: PATIENCE_MS, body })
    if (response.statusCode !== 200) throw await refusalOf(response)
    return JSON.parse(await text(response)) as T
  }

  #send(verb: Verb, path: string, { timeout, body, headers }: Sent): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const about =
      text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }
    return new Promise((resolve, reject) => {
      const sent: ClientRequest = request({
        socketPath: this.#socketPath,
        method: verb,
        path,
        agent: false,
        headers: { ...about, ...headers },
      })
      if (timeout) sent.setTimeout(timeout, () => sent.destroy(new Error(`no answer within ${timeout / 1000} s`)))
      sent.once('response', resolve)
      sent.once('error', thrown => reject(this.#unreachable(thrown)))
      sent.end(text)
    })
  }

  #unreachable(thrown: NodeJS.ErrnoException): Refusal {
    const socket = this.#socketPath
    switch (thrown.code) {
      case 'ENOENT':
      case 'ECONNREFUSED':
      case 'ENOTSOCK':
      case 'ENOTDIR':
        return new Refusal(`no Patchbay is running: nothing listens on ${socket}`, {
          code: 'no_server',
          hint: 'start one with patchbay serve, or name the data folder of another one with --data DIR',
          exitCode: EXIT.notRunning,
        })
      case 'EACCES':
      case 'EPERM':
        return new Refusal(`the control socket ${socket} belongs to another user`, {
          code: 'no_access',
          hint: 'run the command as the user that runs Patchbay',
        })
      default:
        return new Refusal(`Patchbay ended or closed the connection before it answered: ${thrown.message}`, {
          code: 'no_answer',
          hint: 'patchbay status tells whether it still runs',
        })
    }
  }
}

async function refusalOf(response: IncomingMessage): Promise<Refusal> {
  const body = await text(response)
  try {
    const { code, message, hint } = (JSON.parse(body) as { error: { code: string; message: string; hint?: string } })
      .error
    return new Refusal(message, { code, hint })
  } catch {
    return new Refusal(`Patchbay answered ${response.statusCode}: ${body.trim()}`)
  }
}
