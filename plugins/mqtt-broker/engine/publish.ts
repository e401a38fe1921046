import type { Client, PublishPacket } from 'aedes'
import { KernelError } from 'patchbay'
import type { Publication } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import type { Guard } from '../guard.js'
import { commit } from '../store/journal.js'
import { gather } from './events.js'
import { isReserved, isTooLong, isTopic } from './filter.js'
import { whoIs } from './subscribe.js'
import { willStored } from './wills.js'

type Packet = PublishPacket & { [SETTLED]?: true; brokerId?: string; brokerCounter?: number; clientId?: string }
type Done = (error?: Error | null) => void

const NOT_CONNECTED = Object.freeze({ message: 'not connected' }) as Error
const MALFORMED = Object.freeze({ message: 'malformed packet' }) as Error

/** On a packet that needs no publishing any more: it was published, or refused. */
const SETTLED: unique symbol = Symbol.for('patchbay mqtt settled') as never

/**
 * Asked by aedes before it acknowledges. A refused message is acknowledged and goes nowhere, as in EMQ and VerneMQ.
 * aedes would acknowledge QoS 1 before it stores; so it is published here, and acknowledged after.
 */
export function authorizePublish(broker: Broker, guard: Guard, client: Client, packet: Packet, done: Done): void {
  const will = willStored(broker, client, packet)
  const { topic, qos } = packet
  const record = broker.sessions.get(client.id)
  // Also the will of whoever hung up before CONNACK: it was not let in.
  if (record?.client !== client) {
    will?.()
    done(NOT_CONNECTED)
    return
  }
  // Whoever is sent such a topic hangs up (MQTT 3.1.1 §1.5.3).
  if (topic.includes('\0') || isTooLong(topic, broker.options)) {
    done(MALFORMED)
    return
  }
  const who = whoIs(record)
  const reserved = isReserved(topic)
  if (reserved || !guard.mayPublish(who, topic)) {
    broker.counters['publish.refused_by_acl']++
    gather(broker, 'publish refused', who, topic, reserved ? 'reserved topic' : 'not authorized')
    packet[SETTLED] = true
    will?.()
    done(null)
    return
  }
  if (broker.options.ignore_loop_deliver) packet.clientId = client.id
  if (qos === 1) {
    packet[SETTLED] = true
    publishStored(broker, packet, client, error => {
      will?.()
      done(error)
    })
    return
  }
  done(null)
  if (will) void commit(broker.journal).then(will, () => undefined)
}

/** `done` once the message is stored, while it is still being delivered. */
function publishStored(broker: Broker, packet: Packet, client: Client | null, done: Done): void {
  const { aedes, acknowledging } = broker
  const counted = aedes as unknown as { counter: number }
  packet.brokerId = aedes.id
  packet.brokerCounter ||= ++counted.counter
  const counter = packet.brokerCounter
  acknowledging.set(counter, done)
  broker.publish(packet, client, error => {
    // Called only when something failed before it came to be stored.
    if (acknowledging.delete(counter)) done(error ?? null)
  })
}

/** In place of aedes' own `publish`, which has no hook. */
export function publishOnce(broker: Broker, packet: Packet, client: Client | Done | null, done?: Done): void {
  const settle = typeof client === 'function' ? client : done
  if (packet[SETTLED] || packet.topic.startsWith(broker.internal)) {
    if (packet.brokerCounter) broker.received.delete(packet.brokerCounter)
    return void settle?.(null)
  }
  const from = typeof client === 'function' ? null : client
  if (packet.qos === 2) publishStored(broker, packet, from, settle ?? (() => undefined))
  else broker.publish(packet, from, settle ?? (() => undefined))
}

export async function publish(broker: Broker, message: Publication): Promise<void> {
  const { topic, payload, qos, retain, clientId } = message
  if (!isTopic(topic, broker.options)) {
    throw new KernelError('bad_request', `"${topic.slice(0, 100)}" is not a topic that can be published to`, {
      hint: 'leave out + and #, and give it at least one character',
    })
  }
  const packet: Packet = { cmd: 'publish', topic, payload, qos, retain, dup: false, ...(clientId ? { clientId } : {}) }
  if (qos === 0) {
    broker.publish(packet, null, () => undefined)
    if (retain) await commit(broker.journal)
    return
  }
  await new Promise<void>((resolve, reject) =>
    publishStored(broker, packet, null, error => (error ? reject(error) : resolve())),
  )
}
