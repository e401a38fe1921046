import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MqttSession, MqttSubscription, QueuedMessage, SessionDirectory, Which } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import type { Guard } from '../guard.js'
import { commit } from '../store/journal.js'
import { numberKey } from '../store/stores.js'
import { close } from './connect.js'
import { contents, enqueue } from './queue.js'
import type { Entry, SessionRecord } from './record.js'
import { end, serialOf, subscribe, unsubscribe } from './registry.js'
import { matching, packets, withPayloads } from './retained.js'
import { following, type Sequence, slice } from './sequence.js'
import { acceptable, allowed } from './subscribe.js'

const BLOCK = 500
const REFUSED = 128

export function sessionDirectory(broker: Broker, guard: Guard): SessionDirectory {
  const { sessions, registry } = broker
  const listed = (which: Which): Sequence<SessionRecord> => registry[which]
  return {
    count: which => listed(which).length,
    get: clientId => sessions.get(clientId),
    page: (which, offset, limit) => slice(listed(which), offset, limit),
    async *blocks(which, after = 0) {
      let behind = after
      for (;;) {
        const block: MqttSession[] = following(listed(which), serialOf, behind, BLOCK)
        if (block.length === 0) return
        behind = block.at(-1)!.serial
        yield block
        await nextTurn()
      }
    },
    queue: (clientId, offset, limit) => queue(broker, clientId, offset, limit),
    async disconnect(clientId, why) {
      const client = sessions.get(clientId)?.client
      if (client) close(broker, client, why)
      return client !== undefined
    },
    async forget(clientId, why) {
      const record = sessions.get(clientId)
      if (!record) return false
      if (record.client) close(broker, record.client, why)
      if (sessions.get(clientId) === record) end(broker, record, why)
      await commit(broker.journal)
      return true
    },
    async subscribe(clientId, filters) {
      const record = sessions.get(clientId)
      return record && subscribeFor(broker, record, filters)
    },
    async unsubscribe(clientId, filters) {
      const record = sessions.get(clientId)
      return record && unsubscribeFor(broker, record, filters)
    },
    async reauthorize(clientId) {
      const record = sessions.get(clientId)
      if (!record) return undefined
      const refused = [...record.subscriptions.keys()].filter(filter => !allowed(guard, record, filter))
      await unsubscribeFor(broker, record, refused)
      return refused
    },
  }
}

async function queue(broker: Broker, clientId: string, offset: number, limit: number): Promise<QueuedMessage[]> {
  const entries: Entry[] = []
  let skip = offset
  for (const entry of broker.sessions.get(clientId)?.queue?.entries.values() ?? []) {
    if (skip-- > 0) continue
    if (entries.length >= limit) break
    entries.push(entry)
  }
  const messages = await contents(broker, entries)
  return entries.flatMap((entry, index) => {
    const message = messages[index]
    // It was acknowledged while the content was read.
    if (!message) return []
    return {
      id: numberKey(entry.position),
      topic: message.topic,
      payload: Buffer.from(message.payload, 'base64'),
      qos: entry.qos,
      retain: entry.retain,
      dup: entry.id !== undefined,
      sent: entry.id !== undefined,
      queuedAt: entry.at,
    }
  })
}

/** As SUBSCRIBE, of a client that may be away: then retained messages of QoS 1 and 2 wait for it. */
async function subscribeFor(
  broker: Broker,
  record: SessionRecord,
  filters: readonly MqttSubscription[],
): Promise<number[]> {
  const granted = filters.map(({ topic, qos }) => {
    if (!acceptable(broker, record, topic)) return REFUSED
    const right = Math.min(2, Math.max(0, Math.trunc(qos)))
    subscribe(broker, record, topic, right)
    return right
  })
  if (!record.cleanSession) await commit(broker.journal)
  for (const [index, { topic }] of filters.entries()) {
    if (granted[index] !== REFUSED) await sendRetained(broker, record, topic, granted[index]!)
  }
  return granted
}

async function sendRetained(broker: Broker, record: SessionRecord, filter: string, qos: number): Promise<void> {
  if (record.client) {
    for await (const packet of packets(broker, [filter])) {
      const client = record.client as unknown as { deliverQoS(packet: object, done: () => void): void } | undefined
      if (!client) return
      await new Promise<void>(resolve => client.deliverQoS({ ...packet, qos: Math.min(packet.qos, qos) }, resolve))
    }
    return
  }
  if (qos === 0 || !record.queue) return
  for await (const kept of matching(broker, filter)) {
    if (kept.qos === 0) continue
    const [message] = await withPayloads(broker, [kept])
    enqueue(broker, message!, [{ record, qos: Math.min(kept.qos, qos) }], true)
  }
  await commit(broker.journal)
}

async function unsubscribeFor(broker: Broker, record: SessionRecord, filters: readonly string[]): Promise<boolean[]> {
  const had = filters.map(filter => unsubscribe(broker, record, filter))
  const known = (record.client as unknown as { subscriptions: Record<string, unknown> } | undefined)?.subscriptions
  // aedes delivers by our routes, but would take a new SUBSCRIBE for an old one.
  if (known) for (const filter of filters) delete known[filter]
  if (!record.cleanSession) await commit(broker.journal)
  return had
}
