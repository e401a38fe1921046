import type { Broker } from '../broker.js'
import { recount } from '../engine/gauges.js'
import { newRecord, type SessionRecord } from '../engine/record.js'
import { list } from '../engine/registry.js'
import { index } from '../engine/retained.js'
import { join } from '../engine/routes.js'
import { type StoredSession, splitKey } from './stores.js'

/** Reads what the process before has left, in pages. Nobody is connected, whatever the store says. */
export async function load(broker: Broker): Promise<void> {
  const { stores } = broker.journal
  const bySerial = await loadSessions(broker)
  for await (const [key, qos] of stores.subscriptions.entries()) {
    const { serial, rest } = splitKey(key)
    const record = bySerial.get(serial)
    if (!record) continue
    record.subscriptions.set(rest, { qos })
    join(broker, record, rest, qos)
  }
  for (const record of bySerial.values()) {
    list(broker, record)
    recount(broker, 'subscriptions', broker.gauges.subscriptions.count + record.subscriptions.size)
  }
  recount(broker, 'subscribers', broker.gauges.subscriptions.count)
  await loadQueues(broker, bySerial)
  for await (const [topic, { payload, qos, at }] of stores.retained.entries()) {
    index(broker, topic, qos, at, Buffer.from(payload, 'base64'))
  }
  recount(broker, 'retained', broker.retained.byTopic.size)
  for await (const [clientId, message] of stores.wills.entries()) broker.orphans.push({ clientId, message })
}

async function loadSessions(broker: Broker): Promise<Map<number, SessionRecord>> {
  const found: [number, StoredSession][] = []
  for await (const [key, session] of broker.journal.stores.sessions.entries()) found.push([Number(key), session])
  const now = Date.now()
  const bySerial = new Map<number, SessionRecord>()
  for (const [serial, session] of found) {
    bySerial.set(serial, restored(broker, serial, session, now))
    broker.serial = Math.max(broker.serial, serial)
    broker.counters['sessions.restored']++
  }
  // Whoever went first expires first.
  const byAbsence = [...bySerial].sort(([, a], [, b]) => a.disconnectedAt! - b.disconnectedAt!)
  return new Map(byAbsence)
}

function restored(broker: Broker, serial: number, session: StoredSession, now: number): SessionRecord {
  const { clientId, username, protocol, keepalive, createdAt, connectedAt, disconnectedAt = now } = session
  const record = newRecord(
    broker.view,
    {
      clientId,
      username,
      authenticated: session.authenticated ?? false,
      protocol,
      keepalive,
      connectedAt,
      cleanSession: false,
      address: undefined,
      port: undefined,
      transport: undefined,
      listener: undefined,
      will: undefined,
      connection: undefined,
    },
    serial,
    createdAt,
  )
  record.fresh = false
  record.disconnectedAt = disconnectedAt
  record.queueDropped = session.dropped
  record.enqueued = session.enqueued
  record.delivered = session.delivered
  return record
}

async function loadQueues(broker: Broker, bySerial: ReadonlyMap<number, SessionRecord>): Promise<void> {
  const { stores } = broker.journal
  for await (const [key, stored] of stores.queues.entries()) {
    const { serial, rest } = splitKey(key)
    const queue = bySerial.get(serial)?.queue
    if (!queue) continue
    const { qos, bytes, at, id, released = false, retain = false } = stored
    const entry = { position: Number(rest), qos, bytes, at, id, released, retain }
    queue.entries.set(entry.position, entry)
    if (id !== undefined) queue.sent.set(id, entry)
    queue.bytes += bytes
    broker.references.set(entry.position, (broker.references.get(entry.position) ?? 0) + 1)
    broker.position = Math.max(broker.position, entry.position)
  }
  for await (const [key] of stores.inbound.entries()) {
    const { serial, rest } = splitKey(key)
    const record = bySerial.get(serial)
    if (!record) continue
    record.inbound ??= new Set()
    record.inbound.add(Number(rest))
  }
}
