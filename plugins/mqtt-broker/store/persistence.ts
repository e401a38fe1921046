import { Readable } from 'node:stream'
import type { Client, PublishPacket } from 'aedes'
import type { Broker } from '../broker.js'

const NOTHING = Promise.resolve(undefined)
/** A promise would let messages that are not retained overtake. */
const AT_ONCE = {
  // biome-ignore lint/suspicious/noThenProperty: aedes calls it
  then: (resolve: () => void) => resolve(),
}
const NO_SUBSCRIPTIONS = Promise.resolve([])

/**
 * What aedes calls its persistence (aedes-persistence 11), over sessions and queues of our own. It is kept with the
 * broker, so it holds nothing but calls of what the live generation does. Clean sessions store nothing.
 */
export function persistence(broker: Broker): object {
  return {
    async setup() {},
    async destroy() {},
    storeRetained(packet: never) {
      broker.engine.retain(broker, packet)
      return AT_ONCE
    },
    createRetainedStream: (filter: string) => broker.engine.retainedStream(broker, [filter]),
    createRetainedStreamCombi: (filters: string[]) => broker.engine.retainedStream(broker, filters),

    addSubscriptions: (client: Client) => broker.engine.storeAllowed(broker, client),
    removeSubscriptions: (client: Client, filters: string[]) => broker.engine.removeAsked(broker, client, filters),
    subscriptionsByClient: async ({ id }: Client) => broker.engine.subscriptionsOf(broker, id),
    cleanSubscriptions: () => NOTHING,
    countOffline: async () => ({
      subsCount: broker.gauges.subscriptions.count,
      clientsCount: broker.registry.away.length,
    }),

    // The recipients are found in `outgoingEnqueueCombi`, once for store and delivery.
    subscriptionsByTopic: () => NO_SUBSCRIPTIONS,
    outgoingEnqueueCombi: (_recipients: unknown, packet: never) => broker.engine.store(broker, packet),
    outgoingEnqueue: () => NOTHING,
    outgoingUpdate: (client: Client, packet: never) =>
      client.clean ? NOTHING : broker.engine.sending(broker, client, packet),
    outgoingClearMessageId: (client: Client, packet: never) =>
      client.clean ? NOTHING : broker.engine.sent(broker, client, packet),
    outgoingStream: (client: Client) => (client.clean ? Readable.from([]) : broker.engine.outgoing(broker, client)),

    incomingStorePacket: (client: Client, packet: never) => broker.engine.receive(broker, client, packet),
    incomingGetPacket: (client: Client, packet: never) => broker.engine.received(broker, client, packet),
    incomingDelPacket: (client: Client, packet: never) => broker.engine.release(broker, client, packet),
    cleanIncoming: () => NOTHING,

    putWill: (client: Client, packet: PublishPacket) => broker.engine.putWill(broker, client, packet),
    getWill: async ({ id }: Client) => broker.wills.get(id)?.packet,
    // Whoever publishes a will forgets it, and so does DISCONNECT: aedes would delete that of a newer connection.
    delWill: () => NOTHING,
    // Those of the process before are published when the broker begins, not minutes later.
    streamWill: () => Readable.from([]),
  }
}
