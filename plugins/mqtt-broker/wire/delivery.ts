import type { Broker } from '../broker.js'
import { tell } from '../engine/events.js'
import { routesOf } from '../engine/routes.js'
import { markSlow } from '../engine/slow.js'
import type { Options } from '../options.js'
import { freeIdentifier, IDENTIFIERS } from './identifiers.js'
import { publishBytes } from './publish-bytes.js'
import { hasRoom, roomToWrite } from './room.js'
import { type Tap, tapOf } from './tap.js'

/** A message on its way to one client, as aedes hands it over: a copy of its own. */
export interface Delivery {
  topic: string
  payload: Buffer | string
  qos: number
  retain: boolean
  dup: boolean
  clientId?: string
  nl?: boolean
  brokerId?: string | null
  brokerCounter: number
  messageId?: number | undefined
}

/** What delivering needs of a client of aedes 1.2; test/plugins/mqtt-broker/wire/delivery.test.ts notices when it changes. */
export interface DeliveringClient {
  id: string
  clean: boolean
  closed: boolean
  conn: object
  subscriptions: Record<string, { qos: number }>
  /** The highest number of a message seen from each broker: overlapping subscriptions deliver it once. */
  duplicates: Record<string, number>
  _nextId: number
  deliver0(packet: Delivery, done: () => void): void
  deliverQoS(packet: Delivery, done: () => void): void
}

interface Outgoing {
  outgoingUpdate(client: DeliveringClient, packet: Delivery): Promise<unknown>
  outgoingClearMessageId(client: DeliveringClient, packet: Delivery): Promise<unknown>
}

/**
 * Delivers in aedes' place. Its own functions give each message to each client two turns of the event loop and five
 * writes, and make whoever published wait until the slowest subscriber has taken it.
 */
export function takeDelivery({ wire }: Broker, client: DeliveringClient): void {
  const deliver = (packet: Delivery, done: () => void) => wire.handlers.deliver(client, packet, done)
  client.deliver0 = (packet, done) => {
    packet.qos = 0
    deliver(packet, done)
  }
  client.deliverQoS = deliver
}

export function delivering({ slow_client_bytes }: Options, broker: Broker) {
  const { counters, aedes } = broker
  const { authorizeForward } = aedes as unknown as {
    authorizeForward(client: DeliveringClient, packet: Delivery): Delivery | null | undefined
  }
  const outgoing = () => (aedes as unknown as { persistence: Outgoing }).persistence
  const encode = publishBytes()

  function deliver(client: DeliveringClient, given: Delivery, done: () => void): void {
    const tap = tapOf(client.conn)
    const packet = tap && forwarded(client, given)
    if (!packet) {
      // What is not forwarded must not wait for the client either.
      if (given.qos > 0 && !client.clean) outgoing().outgoingClearMessageId(client, given).catch(ignore)
      done()
      return
    }
    if (packet.qos > 0 && packet.retain) packet.qos = grantedQos(broker, client, packet)
    // Only what a subscription brings is marked as retained: it can wait, and is worth it.
    if (packet.retain && !hasRoom(tap, slow_client_bytes)) {
      roomToWrite(tap, slow_client_bytes).then(() => send(client, tap, packet, done))
    } else send(client, tap, packet, done)
  }

  function send(client: DeliveringClient, tap: Tap, packet: Delivery, done: () => void): void {
    if (packet.qos > 0) deliverSurely(client, tap, packet, done)
    else {
      deliverOnce(client, tap, packet)
      done()
    }
  }

  function deliverOnce(client: DeliveringClient, tap: Tap, packet: Delivery): void {
    if (!tap.greeted || client.closed) return
    if (!hasRoom(tap, slow_client_bytes)) drop(client, tap)
    else tap.wire.handlers.write(tap.arrival.stream!, encode(packet))
  }

  function deliverSurely(client: DeliveringClient, tap: Tap, packet: Delivery, done: () => void): void {
    const free = freeIdentifier(tap, broker.sessions.get(client.id)?.queue?.sent, client._nextId)
    if (free === undefined) {
      tap.connection.closedBecause ??= 'too many messages not acknowledged'
      tap.arrival.stream!.destroy()
      done()
      return
    }
    packet.messageId = free
    client._nextId = free >= IDENTIFIERS ? 1 : free + 1
    const write = () => {
      if (!client.closed) tap.wire.handlers.write(tap.arrival.stream!, encode(packet))
      done()
    }
    // Sent without being stored, a QoS 2 message could come a second time after a crash.
    const failed = (thrown: Error) => {
      tap.connection.closedBecause ??= 'not stored'
      tap.arrival.stream!.destroy(thrown)
      done()
    }
    if (client.clean || packet.retain) write()
    else outgoing().outgoingUpdate(client, packet).then(write, failed)
  }

  function forwarded(client: DeliveringClient, packet: Delivery): Delivery | null | undefined {
    if (packet.nl && packet.clientId === client.id) return undefined
    const { brokerId, brokerCounter } = packet
    if (brokerId) {
      if ((client.duplicates[brokerId] ?? 0) >= brokerCounter) return undefined
      client.duplicates[brokerId] = brokerCounter
    }
    return authorizeForward(client, packet)
  }

  function drop(client: DeliveringClient, tap: Tap): void {
    counters['messages.dropped']++
    markSlow(broker, client.id)
    if (tap.dropped++ > 0) return
    setTimeout(() => {
      const count = tap.dropped
      tap.dropped = 0
      const username = broker.sessions.get(client.id)?.username
      const { address } = tap.connection
      tell(broker, 'dropped', { clientId: client.id, username, address }, { reason: 'slow client', count })
    }, 1000).unref()
  }

  return { deliver }
}

/** Of a retained message: the highest that a matching subscription grants. aedes looks only at those without wildcards. */
function grantedQos(broker: Broker, { id }: DeliveringClient, { topic, qos }: Delivery): number {
  const record = broker.sessions.get(id)
  let granted = -1
  for (const { group, members } of record ? routesOf(broker, topic) : []) {
    if (!group) granted = Math.max(granted, members.get(record!) ?? -1)
  }
  return granted < 0 ? qos : Math.min(qos, granted)
}

function ignore(): void {}
