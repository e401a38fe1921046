import type { Broker } from '../broker.js'
import { tell } from '../engine/events.js'
import { matches } from '../engine/filter.js'
import { markSlow } from '../engine/slow.js'
import type { Options } from '../options.js'
import { publishBytes } from './publish-bytes.js'
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

/** What delivering needs of a client of aedes 1.2; test/plugins/mqtt/wire/delivery.test.ts notices when it changes. */
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
    if (packet.qos > 0) deliverSurely(client, tap, packet, done)
    else {
      deliverOnce(client, tap, packet)
      done()
    }
  }

  function deliverOnce(client: DeliveringClient, tap: Tap, packet: Delivery): void {
    if (!tap.greeted || client.closed) return
    if (isSlow(tap)) drop(client, tap)
    else tap.wire.handlers.write(tap.arrival.stream!, encode(packet))
  }

  function deliverSurely(client: DeliveringClient, tap: Tap, packet: Delivery, done: () => void): void {
    packet.messageId = client._nextId
    client._nextId = client._nextId >= 65_535 ? 1 : client._nextId + 1
    const send = () => {
      if (!client.closed) tap.wire.handlers.write(tap.arrival.stream!, encode(packet))
      done()
    }
    if (client.clean || packet.retain) send()
    else outgoing().outgoingUpdate(client, packet).then(send, send)
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

  function isSlow({ arrival: { stream }, pending }: Tap): boolean {
    return stream!.writableLength + pending > slow_client_bytes
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
function grantedQos({ sessions }: Broker, { id }: DeliveringClient, { topic, qos }: Delivery): number {
  let granted = -1
  for (const [filter, subscription] of sessions.get(id)?.subscriptions ?? []) {
    if (matches(filter, topic)) granted = Math.max(granted, subscription.qos)
  }
  return granted < 0 ? qos : Math.min(qos, granted)
}

function ignore(): void {}
