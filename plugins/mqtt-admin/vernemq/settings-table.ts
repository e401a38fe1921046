import { fixed, flag, number, type Setting } from './setting.js'

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 2_592_000,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
}
/** The largest remaining length of a packet (MQTT 3.1.1 §2.2.3). */
const LARGEST_PACKET = 268_435_460
const NO_CLUSTER = 'This broker is one node, so nothing is ever split.'
const NO_MQTT_5 = 'Of MQTT 5, which this broker does not speak.'
const NO_GRAPHITE = 'Nothing is sent to Graphite; metrics are at /metrics.'

/** `loopback`, the broker's own third way, lets everybody in on listeners that only this machine reaches. */
const ALLOW_ANONYMOUS: Setting = {
  description: 'Whether clients may connect without a user name and a password.',
  read: ({ allow_anonymous: who }) => (who === 'never' || who === false ? 'off' : 'on'),
  write: text =>
    text === 'on' || text === 'off' ? { allow_anonymous: text === 'on' ? 'always' : 'never' } : undefined,
}

const CLIENT_EXPIRATION: Setting = {
  description: 'How long a session waits for its client: never, or a number with s, h, d, w, m (30 days) or y.',
  read: ({ session_expiry_interval: seconds }) => (seconds === 0 ? 'never' : Number(seconds)),
  write(text) {
    if (text === 'never') return { session_expiry_interval: 0 }
    const [, count, unit = 's'] = /^(\d{1,9})([shdwmy])?$/.exec(text) ?? []
    return Number(count) > 0 ? { session_expiry_interval: Number(count) * SECONDS[unit]! } : undefined
  },
}

const MESSAGE_SIZE: Setting = {
  description: 'The largest packet in bytes; 0 is what the protocol allows.',
  read: ({ max_packet_size: bytes }) => (bytes === LARGEST_PACKET ? 0 : Number(bytes)),
  write(text) {
    if (!/^\d{1,9}$/.test(text)) return undefined
    return { max_packet_size: text === '0' ? LARGEST_PACKET : Number(text) }
  },
}

const SYSTREE: Setting = {
  description: 'Whether figures of the broker are published below $SYS.',
  read: ({ sys_interval: seconds }) => (seconds === 0 ? 'off' : 'on'),
  write(text, { sys_interval: seconds }) {
    if (text === 'off') return { sys_interval: 0 }
    return text === 'on' ? { sys_interval: seconds || 60 } : undefined
  },
}

/** The keys of contracts/mqtt.md §2.6. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map(
  Object.entries({
    allow_anonymous: ALLOW_ANONYMOUS,
    max_client_id_size: number('max_clientid_length', 'The longest client id in bytes.'),
    max_subscriptions_per_client: number('max_subscriptions', 'Subscriptions of one session; 0 is no limit.'),
    persistent_client_expiration: CLIENT_EXPIRATION,
    max_inflight_messages: number(
      'max_awaiting_rel',
      'QoS 2 messages from one client that may be under way at once; 0 is no limit. What goes out is not held back.',
    ),
    max_offline_messages: number('max_queue_length', 'Messages that wait for a client who is away; -1 is no limit.', {
      unlimited: -1,
    }),
    max_message_rate: number('max_publish_rate', 'Messages a second from one client; 0 is no limit.'),
    max_message_size: MESSAGE_SIZE,
    upgrade_outgoing_qos: flag(
      'upgrade_qos',
      "Whether a message goes out with the subscription's QoS if that is higher.",
    ),
    systree_enabled: SYSTREE,
    systree_interval: number('sys_interval', 'Milliseconds between two publications below $SYS.', { scale: 1000 }),
    mqtt_connect_timeout: number(
      'connect_timeout',
      'Milliseconds a connection may take until its CONNECT is complete.',
      {
        scale: 1000,
      },
    ),

    // Its name up to 0.x.
    message_size_limit: MESSAGE_SIZE,

    queue_type: fixed('fifo', 'The order in which waiting messages are sent.'),
    queue_deliver_mode: fixed('fanout', 'How messages are shared out among sessions with one client id.'),
    max_drain_time: fixed(0, NO_CLUSTER),
    max_msgs_per_drain_step: fixed(0, NO_CLUSTER),
    outgoing_clustering_buffer_size: fixed(0, NO_CLUSTER),
    retry_interval: fixed(0, 'Seconds until an unacknowledged message is sent again: only a reconnect does that.'),
    max_online_messages: fixed(-1, 'Messages that wait for a connected client: they are limited in bytes.'),
    override_max_online_messages: fixed(
      'off',
      'Whether a session that comes back may exceed the limit of online messages.',
    ),
    shared_subscription_policy: fixed(
      'prefer_local',
      'Which member of a shared subscription gets a message: there is one node, and they take turns.',
    ),
    suppress_lwt_on_session_takeover: fixed(
      'off',
      'Whether the will of a client is kept back when another takes its id.',
    ),
    disconnect_on_unauthorized_publish_v3: fixed('off', 'Whether a client is sent away when it may not publish.'),
    subscriber_retain_mode: fixed('on', 'Whether retained messages are sent to those who subscribe.'),
    ...Object.fromEntries(
      ['register', 'publish', 'subscribe', 'unsubscribe'].map(verb => [
        `allow_${verb}_during_netsplit`,
        fixed('off', NO_CLUSTER),
      ]),
    ),
    coordinate_registrations: fixed('on', NO_CLUSTER),
    remote_enqueue_timeout: fixed(0, NO_CLUSTER),
    cluster_ready_rpc_timeout: fixed(0, NO_CLUSTER),
    topic_alias_max_client: fixed(0, NO_MQTT_5),
    topic_alias_max_broker: fixed(0, NO_MQTT_5),
    receive_max_client: fixed(0, NO_MQTT_5),
    receive_max_broker: fixed(0, NO_MQTT_5),
    max_last_will_delay: fixed(0, NO_MQTT_5),
    graphite_enabled: fixed('off', NO_GRAPHITE),
    graphite_host: fixed('', NO_GRAPHITE),
    graphite_port: fixed(0, NO_GRAPHITE),
    graphite_interval: fixed(0, NO_GRAPHITE),
    graphite_prefix: fixed('', NO_GRAPHITE),
    graphite_api_key: fixed('', NO_GRAPHITE),
    'vmq_acl.acl_file': fixed('', 'Rules are not in a file but at /mqtt/v1/acl.'),
    'vmq_acl.acl_reload_interval': fixed(0, 'Rules are not in a file but at /mqtt/v1/acl.'),
    'vmq_passwd.password_file': fixed('', 'Users are not in a file but at /mqtt/v1/users.'),
    'vmq_passwd.password_reload_interval': fixed(0, 'Users are not in a file but at /mqtt/v1/users.'),
  } satisfies Record<string, Setting>),
)
