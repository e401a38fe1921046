import type { MqttEvent, MqttSession } from '../../backend.js'

/** A hook that is told of: its name, and what the endpoint gets as JSON. */
export interface Occasion {
  readonly hook: string
  readonly body: object
}

/** The hooks that are called here; what they answer changes nothing, as in the original. */
export const TOLD: ReadonlySet<string> = new Set([
  'on_register',
  'on_subscribe',
  'on_unsubscribe',
  'on_client_wakeup',
  'on_client_offline',
  'on_client_gone',
  'on_session_expired',
])

const DECIDING = ['auth_on_register', 'auth_on_publish', 'auth_on_subscribe']
const OF_EACH_MESSAGE = ['on_publish', 'on_deliver', 'on_offline_message']
const OF_MQTT_5 = [...DECIDING, 'on_register', 'on_publish', 'on_subscribe', 'on_unsubscribe', 'on_deliver', 'on_auth']

/** Why the others of VerneMQ's 22 hooks are not. */
export const UNTOLD: ReadonlyMap<string, string> = new Map([
  ...DECIDING.map(
    hook => [hook, 'users are at /mqtt/v1/users and rules at /mqtt/v1/acl: no endpoint decides'] as const,
  ),
  ...OF_EACH_MESSAGE.map(hook => [hook, 'endpoints are not told of messages: subscribe to the topic'] as const),
  ...OF_MQTT_5.map(hook => [`${hook}_m5`, 'the broker does not speak MQTT 5'] as const),
])

/** What an event of the broker means to hooks; `session` is whose it is, where it is still there. */
export function occasionsOf(event: MqttEvent, session: MqttSession | undefined): Occasion[] {
  const { clientId: client_id, username = null, topic } = event
  const client = { mountpoint: '', client_id }
  switch (event.event) {
    case 'connected': {
      const peer = { peer_addr: event.address ?? null, peer_port: session?.port ?? null }
      const registered = { hook: 'on_register', body: { ...peer, ...client, username } }
      return session?.cleanSession === false ? [registered, { hook: 'on_client_wakeup', body: client }] : [registered]
    }
    case 'disconnected':
      return [{ hook: session?.cleanSession === false ? 'on_client_offline' : 'on_client_gone', body: client }]
    case 'subscribed':
      return [{ hook: 'on_subscribe', body: { username, ...client, topics: [{ topic, qos: event.qos }] } }]
    case 'unsubscribed':
      return [{ hook: 'on_unsubscribe', body: { username, ...client, topics: [topic] } }]
    case 'session ended':
      return event.reason === 'expired' ? [{ hook: 'on_session_expired', body: client }] : []
    default:
      return []
  }
}
