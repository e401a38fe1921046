import { setImmediate } from 'node:timers/promises'
import { KernelError, type PluginDefinition, plugin } from '../../../kernel/index.js'
import type {
  AclRule,
  Ban,
  Metrics,
  MqttAlarm,
  MqttBackend,
  MqttEvent,
  MqttListener,
  MqttSession,
  QueuedMessage,
  RetainedMessage,
  SettingValue,
  Which,
} from '../../../plugins/mqtt-admin/backend.js'
import { topicMatches } from '../../../plugins/mqtt-admin/native/topic.js'
import { COUNTERS, GAUGES } from '../../../plugins/mqtt-broker/wire/counters.js'

/** What the stand-in has; tests change it as they like. */
export interface StandInState {
  sessions: MqttSession[]
  queues: Map<string, QueuedMessage[]>
  retained: Map<string, RetainedMessage>
  listeners: MqttListener[]
  rules: AclRule[]
  bans: Ban[]
  settings: Record<string, SettingValue>
  counters: Record<string, number>
  alarms: MqttAlarm[]
}

export interface StandIn extends StandInState {
  plugin: PluginDefinition
  backend: MqttBackend
  /** The verbs it was asked for, in order: `disconnect c1`. */
  asked: string[]
  /** Tells those who listen. */
  emit(event: MqttEvent): void
}

let serial = 0

/** A connected client with a clean session, unless said. */
export function session(given: Partial<MqttSession> & { clientId: string }): MqttSession {
  return {
    serial: ++serial,
    connected: true,
    username: undefined,
    address: '10.0.0.1',
    port: 4000,
    transport: 'tcp',
    listener: '127.0.0.1:1883',
    cleanSession: true,
    protocol: 4,
    keepalive: 60,
    will: undefined,
    createdAt: 0,
    connectedAt: 0,
    disconnectedAt: undefined,
    subscriptions: new Map(),
    inflight: 0,
    awaitingRelease: 0,
    queued: 0,
    queueDropped: 0,
    delivered: 0,
    enqueued: 0,
    bytesReceived: 0,
    bytesSent: 0,
    messagesReceived: 0,
    messagesSent: 0,
    ...given,
  }
}

