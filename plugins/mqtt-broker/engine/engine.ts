import type { Client, PublishPacket, Subscription } from 'aedes'
import type { Broker } from '../broker.js'
import type { Guard } from '../guard.js'
import * as connect from './connect.js'
import { drained, outgoing, sending, sent } from './delivery.js'
import { receive, received, release } from './inbound.js'
import { authorizePublish, publishOnce } from './publish.js'
import { retain, retainedStream } from './retained.js'
import { route, store } from './router.js'
import { authorizeSubscribe, PRESENT, removeAsked, storeAllowed } from './subscribe.js'
import { putWill } from './wills.js'

/** What one generation does at the hooks of aedes; `Broker.engine` is replaced in the swap. */
export type Engine = ReturnType<typeof newEngine>

export function newEngine(guard: Guard) {
  return {
    connecting: connect.connecting,
    authenticate: (
      broker: Broker,
      client: Client,
      password: Buffer | undefined,
      done: Parameters<typeof connect.authenticate>[4],
    ) => connect.authenticate(broker, guard, client, password, done),
    connected: (broker: Broker, client: Client) => connect.connected(broker, guard, client),
    disconnected: (broker: Broker, client: Client) => connect.disconnected(broker, guard, client),
    bannedAddress: guard.bannedAddress,
    explain: connect.explain,
    authorizePublish: (
      broker: Broker,
      client: Client,
      packet: PublishPacket,
      done: Parameters<typeof authorizePublish>[4],
    ) => authorizePublish(broker, guard, client, packet, done),
    authorizeSubscribe: (
      broker: Broker,
      client: Client,
      subscription: Subscription,
      done: Parameters<typeof authorizeSubscribe>[4],
    ) => authorizeSubscribe(broker, guard, client, subscription, done),
    subscriptionsOf,
    publishOnce,
    route,
    store,
    storeAllowed,
    removeAsked,
    retain,
    retainedStream,
    outgoing,
    drained,
    sending,
    sent,
    receive,
    received,
    release,
    putWill,
  }
}

/** Of the session that a client comes back to. */
function subscriptionsOf({ sessions }: Broker, clientId: string): Readonly<Subscription>[] {
  const record = sessions.get(clientId)
  if (!record || record.cleanSession || record.fresh) return []
  return [...[...record.subscriptions].map(([topic, { qos }]) => ({ topic, qos }) as Subscription), PRESENT]
}
