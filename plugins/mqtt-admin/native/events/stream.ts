import type { ServerResponse } from 'node:http'
import type { MqttEvent } from '../../backend.js'
import { eventJson, nameOf } from './event.js'
import type { Recent } from './recent.js'

/** Bytes that a reader may leave unread before events to it are counted instead of sent. */
const FARTHEST_BEHIND = 262_144
/** How many heartbeats a reader may leave unread before it is let go. */
const PATIENCE = 4

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  // nginx would gather events before it passes them on.
  'X-Accel-Buffering': 'no',
}

/** One reader of server-sent events, whose backlog is bounded: what it is too slow for it hears of as a number. */
export class EventStream {
  readonly #response: ServerResponse
  readonly #recent: Recent
  #missed = 0
  #silent = 0

  /** `recent` tells runs of the broker apart, in the ids by which a reader resumes. */
  constructor(response: ServerResponse, recent: Recent) {
    this.#response = response
    this.#recent = recent
    response.writeHead(200, HEADERS)
    response.write('retry: 1000\n\n')
  }

  /** Where the stream is now, so that a reader also finds back who has heard nothing yet. */
  tellPlace(): void {
    const { run, last } = this.#recent
    if (last > 0) this.#response.write(`id: ${run}-${last}\n\n`)
  }

  send(event: MqttEvent): void {
    if (!this.#keepsUp()) {
      this.#missed++
      return
    }
    this.#tellMissed()
    const data = JSON.stringify(eventJson(event))
    this.#response.write(`id: ${this.#recent.run}-${event.id}\nevent: ${nameOf(event.event)}\ndata: ${data}\n\n`)
  }

  /** Events that this reader will not get; null when nobody knows how many. */
  missed(count: number | null): void {
    this.#response.write(`event: missed\ndata: ${JSON.stringify({ count })}\n\n`)
  }

  /** Something now and then, so that both sides notice when the other has gone. */
  heartbeat(): void {
    if (this.#keepsUp()) {
      this.#silent = 0
      this.#tellMissed()
      this.#response.write(':\n\n')
      this.tellPlace()
    } else if (++this.#silent >= PATIENCE) this.#response.destroy()
  }

  end(): void {
    this.#response.end()
  }

  #keepsUp(): boolean {
    return this.#response.writableLength <= FARTHEST_BEHIND
  }

  #tellMissed(): void {
    if (this.#missed === 0) return
    this.missed(this.#missed)
    this.#missed = 0
  }
}
