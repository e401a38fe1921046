import { EventEmitter } from 'node:events'
import { Aedes, type Client, type ConnectPacket } from 'aedes'
import type { PluginContext } from 'patchbay'
import type { Counter, RetainedMessage } from '../mqtt-admin/backend.js'
import type { AuthenticateClient } from './authentication.js'
import { ZERO } from './wire/counters.js'
import { openEmitter } from './wire/emitter.js'
import { closeWire, openWire, type Wire } from './wire/wire.js'

/** What is known of a session, as plain data: it outlives the generation that wrote it. */
export interface SessionRecord {
  clientId: string
  username: string | undefined
  address: string
  port: number
  cleanSession: boolean
  protocol: number
  keepalive: number
  /** Milliseconds since the epoch. */
  connectedAt: number
  serial: number
  createdAt: number
  disconnectedAt: number | undefined
  will: { topic: string; qos: number; retain: boolean } | undefined
  subscriptions: Map<string, { qos: number }>
}

/** The broker and its register of sessions, kept across reloads. */
export interface Broker {
  aedes: Aedes
  /** By client id; insertion order is the order of every list. */
  sessions: Map<string, SessionRecord>
  /** The connected clients by their ids, in the order in which they came. */
  connections: Map<string, Client>
  /** What a connection's CONNECT said. aedes forgets most of it. */
  connects: WeakMap<Client, SessionRecord>
  startedAt: number
  /** The serial of the session opened last. */
  serial: number
  /** By topic. */
  retained: Map<string, RetainedMessage>
  /** Tells each MqttEvent as `event`. */
  events: EventEmitter
  /** Whoever does what is counted counts it. */
  counters: Record<Counter, number>
  wire: Wire
}

type BrokerHooks = {
  authenticate: AuthenticateClient
  connecting(broker: Broker, client: Client, packet: ConnectPacket): void
  ready(broker: Broker, client: Client): void
  gone(broker: Broker, client: Client): void
}

/** Opens the broker, or takes over the running one with its clients, sessions and messages. */
export function keepBroker(ctx: PluginContext, authenticate: AuthenticateClient): Promise<Broker> {
  return ctx.keep<Broker, BrokerHooks>('broker', {
    async open(call) {
      const wire = openWire()
      const aedes = await Aedes.createBroker({
        mq: openEmitter(() => wire.handlers) as never,
        preConnect: (client, packet, done) => {
          call.connecting(broker, client, packet)
          done(null, true)
        },
        authenticate: (client, username, password, done) => call.authenticate(client, username, password, done),
      })
      const broker: Broker = {
        aedes,
        sessions: new Map(),
        connections: new Map(),
        connects: new WeakMap(),
        startedAt: Date.now(),
        serial: 0,
        retained: new Map(),
        events: new EventEmitter(),
        counters: { ...ZERO },
        wire,
      }
      aedes.on('subscribe', (subscriptions, client) => {
        const record = broker.sessions.get(client?.id)
        for (const { topic, qos } of subscriptions) if (qos < 128) record?.subscriptions.set(topic, { qos })
      })
      aedes.on('unsubscribe', (topics, client) => {
        if (client.closed) return
        for (const topic of topics) broker.sessions.get(client?.id)?.subscriptions.delete(topic)
      })
      aedes.on('publish', ({ topic, payload, qos, retain }) => {
        if (!retain) return
        if (payload.length === 0) broker.retained.delete(topic)
        else broker.retained.set(topic, { topic, payload: Buffer.from(payload), qos, retainedAt: Date.now() })
      })
      aedes.on('clientReady', client => call.ready(broker, client))
      aedes.on('clientDisconnect', client => call.gone(broker, client))
      return broker
    },
    async close({ aedes, wire }) {
      await new Promise<void>(resolve => aedes.close(resolve))
      await closeWire(wire)
    },
    behaviour: { authenticate, connecting, ready, gone },
  })
}

function connecting({ connects }: Broker, client: Client, packet: ConnectPacket): void {
  const { remoteAddress = '', remotePort = 0 } = client.conn as { remoteAddress?: string; remotePort?: number }
  connects.set(client, {
    clientId: packet.clientId,
    username: packet.username ?? undefined,
    address: remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress,
    port: remotePort,
    cleanSession: packet.clean ?? true,
    protocol: packet.protocolVersion ?? 4,
    keepalive: packet.keepalive ?? 0,
    connectedAt: Date.now(),
    serial: 0,
    createdAt: Date.now(),
    disconnectedAt: undefined,
    will: packet.will && { topic: packet.will.topic, qos: packet.will.qos ?? 0, retain: packet.will.retain ?? false },
    subscriptions: new Map(),
  })
}

/** By now aedes has given an id to a client that came without one, and has disconnected whoever had the same id. */
function ready(broker: Broker, client: Client): void {
  const { connects, connections, sessions } = broker
  const record = connects.get(client)
  if (!record || client.closed) return
  record.clientId = client.id
  const before = record.cleanSession ? undefined : sessions.get(client.id)
  if (before) record.subscriptions = before.subscriptions
  record.serial = before?.serial ?? ++broker.serial
  record.createdAt = before?.createdAt ?? record.createdAt
  connections.delete(client.id)
  if (!before) sessions.delete(client.id)
  connections.set(client.id, client)
  sessions.set(client.id, record)
}

function gone({ connects, connections, sessions }: Broker, client: Client): void {
  // A taken-over session is already the newcomer's.
  if (connections.get(client.id) !== client) return
  connections.delete(client.id)
  const record = connects.get(client)
  if (record?.cleanSession) sessions.delete(client.id)
  else if (record) record.disconnectedAt = Date.now()
}
