import type { Awaitable } from './awaitable.js'

export interface MqttEvents {
  /** Calls `listener` for what happens from now on, in order and in the same turn; returns how to stop it. */
  subscribe(listener: (event: MqttEvent) => void): () => void
  /** The last events of one client, oldest first; how many are kept is a setting. */
  history(clientId: string): Awaitable<readonly MqttEvent[]>
}

export type EventName =
  | 'connected'
  | 'refused'
  | 'disconnected'
  | 'taken over'
  | 'subscribed'
  | 'unsubscribed'
  | 'dropped'
  | 'publish refused'
  | 'subscribe refused'
  | 'session opened'
  | 'session ended'

export interface MqttEvent {
  /** Grows with every event since the broker began. */
  readonly id: number
  readonly at: number
  readonly event: EventName
  readonly clientId: string
  readonly username: string | undefined
  readonly address: string | undefined
  /** The filter or topic it is about. */
  readonly topic?: string
  readonly qos?: number
  /** Why: `keep alive timeout`, `bad user name or password`, `queue full`. */
  readonly reason?: string
  /** How many, where several of one kind are told at once. */
  readonly count?: number
}
