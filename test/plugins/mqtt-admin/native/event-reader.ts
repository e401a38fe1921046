import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { TestKernel } from '../../../../kernel/testing.js'

export interface ServerSentEvent {
  event: string
  id: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: what an endpoint answers is what the test says about it
  data: any
}

/** A client of server-sent events over a bare socket, so that a test can also stop reading. */
export class EventReader {
  readonly seen: ServerSentEvent[] = []
  comments = 0
  ended = false
  /** The id that the reader would come back with. */
  place: string | undefined
  readonly #message: IncomingMessage
  #rest = ''

  private constructor(message: IncomingMessage) {
    this.#message = message
    message.setEncoding('utf8')
    message.on('data', (text: string) => this.#read(text))
    message.on('close', () => {
      this.ended = true
    })
    message.on('error', () => undefined)
  }

  static open(kernel: TestKernel, query = '', headers: IncomingHttpHeaders = {}): Promise<EventReader> {
    const authorization = `Basic ${Buffer.from('operator@localhost:test').toString('base64')}`
    return new Promise((resolve, reject) => {
      const request = get(
        `${kernel.url}/mqtt/v1/events${query}`,
        { headers: { authorization, ...headers }, agent: false },
        message => {
          if (message.statusCode === 200) resolve(new EventReader(message))
          else reject(Object.assign(new Error(`status ${message.statusCode}`), { status: message.statusCode }))
          if (message.statusCode !== 200) message.resume()
        },
      )
      request.on('error', reject)
    })
  }

  get headers(): IncomingHttpHeaders {
    return this.#message.headers
  }

  get names(): string[] {
    return this.seen.map(({ event }) => event)
  }

  pause(): void {
    this.#message.pause()
  }

  resume(): void {
    this.#message.resume()
  }

  close(): void {
    this.#message.destroy()
  }

  #read(text: string): void {
    const blocks = (this.#rest + text).split('\n\n')
    this.#rest = blocks.pop()!
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map(line => [line.split(': ', 1)[0]!, line.slice(line.indexOf(': ') + 2)]),
      )
      this.place = fields.get('id') ?? this.place
      const event = fields.get('event')
      if (event) this.seen.push({ event, id: fields.get('id'), data: JSON.parse(fields.get('data')!) })
      else if (block.startsWith(':')) this.comments++
    }
  }
}
