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

export type Awaitable<T> = T | Promise<T>

/** Connected clients and persistent sessions whose client is away; order is the order of opening, and stable. */
export interface SessionDirectory {
  count(which: Which): Awaitable<number>
  get(clientId: string): Awaitable<MqttSession | undefined>
  /** `limit` sessions from the `offset`th on. */
  page(which: Which, offset: number, limit: number): Awaitable<MqttSession[]>
  /**
   * All of them, in blocks with a turn of the event loop between them, beginning behind the session with that serial.
   * They are the live records, not copies: read them before the next block, keep nothing.
   */
  blocks(which: Which, after?: number): AsyncIterable<readonly MqttSession[]>
  /** Messages that wait for the client or await its acknowledgement, oldest first, from the `offset`th on. */
  queue(clientId: string, offset: number, limit: number): Promise<QueuedMessage[]>
  /** Closes the connection; the will is published, a persistent session stays. False when it is not connected. */
  disconnect(clientId: string, why: DisconnectReason): Promise<boolean>
  /** Ends the session: disconnects, and removes subscriptions and queue. False when there is none. */
  forget(clientId: string, why: DisconnectReason): Promise<boolean>
  /**
   * As the client would have, without asking the ACL; works for a persistent session whose client is away.
   * The granted QoS of each, 128 for a filter that is refused; undefined when there is no such session.
   */
  subscribe(clientId: string, filters: readonly MqttSubscription[]): Promise<number[] | undefined>
  /** Which of the filters had been subscribed; undefined when there is no such session. */
  unsubscribe(clientId: string, filters: readonly string[]): Promise<boolean[] | undefined>
  /**
   * Asks the ACL again about every subscription and removes what is no longer allowed.
   * The removed filters; undefined when there is no such session.
   */
  reauthorize(clientId: string): Promise<string[] | undefined>
}

export type Which = 'connected' | 'away' | 'all'
export type DisconnectReason = 'kicked' | 'banned' | 'listener closed'

export interface MqttSession {
  readonly clientId: string
  /** Grows with every session opened; a cursor. */
  readonly serial: number
  readonly connected: boolean
  readonly username: string | undefined
  /** IPv4 without its IPv6 mapping. Of the last connection when away, and undefined when that was before a restart. */
  readonly address: string | undefined
  readonly port: number | undefined
  readonly transport: Transport | undefined
  /** The listener it came in on: `127.0.0.1:1883`. */
  readonly listener: string | undefined
  readonly cleanSession: boolean
  /** Protocol level of CONNECT: 3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5. */
  readonly protocol: number
  /** Seconds. */
  readonly keepalive: number
  readonly will: { topic: string; qos: number; retain: boolean } | undefined
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number
  readonly connectedAt: number
  readonly disconnectedAt: number | undefined
  /** Filter to granted QoS. */
  readonly subscriptions: ReadonlyMap<string, { readonly qos: number }>
  /** Messages sent with QoS 1 or 2 that are not acknowledged yet. */
  readonly inflight: number
  /** Messages received with QoS 2 whose PUBREL has not come. */
  readonly awaitingRelease: number
  /** Messages stored for a client that is away. */
  readonly queued: number
  readonly queueDropped: number
  /** Messages handed to the client, and put into its queue, since the session was opened. */
  readonly delivered: number
  readonly enqueued: number
  /** Since it connected, by the wire. */
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly messagesReceived: number
  readonly messagesSent: number
}

export type Transport = 'tcp' | 'tls' | 'ws' | 'wss'

export interface MqttSubscription {
  topic: string
  qos: number
}

export interface QueuedMessage {
  /** Of this session's queue; stays the same while the message waits. */
  readonly id: string
  readonly topic: string
  readonly payload: Buffer
  readonly qos: number
  readonly retain: boolean
  readonly dup: boolean
  /** Whether it was sent already and its acknowledgement has not come. */
  readonly sent: boolean
  readonly queuedAt: number
}