/** A backend of plain lists: what the faces show is theirs, whoever serves MQTT. */
export function standIn(given: Partial<StandInState> = {}): StandIn {
  const asked: string[] = []
  const state: StandInState = {
    sessions: [],
    queues: new Map(),
    retained: new Map(),
    listeners: [],
    rules: [],
    bans: [],
    settings: {},
    counters: {},
    alarms: [],
    ...given,
  }
  const listeners = new Set<(event: MqttEvent) => void>()
  const told: MqttEvent[] = []
  const of = (which: Which) =>
    state.sessions.filter(({ connected }) => which === 'all' || (which === 'connected') === connected)
  const find = (clientId: string) => state.sessions.find(each => each.clientId === clientId)
  const subscribed = () =>
    state.sessions.flatMap(({ clientId, subscriptions }) =>
      [...subscriptions].map(([topic, { qos }]) => ({ clientId, topic, qos })),
    )
  const filters = () => [...new Set(subscribed().map(({ topic }) => topic))]
  const unsupported = async (): Promise<never> => {
    throw new KernelError('unsupported', 'the stand-in cannot do this')
  }
  const listening = (address: string, port: number) =>
    state.listeners.some(each => each.address === address && each.port === port)
  const backend: MqttBackend = {
    product: { name: 'stand-in', version: '9.9', description: 'Stand-in' },
    startedAt: new Date(),
    sessions: {
      count: which => of(which).length,
      get: find,
      page: (which, offset, limit) => of(which).slice(offset, offset + limit),
      async *blocks(which, after = 0) {
        const left = of(which).filter(each => each.serial > after)
        for (let at = 0; at < left.length; at += 10) {
          yield left.slice(at, at + 10)
          await setImmediate()
        }
      },
      queue: async (clientId, offset, limit) => (state.queues.get(clientId) ?? []).slice(offset, offset + limit),
      async disconnect(clientId) {
        asked.push(`disconnect ${clientId}`)
        return find(clientId)?.connected ?? false
      },
      async forget(clientId) {
        asked.push(`forget ${clientId}`)
        return find(clientId) !== undefined
      },
      async subscribe(clientId, wanted) {
        asked.push(`subscribe ${clientId} ${wanted.map(({ topic, qos }) => `${topic}:${qos}`).join(' ')}`)
        return find(clientId) && wanted.map(({ qos }) => qos)
      },
      async unsubscribe(clientId, unwanted) {
        asked.push(`unsubscribe ${clientId} ${unwanted.join(' ')}`)
        const known = find(clientId)
        return known && unwanted.map(filter => known.subscriptions.has(filter))
      },
      reauthorize: async clientId => (find(clientId) ? [] : undefined),
    },
    subscriptions: {
      count: () => subscribed().length,
      page: (offset, limit) => subscribed().slice(offset, offset + limit),
      routeCount: () => filters().length,
      routes: (offset, limit) => filters().slice(offset, offset + limit),
      subscribers: filter => subscribed().filter(({ topic }) => topic === filter).length,
    },
    retained: {
      count: () => state.retained.size,
      get: topic => state.retained.get(topic),
      async page(filter, after, limit) {
        const topics = [...state.retained.keys()]
          .sort()
          .filter(topic => topicMatches(filter, topic) && (after === undefined || topic > after))
        const messages = topics.slice(0, limit).map(topic => state.retained.get(topic)!)
        return topics.length > limit ? { messages, next: topics[limit - 1]! } : { messages }
      },
      delete: async topic => state.retained.delete(topic),
    },
    listeners: {
      list: () => state.listeners,
      async start({ transport, address, port }) {
        asked.push(`start ${transport} ${address}:${port}`)
      },
      async stop(address, port, kill) {
        asked.push(`stop ${address}:${port}${kill ? ' kill' : ''}`)
        return listening(address, port)
      },
      async restart(address, port) {
        asked.push(`restart ${address}:${port}`)
        return listening(address, port)
      },
      async delete(address, port) {
        asked.push(`delete ${address}:${port}`)
        return listening(address, port)
      },
    },
    access: {
      users: {
        count: () => 0,
        page: async () => ({ users: [] }),
        get: () => undefined,
        put: unsupported,
        delete: async () => false,
        verify: async () => false,
      },
      rules: {
        list: () => state.rules,
        add: unsupported,
        delete: async () => false,
        decide: () => ({ permit: true, rule: undefined }),
      },
      bans: {
        count: () => state.bans.length,
        page: async () => ({ bans: state.bans }),
        add: unsupported,
        lift: async () => false,
      },
      forgetDecisions(clientId, topic) {
        asked.push(`forget decisions ${clientId}${topic === undefined ? '' : ` ${topic}`}`)
        return find(clientId)?.connected ?? false
      },
    },
    metrics: {
      counters: () => Object.fromEntries(COUNTERS.map(name => [name, state.counters[name] ?? 0])) as never,
      gauges: () => {
        const gauges = GAUGES.map(name => [name, { count: state.counters[name] ?? 0, max: state.counters[name] ?? 0 }])
        return Object.fromEntries(gauges) as Awaited<ReturnType<Metrics['gauges']>>
      },
      reset: () => void asked.push('reset'),
    },
    events: {
      subscribe(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      history: clientId => told.filter(event => event.clientId === clientId),
    },
    settings: {
      all: () => state.settings,
      async change(values) {
        Object.assign(state.settings, values)
      },
    },
    async publish({ topic, payload, qos, retain }) {
      asked.push(`publish ${topic} ${payload} ${qos}${retain ? ' retain' : ''}`)
    },
    alarms: () => state.alarms,
  }
  const definition = plugin({ name: 'stand-in', version: '1.0.0', start: ctx => ctx.provide('mqtt-backend', backend) })
  const emit = (event: MqttEvent) => {
    told.push(event)
    for (const listener of listeners) listener(event)
  }
  return Object.assign(state, { plugin: definition as PluginDefinition, backend, asked, emit })
}
