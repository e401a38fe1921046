import { Child, PASSWORD } from './child.js'

/** One request and what its answer must be. */
export interface Exchange {
  /** The bytes to send, head and body. */
  request: string
  /** The expected body; with `after`, what stands before the revision number. */
  before: string
  /** What stands after the revision number, in a body that has one. */
  after?: string
  /** Whose revision it is: exchanges with the same source share one lowest acceptable revision. */
  source?: number
}

export interface LoadOrder {
  port: number
  /** Sent in turn. */
  exchanges: Exchange[]
  /** Keep-alive connections, one request at a time on each. */
  connections: number
  /** Requests per second whatever the answers take; without it every connection sends as soon as it has its answer. */
  rate?: number
  /** How long to send, in milliseconds. */
  ms?: number
  /** How many to send at most. */
  requests?: number
  /** Whether sending ends with `ms` although some requests could not be sent in time: an attacker who gives up. */
  givesUp?: boolean
  /** Whether the generator sleeps between its turns: sends in bursts of a millisecond, and leaves the machine to others. */
  sleeps?: boolean
  /** Check only the statuses, for answers that carry times. */
  anyBody?: boolean
}

export interface LoadResult {
  answered: number
  seconds: number
  /** Bytes of one answer, on average. */
  bytes: number
  /** How many went wrong, by kind, with the first one in words. */
  failed: number
  failures: Record<string, number>
  firstFailure: string | undefined
  /** Milliseconds from when a request was due to the end of its answer. */
  latency: { p50: number; p99: number; p999: number; max: number }
}

export type GeneratorVerbs = {
  load(order: LoadOrder): Promise<LoadResult>
  /** Answers to requests sent from now on must come from this revision of a source or a later one. */
  live(now: { source: number; revision: number }): void
}

export class Generator extends Child<GeneratorVerbs> {
  constructor() {
    super('generator')
  }
}

const AUTHORIZATION = basic('admin', PASSWORD)

export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}

/** The bytes of a request with the operator's credentials, or others. */
export function request(method: string, path: string, body?: string, authorization = AUTHORIZATION): string {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${authorization}\r\n`
  if (body === undefined) return `${head}\r\n`
  return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** One request outside any measurement, such as the first one, whose credentials are verified the slow way. */
export async function fetchText(
  port: number,
  path: string,
  authorization = AUTHORIZATION,
): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Authorization: authorization } })
  return { status: response.status, body: await response.text() }
}