export interface SubscriptionDirectory {
  count(): Awaitable<number>
  /** By session, in the order of sessions. */
  page(offset: number, limit: number): Awaitable<(MqttSubscription & { clientId: string })[]>
  /** Distinct filters that somebody subscribes to. */
  routeCount(): Awaitable<number>
  routes(offset: number, limit: number): Awaitable<string[]>
  /** How many sessions subscribe to exactly this filter. */
  subscribers(filter: string): Awaitable<number>
}

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

export interface MqttListeners {
  list(): Awaitable<MqttListener[]>
  /** Throws KernelError `port_taken`, `listen_failed`, `conflict` (it is open already) or `config_invalid`. */
  start(options: ListenerOptions): Promise<void>
  /** Stops accepting; its connections stay unless `kill`. False when there is none; all of these. */
  stop(address: string, port: number, kill: boolean): Promise<boolean>
  /** Accepts again with the options it had. */
  restart(address: string, port: number): Promise<boolean>
  /** Forgets a stopped listener; a running one is stopped first. */
  delete(address: string, port: number): Promise<boolean>
}

export interface ListenerOptions {
  transport: Transport
  address: string
  port: number
  /** 0 is no limit. */
  maxConnections?: number
  mountpoint?: string
  /** Files in PEM; without them the self-signed certificate of the house. */
  certificate?: { certfile?: string; keyfile?: string; cafile?: string }
  /** Whether a client must show a certificate that `cafile` vouches for. */
  requireCertificate?: boolean
  /** Whether the certificate's common name is the user name, and no password is asked. */
  useIdentityAsUsername?: boolean
  tlsVersion?: string
  ciphers?: string
  /** Whether each connection begins with a PROXY line that tells the client's address. */
  proxyProtocol?: boolean
  /** Of 3, 4, 5; all that the broker speaks unless said. */
  protocolVersions?: number[]
  /** Overrides the broker's `allow_anonymous` for this listener. */
  allowAnonymous?: boolean
}

export interface MqttListener extends ListenerOptions {
  status: 'running' | 'stopped'
  /** Whether it is in the configuration, or was started by a call and ends with the process. */
  configured: boolean
  maxConnections: number
  connections: number
  /** Since it was opened. */
  totalConnections: number
  /** Why connections ended abnormally, each with a count. */
  shutdowns: Readonly<Record<string, number>>
}

/** Who may connect, publish and subscribe. */
export interface AccessControl {
  users: MqttUsers
  rules: AclRules
  bans: Bans
  /** Forgets what was decided for a connected client, all of it or for publishing to one topic. False when not connected. */
  forgetDecisions(clientId: string, topic?: string): Awaitable<boolean>
}

export interface MqttUsers {
  count(): Awaitable<number>
  /** By name. */
  page(after: string | undefined, limit: number): Promise<{ users: MqttUser[]; next?: string }>
  get(name: string): Awaitable<MqttUser | undefined>
  /** Throws `conflict` when there is one of that name and `replace` is not given. */
  put(user: { name: string; password?: string; disabled?: boolean }, how: 'create' | 'update'): Promise<void>
  delete(name: string): Promise<boolean>
  /** Whether the password is right and the user is not disabled. */
  verify(name: string, password: string): Promise<boolean>
}

export interface MqttUser {
  name: string
  disabled: boolean
  createdAt: number
}

/** First match decides; without a match `acl_nomatch` does. */
export interface AclRule {
  id: string
  permit: boolean
  action: 'publish' | 'subscribe' | 'all'
  /** An MQTT filter, in which `%u` is the user name and `%c` the client id. */
  topic: string
  /** Only for these; for everybody when none is given. */
  user?: string
  clientId?: string
  /** An address or a network in CIDR notation. */
  address?: string
}

export interface AclRules {
  list(): Awaitable<AclRule[]>
  /** At the end, or before the rule with that id. The rule with its id. */
  add(rule: Omit<AclRule, 'id'>, before?: string): Promise<AclRule>
  delete(id: string): Promise<boolean>
  /** What would be decided, and by which rule. */
  decide(asked: {
    action: 'publish' | 'subscribe'
    topic: string
    user?: string
    clientId: string
    address?: string
  }): Awaitable<{
    permit: boolean
    rule: AclRule | undefined
  }>
}

