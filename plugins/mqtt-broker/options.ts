import { z } from 'zod'

const port = (usual: number, what: string) =>
  z
    .union([z.literal(false), z.int().min(0).max(65535)])
    .default(usual)
    .describe(`${what}; 0 picks a free one, false opens none`)

const limit = (usual: number, what: string) => z.int().min(0).default(usual).describe(`${what}; 0 is no limit`)

/** Options of the embedded broker. All but the addresses and ports are hot: a change reaches clients that are connected. */
export const options = z.strictObject({
  ip: z.string().default('127.0.0.1').describe('address to bind'),
  port: port(1883, 'TCP port for MQTT'),
  ws_port: port(8083, 'port for MQTT over WebSocket'),
  tls: z
    .strictObject({
      port: port(8883, 'TCP port for MQTT over TLS'),
      ws_port: port(8084, 'port for MQTT over secure WebSocket'),
      certfile: z.string().optional().describe('certificate chain (PEM); without it a self-signed one'),
      keyfile: z.string().optional().describe('private key (PEM), when certfile does not hold it'),
      cafile: z.string().optional().describe('authorities that vouch for certificates of clients (PEM)'),
      require_certificate: z.boolean().default(false).describe('refuse clients without a certificate'),
      use_identity_as_username: z.boolean().default(false).describe("take the certificate's common name as user name"),
    })
    .optional()
    .describe('MQTT over TLS; without this block the two ports stay closed'),

  allow_anonymous: z
    .enum(['loopback', 'always', 'never'])
    .default('loopback')
    .describe('who may connect without credentials: loopback means, on listeners bound to a loopback address'),
  acl_nomatch: z.enum(['allow', 'deny']).default('allow').describe('what holds where no ACL rule matches'),
  acl_cache: z.boolean().default(true).describe('whether decisions of the ACL are remembered for each client'),
  password_cost: z
    .int()
    .min(1024)
    .max(1_048_576)
    .refine(cost => (cost & (cost - 1)) === 0, 'expected a power of two')
    .default(1024)
    .describe(
      'scrypt N of new password hashes, a power of two; higher is slower for guessers and for a fleet that comes back',
    ),

  max_connections: limit(100_000, 'connections on each listener'),
  max_connection_rate: limit(1000, 'new connections a second on each listener'),
  connect_timeout: z.int().min(1).default(15).describe('seconds a connection may take until its CONNECT is complete'),
  packet_timeout: z.int().min(1).default(30).describe('seconds the rest of a begun packet may take'),
  max_packet_size: z.int().min(1024).max(268_435_460).default(1_048_576).describe('bytes of one packet'),
  max_clientid_length: z.int().min(23).max(65_535).default(1024).describe('bytes of a client id'),
  max_topic_length: z.int().min(64).max(65_535).default(4096).describe('bytes of a topic or filter'),
  max_topic_levels: z.int().min(1).max(100).default(100).describe('levels of a topic or filter'),
  max_subscriptions: limit(10_000, 'subscriptions of one session'),
  max_awaiting_rel: limit(100, 'inbound QoS 2 messages of one client whose PUBREL has not come'),
  max_publish_rate: limit(0, 'messages a second from one client, who is read more slowly beyond'),
  keepalive_backoff: z
    .number()
    .min(0.5)
    .max(10)
    .default(0.75)
    .describe('a client may be silent for twice this times its keep alive'),

  max_sessions: limit(1_000_000, 'persistent sessions whose client is away'),
  session_expiry_interval: limit(604_800, 'seconds that a session waits for its client'),
  max_queue_length: limit(1000, 'messages that wait for a client who is away; the oldest go first'),
  max_queue_bytes: limit(16_777_216, 'bytes that wait for a client who is away'),
  queue_qos0: z.boolean().default(false).describe('whether QoS 0 messages wait too'),
  max_retained_messages: limit(1_000_000, 'retained messages'),
  max_retained_size: limit(1_048_576, 'bytes of one retained payload'),
  slow_client_bytes: z
    .int()
    .min(1024)
    .default(1_048_576)
    .describe('bytes that a client may leave unread before QoS 0 messages to it are dropped'),

  upgrade_qos: z
    .boolean()
    .default(false)
    .describe("whether a message goes out with the subscription's QoS if that is higher"),
  ignore_loop_deliver: z.boolean().default(false).describe('whether a client is spared its own messages'),
  sys_interval: z
    .int()
    .min(0)
    .default(60)
    .describe('seconds between two publications of $SYS/broker; 0 publishes none'),
  history: z.int().min(0).max(1000).default(100).describe('events that are kept of each client'),
})

export type Options = z.infer<typeof options>
