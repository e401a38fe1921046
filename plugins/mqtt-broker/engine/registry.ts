import type { Broker } from '../broker.js'
import { record as note } from '../store/journal.js'
import { numberKey, sessionKey } from '../store/stores.js'
import { tell } from './events.js'
import { recount } from './gauges.js'
import { takeAll } from './queue.js'
import { type Greeting, greet, newQueue, newRecord, type SessionRecord, stored } from './record.js'
import { join, leave } from './routes.js'
import { insert, newSequence, remove, reweigh, type Sequence } from './sequence.js'

/** All sessions in the order of their opening, as plain data. */
export interface Registry {
  all: Sequence<SessionRecord>
  connected: Sequence<SessionRecord>
  away: Sequence<SessionRecord>
  /** Whoever has been away longest comes first. */
  waiting: Set<SessionRecord>
  /** Queues that are nearly full, and since when. */
  full: Map<SessionRecord, number>
}

export function newRegistry(): Registry {
  return {
    all: newSequence(),
    connected: newSequence(),
    away: newSequence(),
    waiting: new Set(),
    full: new Map(),
  }
}

export const serialOf = ({ serial }: SessionRecord): number => serial
export const weightOf = ({ subscriptions }: SessionRecord): number => subscriptions.size

/** A new session, nobody connected to it yet. Of a persistent one the caller commits what is noted here. */
export function open(broker: Broker, greeting: Greeting): SessionRecord {
  const record = newRecord(broker.view, greeting, ++broker.serial, greeting.connectedAt)
  if (!greeting.cleanSession) record.disconnectedAt = greeting.connectedAt
  list(broker, record)
  save(broker, record)
  broker.counters['sessions.opened']++
  tell(broker, 'session opened', record)
  return record
}

/** Puts a session that is away into the lists; also those that come from the store. */
export function list(broker: Broker, record: SessionRecord): void {
  const { registry, sessions } = broker
  sessions.set(record.clientId, record)
  insert(registry.all, serialOf, record, weightOf)
  insert(registry.away, serialOf, record, weightOf)
  registry.waiting.add(record)
  recount(broker, 'sessions', sessions.size)
}

export function attach(broker: Broker, record: SessionRecord, client: NonNullable<SessionRecord['client']>): void {
  const { registry, connections } = broker
  remove(registry.away, serialOf, record, record.subscriptions.size)
  registry.waiting.delete(record)
  insert(registry.connected, serialOf, record, weightOf)
  record.client = client
  record.fresh = false
  record.disconnectedAt = undefined
  record.draining = record.queue && 'queue'
  connections.set(record.clientId, client)
  recount(broker, 'clients', connections.size)
  save(broker, record)
}

/** The connection is gone; a persistent session waits, a clean one ends. */
export function detach(broker: Broker, record: SessionRecord): void {
  const { registry, connections } = broker
  if (!record.client) return
  remove(registry.connected, serialOf, record, record.subscriptions.size)
  insert(registry.away, serialOf, record, weightOf)
  registry.waiting.add(record)
  record.client = undefined
  record.disconnectedAt = Date.now()
  record.draining = undefined
  record.held = []
  record.taken?.()
  record.allowed = undefined
  connections.delete(record.clientId)
  recount(broker, 'clients', connections.size)
  if (record.cleanSession) end(broker, record, 'clean session')
  else save(broker, record)
}

/** A session that nobody is connected to ends, with its subscriptions and its queue, in one batch. */
export function end(broker: Broker, record: SessionRecord, reason: string): void {
  const { registry, sessions, journal } = broker
  const persistent = !record.cleanSession
  for (const filter of [...record.subscriptions.keys()]) unsubscribe(broker, record, filter)
  if (persistent) {
    takeAll(broker, record)
    for (const id of record.inbound ?? []) note(journal, 'inbound', sessionKey(record.serial, String(id)), undefined)
    note(journal, 'sessions', numberKey(record.serial), undefined)
  }
  remove(registry.all, serialOf, record)
  remove(registry.away, serialOf, record)
  registry.waiting.delete(record)
  registry.full.delete(record)
  if (sessions.get(record.clientId) === record) sessions.delete(record.clientId)
  recount(broker, 'sessions', sessions.size)
  broker.counters['sessions.closed']++
  tell(broker, 'session ended', record, { reason })
}

/** The session goes on with what a new CONNECT says of it. */
export function resume(record: SessionRecord, greeting: Greeting): void {
  greet(record, greeting)
  record.queue ??= newQueue()
}

export function save({ journal }: Broker, record: SessionRecord): void {
  if (!record.cleanSession) note(journal, 'sessions', numberKey(record.serial), stored(record))
}

export function subscribe(broker: Broker, record: SessionRecord, filter: string, qos: number): void {
  const known = record.subscriptions.get(filter)
  if (known) known.qos = qos
  else record.subscriptions.set(filter, { qos })
  if (join(broker, record, filter, qos)) weigh(broker, record, 1)
  if (!record.cleanSession) note(broker.journal, 'subscriptions', sessionKey(record.serial, filter), qos)
  tell(broker, 'subscribed', record, { topic: filter, qos })
}

/** Whether it was subscribed. */
export function unsubscribe(broker: Broker, record: SessionRecord, filter: string): boolean {
  if (!record.subscriptions.delete(filter)) return false
  leave(broker, record, filter)
  weigh(broker, record, -1)
  if (!record.cleanSession) note(broker.journal, 'subscriptions', sessionKey(record.serial, filter), undefined)
  tell(broker, 'unsubscribed', record, { topic: filter })
  return true
}

export function weigh(broker: Broker, record: SessionRecord, by: number): void {
  const { registry, gauges } = broker
  reweigh(registry.all, serialOf, record, by)
  reweigh(record.client ? registry.connected : registry.away, serialOf, record, by)
  recount(broker, 'subscriptions', gauges.subscriptions.count + by)
  // Seen from the routes: as many, since each member of a route subscribes to its filter.
  recount(broker, 'subscribers', gauges.subscriptions.count)
}
