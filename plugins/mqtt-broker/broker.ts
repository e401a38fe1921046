import { EventEmitter } from 'node:events'
import { Aedes, type Client, type PublishPacket } from 'aedes'
import type { PluginContext } from 'patchbay'
import type { Counter } from '../mqtt-admin/backend.js'
import type { Engine } from './engine/engine.js'
import type { Chronicle } from './engine/events.js'
import { type Gauges, newGauges } from './engine/gauges.js'
import { type Greeting, lendAccessors, type SessionRecord } from './engine/record.js'
import type { Refusals } from './engine/refusals.js'
import { newRegistry, type Registry } from './engine/registry.js'
import { newRetained, type Retained } from './engine/retained.js'
import { newRoutes, type Routes } from './engine/routes.js'
import type { Slow } from './engine/slow.js'
import type { Will } from './engine/wills.js'
import type { Options } from './options.js'
import { commit, type Journal, openJournal } from './store/journal.js'
import { load } from './store/load.js'
import { persistence } from './store/persistence.js'
import { openStores, type StoredMessage } from './store/stores.js'
import { ZERO } from './wire/counters.js'
import { addressesOf } from './wire/listener.js'
import { closeWire, openWire, type Wire } from './wire/wire.js'

export type { SessionRecord } from './engine/record.js'

/** The broker and all it knows, kept across reloads as plain data and objects of libraries. */
export interface Broker {
  aedes: Aedes
  /** What the live generation does. */
  engine: Engine
  /** Of the live generation. */
  options: Options
  /** By client id. */
  sessions: Map<string, SessionRecord>
  registry: Registry
  routes: Routes
  retained: Retained
  /** What all records inherit. */
  view: object
  /** The connected clients by their ids. */
  connections: Map<string, Client>
  /** What a connection's CONNECT said. aedes forgets most of it. */
  greetings: WeakMap<Client, Greeting>
  /** Why a connection is being closed. */
  reasons: WeakMap<Client, string>
  startedAt: number
  /** The serial of the session opened last. */
  serial: number
  /** The position of the message queued last. */
  position: number
  /** In how many queues a message waits, by position. */
  references: Map<number, number>
  /** Publishers that are acknowledged once their message is stored, by its counter. */
  acknowledging: Map<number, (error?: Error | null) => void>
  /** Settles when the message that was given to the store last is there, or could not be stored. */
  storing: Promise<void> | undefined
  /** Inbound QoS 2 messages of persistent sessions that are not stored yet, by their counter. */
  received: Map<number, { serial: number; id: number }>
  wills: Map<string, Will>
  /** Wills of clients whose connections ended with the process before. */
  orphans: { clientId: string; message: StoredMessage }[]
  journal: Journal
  chronicle: Chronicle
  gauges: Gauges
  /** Whoever does what is counted counts it. */
  counters: Record<Counter, number>
  /** Clients to whom messages were dropped lately, by their ids. */
  slow: Map<string, Slow>
  refusals: Refusals
  wire: Wire
  /** What `$SYS/broker` said last, by topic. */
  system: Map<string, string>
  /** aedes' own function, behind `engine.publishOnce`. */
  publish(packet: PublishPacket, client: Client | null, done: (error?: Error | null) => void): void
  /** Topics that aedes speaks of itself to others of a cluster begin so. */
  internal: string
}

/** Opens the broker, or takes over the running one with its clients, sessions and messages. */
export async function keepBroker(ctx: PluginContext<Options>, engine: Engine): Promise<Broker> {
  const broker = await ctx.keep<Broker>('broker', {
    async open(call, holding) {
      const wire = openWire(act => call['inside']!(act))
      const broker = newBroker(openJournal(openStores(holding)), wire, engine, ctx.config)
      await load(broker)
      await openAedes(broker)
      return broker
    },
    behaviour: { inside: act => (act as () => unknown)() },
    async close({ aedes, journal, wire }) {
      await new Promise<void>(resolve => aedes.close(() => resolve()))
      await closeWire(wire)
      await commit(journal).catch(() => undefined)
    },
    listening: ({ wire }) => addressesOf(wire),
  })
  ctx.onLive(() => {
    broker.engine = engine
    broker.options = ctx.config
    lendAccessors(broker.view)
    Object.assign(broker.aedes, { maxTopicLevels: ctx.config.max_topic_levels })
  })
  return broker
}

