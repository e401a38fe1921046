import type { Client, PublishPacket } from 'aedes'
import type { Broker } from '../broker.js'
import { commit, record as note } from '../store/journal.js'
import { sessionKey } from '../store/stores.js'
import type { SessionRecord } from './record.js'

type Incoming = PublishPacket & { messageId?: number; brokerCounter?: number; brokerId?: string }
const SETTLED = Promise.resolve()

/**
 * Remembers a QoS 2 message until its PUBREL. For a persistent session that is stored together with the message, in
 * `router.store`: stored before it, a crash between the two would make the repetition look like a duplicate.
 */
export function receive(broker: Broker, client: Client, packet: Incoming): Promise<void> {
  const record = recordOf(broker, client)
  const { max_awaiting_rel } = broker.options
  if (!record) return Promise.reject(new Error('the session has ended'))
  record.inbound ??= new Set()
  if (max_awaiting_rel > 0 && record.inbound.size >= max_awaiting_rel) {
    broker.counters['messages.qos2.dropped']++
    return Promise.reject(new Error('maxInflightInbound exceeded'))
  }
  record.inbound.add(packet.messageId!)
  if (record.cleanSession) return SETTLED
  const counted = broker.aedes as unknown as { counter: number }
  packet.brokerId = broker.aedes.id
  packet.brokerCounter = ++counted.counter
  broker.received.set(packet.brokerCounter, { serial: record.serial, id: packet.messageId! })
  return SETTLED
}

/** Rejects when it is not known, as aedes asks. A repetition is acknowledged only when the message is stored. */
export async function received(broker: Broker, client: Client, packet: Incoming): Promise<object> {
  const record = recordOf(broker, client)
  if (!record?.inbound?.has(packet.messageId!)) throw UNKNOWN
  if (!record.cleanSession) await commit(broker.journal)
  return packet
}

/** Before PUBCOMP: the client may use the identifier for another message then. */
export function release(broker: Broker, client: Client, packet: Incoming): Promise<void> {
  const record = recordOf(broker, client)
  if (!record?.inbound?.delete(packet.messageId!)) return Promise.reject(UNKNOWN)
  if (record.cleanSession) return SETTLED
  note(broker.journal, 'inbound', sessionKey(record.serial, String(packet.messageId)), undefined)
  return commit(broker.journal)
}

/** Without a stack, since it is the ordinary answer. */
const UNKNOWN = Object.freeze({ message: 'no such packet' }) as Error

function recordOf({ sessions }: Broker, client: Client): SessionRecord | undefined {
  const record = sessions.get(client.id)
  return record?.client === client ? record : undefined
}