export interface Ban {
  id: string
  kind: 'client' | 'user' | 'address'
  /** A client id, a user name, or an address or network in CIDR notation. */
  who: string
  reason: string | undefined
  /** Who banned. */
  by: string | undefined
  bannedAt: number
  /** Undefined lasts until lifted. */
  until: number | undefined
}

export interface Bans {
  count(): Awaitable<number>
  page(after: string | undefined, limit: number): Promise<{ bans: Ban[]; next?: string }>
  /** Disconnects whom it concerns. One for the same kind and name is replaced. */
  add(ban: Omit<Ban, 'id' | 'bannedAt'>): Promise<{ ban: Ban; disconnected: number }>
  lift(id: string): Promise<boolean>
}

export interface Metrics {
  /** Counters since the broker began or they were reset. */
  counters(): Awaitable<Readonly<Record<Counter, number>>>
  /** What is now and the most it has been. */
  gauges(): Awaitable<Readonly<Record<Gauge, { count: number; max: number }>>>
  reset(): Awaitable<void>
}

/** In the words of MQTT 3.1.1; `received` and `sent` are the broker's view. */
export type Counter =
  | 'bytes.received'
  | 'bytes.sent'
  | 'packets.connect.received'
  | 'packets.connack.sent'
  | 'packets.publish.received'
  | 'packets.publish.sent'
  | 'packets.puback.received'
  | 'packets.puback.sent'
  | 'packets.puback.missed'
  | 'packets.pubrec.received'
  | 'packets.pubrec.sent'
  | 'packets.pubrec.missed'
  | 'packets.pubrel.received'
  | 'packets.pubrel.sent'
  | 'packets.pubrel.missed'
  | 'packets.pubcomp.received'
  | 'packets.pubcomp.sent'
  | 'packets.pubcomp.missed'
  | 'packets.subscribe.received'
  | 'packets.suback.sent'
  | 'packets.unsubscribe.received'
  | 'packets.unsuback.sent'
  | 'packets.pingreq.received'
  | 'packets.pingresp.sent'
  | 'packets.disconnect.received'
  | 'messages.qos0.received'
  | 'messages.qos0.sent'
  | 'messages.qos1.received'
  | 'messages.qos1.sent'
  | 'messages.qos2.received'
  | 'messages.qos2.sent'
  /** Deliveries given up: to a slow client, or because a queue was full. */
  | 'messages.dropped'
  /** Inbound QoS 2 messages refused because too many awaited PUBREL. */
  | 'messages.qos2.dropped'
  | 'connack.accepted'
  | 'connack.unacceptable_protocol'
  | 'connack.identifier_rejected'
  | 'connack.server_unavailable'
  | 'connack.bad_credentials'
  | 'connack.not_authorized'
  | 'sockets.opened'
  | 'sockets.closed'
  | 'sockets.errors'
  /** Connections closed because CONNECT, or the rest of a packet, did not come in time. */
  | 'sockets.timeouts'
  /** Connections that a limit refused: of their number or of their rate. */
  | 'sockets.refused'
  | 'keepalive.expired'
  | 'sessions.opened'
  | 'sessions.closed'
  | 'sessions.expired'
  | 'sessions.restored'
  | 'queue.in'
  | 'queue.out'
  | 'queue.dropped'
  /** Messages that nobody subscribed to, but for those of `$SYS/`. */
  | 'publish.unrouted'
  | 'publish.refused_by_acl'
  | 'subscribe.refused_by_acl'
  | 'packets.too_large'
  | 'packets.malformed'
  /** Subscriptions that messages were matched with. */
  | 'router.matches'

export type Gauge = 'clients' | 'sessions' | 'subscriptions' | 'subscribers' | 'routes' | 'retained'

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

export interface Settings {
  /** The broker's options under their own names, in the units of its documentation. */
  all(): Awaitable<Readonly<Record<string, SettingValue>>>
  /** All or none; kept across restarts. Throws `config_invalid`. */
  change(values: Readonly<Record<string, SettingValue>>): Promise<void>
}
export type SettingValue = string | number | boolean

export interface MqttAlarm {
  /** `slow_consumer:c1` */
  id: string
  severity: 'warning' | 'error' | 'critical'
  title: string
  summary: string
  raisedAt: number
}
