import type { AccessControl } from './backend/access.js'
import type { MqttAlarm } from './backend/alarms.js'
import type { Awaitable } from './backend/awaitable.js'
import type { MqttEvents } from './backend/events.js'
import type { MqttListeners } from './backend/listeners.js'
import type { Publication, RetainedMessages } from './backend/messages.js'
import type { Metrics } from './backend/metrics.js'
import type { SessionDirectory } from './backend/sessions.js'
import type { Settings } from './backend/settings.js'
import type { SubscriptionDirectory } from './backend/subscriptions.js'

export type * from './backend/access.js'
export type * from './backend/alarms.js'
export type * from './backend/awaitable.js'
export type * from './backend/events.js'
export type * from './backend/listeners.js'
export type * from './backend/messages.js'
export type * from './backend/metrics.js'
export type * from './backend/sessions.js'
export type * from './backend/settings.js'
export type * from './backend/subscriptions.js'

/**
 * What `mqtt-admin` needs of whoever serves MQTT: the service `mqtt-backend`. The embedded broker fulfils it in
 * memory; a backend in front of another server asks that server, so everything that is not plain data may be a promise.
 * What the server behind cannot do throws a KernelError `unsupported`, whose sentence says what can be done instead.
 */
export interface MqttBackend {
  readonly product: { name: string; version: string; description: string }
  /** When the broker began to run; it outlives reloads of its plugin. */
  readonly startedAt: Date
  readonly sessions: SessionDirectory
  readonly subscriptions: SubscriptionDirectory
  readonly retained: RetainedMessages
  readonly listeners: MqttListeners
  readonly access: AccessControl
  readonly metrics: Metrics
  readonly events: MqttEvents
  readonly settings: Settings
  /** Delivers to whom it concerns, as if a client had published; resolves once it is stored where it must be. */
  publish(message: Publication): Awaitable<void>
  alarms(): Awaitable<MqttAlarm[]>
}
