import type { Client, PublishPacket } from 'aedes'
import type { Broker } from '../broker.js'
import type { Guard } from '../guard.js'
import { commit, record as note } from '../store/journal.js'
import { isReserved } from './filter.js'
import { asBuffer, storedMessage } from './queue.js'

/** The will of a connection. It is stored, since the broker may die before the client does. */
export interface Will {
  client: Client
  packet: PublishPacket
}

export function putWill(broker: Broker, client: Client, packet: PublishPacket): Promise<void> {
  const { username, authenticated } = broker.greetings.get(client)!
  broker.wills.set(client.id, { client, packet })
  note(broker.journal, 'wills', client.id, {
    ...storedMessage({ ...packet, payload: asBuffer(packet.payload), retain: packet.retain ?? false }),
    ...(username === undefined ? {} : { username }),
    ...(authenticated ? { authenticated: true as const } : {}),
  })
  return commit(broker.journal)
}

/** How the will is forgotten once it is published, when the packet is the will of this connection. */
export function willStored(broker: Broker, client: Client, packet: PublishPacket): (() => void) | undefined {
  const will = broker.wills.get(client.id)
  return will?.client === client && will.packet === packet ? () => forgetWill(broker, client) : undefined
}

/** A newer connection with the same client id has a will of its own. */
export function forgetWill(broker: Broker, client: Client): void {
  if (broker.wills.get(client.id)?.client !== client) return
  broker.wills.delete(client.id)
  note(broker.journal, 'wills', client.id, undefined)
}

/** Those of clients that were connected when the broker died: their connections ended without DISCONNECT (§3.1.2.5). */
export async function publishOrphans(broker: Broker, guard: Guard): Promise<void> {
  for (const { clientId, message } of broker.orphans.splice(0)) {
    const { topic, payload, qos, retain = false, username, authenticated = false } = message
    const packet = { cmd: 'publish' as const, topic, payload: Buffer.from(payload, 'base64'), qos, retain, dup: false }
    if (!isReserved(topic) && guard.mayPublish({ clientId, username, address: '', authenticated }, topic)) {
      await new Promise<void>(resolve => broker.publish(packet as PublishPacket, null, () => resolve()))
    }
    if (!broker.wills.has(clientId)) note(broker.journal, 'wills', clientId, undefined)
  }
}
