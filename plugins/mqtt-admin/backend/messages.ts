import type { Awaitable } from './awaitable.js'

export interface RetainedMessages {
  count(): Awaitable<number>
  get(topic: string): Awaitable<RetainedMessage | undefined>
  /**
   * Messages whose topic matches the MQTT filter (`#` leaves out `$…`, as in a subscription), in the order of topics,
   * beginning behind the topic `after`.
   */
  page(
    filter: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ messages: RetainedMessage[]; next?: string }>
  delete(topic: string): Promise<boolean>
}

export interface RetainedMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: number
  readonly retainedAt: number
}

export interface Publication {
  topic: string
  payload: Buffer
  qos: 0 | 1 | 2
  retain: boolean
  /** In whose name; nobody's session needs to be behind it. */
  clientId?: string
}