function newBroker(journal: Journal, wire: Wire, engine: Engine, options: Options): Broker {
  const view = {}
  lendAccessors(view)
  return {
    aedes: undefined as unknown as Aedes,
    engine,
    options,
    sessions: new Map(),
    registry: newRegistry(),
    routes: newRoutes(),
    retained: newRetained(),
    view,
    connections: new Map(),
    greetings: new WeakMap(),
    reasons: new WeakMap(),
    startedAt: Date.now(),
    serial: 0,
    position: 0,
    references: new Map(),
    acknowledging: new Map(),
    storing: undefined,
    received: new Map(),
    wills: new Map(),
    orphans: [],
    journal,
    chronicle: {
      emitter: new EventEmitter().setMaxListeners(0),
      last: 0,
      histories: new Map(),
      kept: 0,
      gathered: new Map(),
    },
    gauges: newGauges(),
    counters: { ...ZERO },
    slow: new Map(),
    refusals: new Map(),
    wire,
    system: new Map(),
    publish: () => undefined,
    internal: '',
  }
}

/** The limits that aedes has of its own are ours, or so high that ours come first. */
async function openAedes(broker: Broker): Promise<void> {
  const { options } = broker
  const aedes = await Aedes.createBroker({
    mq: {
      on: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
      removeListener: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
      emit: (packet: never, done: () => void) => broker.engine.route(broker, packet, done),
      close: (done: () => void) => setImmediate(done),
    },
    persistence: persistence(broker),
    connectTimeout: 2_147_483_647,
    maxClientsIdLength: 65_535,
    maxTopicLevels: options.max_topic_levels,
    maxInflightInbound: 0,
    preConnect: (client, packet, done) => {
      broker.engine.connecting(broker, client, packet)
      done(null, true)
    },
    authenticate: (client, _username, password, done) =>
      broker.engine.authenticate(broker, client, password, done as never),
    authorizePublish: (client, packet, done) => broker.engine.authorizePublish(broker, client!, packet, done),
    authorizeSubscribe: (client, subscription, done) =>
      broker.engine.authorizeSubscribe(broker, client, subscription, done),
    authorizeForward: (_client, packet) => packet,
  })
  broker.aedes = aedes
  broker.internal = `$SYS/${aedes.id}/`
  broker.publish = aedes.publish.bind(aedes) as unknown as Broker['publish']
  aedes.publish = ((packet: PublishPacket, client: never, done: never) =>
    broker.engine.publishOnce(broker, packet, client, done)) as never
  registerOnlyTheLiving(broker)
  aedes.on('client', client => broker.engine.connected(broker, client))
  aedes.on('clientReady', client => broker.engine.drained(broker, client))
  aedes.on('clientDisconnect', client => broker.engine.disconnected(broker, client))
  aedes.on('unsubscribe', (filters, client) => {
    // A connection that is closed leaves its session's subscriptions alone.
    if (client && !client.closed && client.clean) void broker.engine.removeAsked(broker, client, filters)
  })
  aedes.on('keepaliveTimeout', client => {
    broker.counters['keepalive.expired']++
    broker.engine.explain(broker, client, 'keep alive timeout')
  })
  aedes.on('clientError', (client, error) => broker.engine.explain(broker, client, error.message))
}

interface Registering {
  clients: Record<string, Client>
  registerClient(client: Client): void
  unregisterClient(client: Client): void
}

/** aedes would keep whoever hung up while it was let in, and forget another connection with its client id for it. */
function registerOnlyTheLiving(broker: Broker): void {
  const aedes = broker.aedes as unknown as Registering
  const register = aedes.registerClient.bind(aedes)
  const unregister = aedes.unregisterClient.bind(aedes)
  aedes.registerClient = client => {
    if (client.closed) broker.engine.disconnected(broker, client)
    else register(client)
  }
  aedes.unregisterClient = client => {
    if (aedes.clients[client.id] === client) unregister(client)
    else broker.engine.disconnected(broker, client)
  }
}
