import type { MqttBackend, MqttClient, MqttSession } from '../mqtt-admin/backend.js'
import type { Broker, SessionRecord } from './broker.js'

const PRODUCT = { version: '1.2.0', description: 'aedes MQTT Broker' }

/** The embedded broker as `mqtt-admin` sees it. */
export function brokerBackend({ aedes, sessions, connections, startedAt }: Broker): MqttBackend {
  const connected = (clientId: string) => {
    const record = connections.has(clientId) ? sessions.get(clientId) : undefined
    return record && asClient(record)
  }
  return {
    product: PRODUCT,
    startedAt: new Date(startedAt),
    clientCount: () => connections.size,
    clients: (offset, limit) => take(connections.keys(), offset, limit).map(clientId => connected(clientId)!),
    client: connected,
    sessions(limit, matches) {
      const found: MqttSession[] = []
      for (const clientId of sessions.keys()) {
        if (found.length >= limit) break
        const session = { clientId, client: connected(clientId) }
        if (matches(session)) found.push(session)
      }
      return found
    },
    disconnect(clientId) {
      const client = connections.get(clientId)
      if (!client) return Promise.resolve(false)
      return new Promise(resolve => client.close(() => resolve(true)))
    },
    async forget(clientId) {
      if (connections.has(clientId) || !sessions.delete(clientId)) return
      const { persistence } = aedes as unknown as { persistence: SessionStore }
      const subscriptions = await persistence.subscriptionsByClient({ id: clientId })
      await persistence.removeSubscriptions(
        { id: clientId },
        subscriptions.map(({ topic }) => topic),
      )
      await persistence.cleanSubscriptions({ id: clientId })
    },
  }
}

/** The part of aedes-persistence that ends a session. */
interface SessionStore {
  subscriptionsByClient(client: { id: string }): Promise<{ topic: string }[]>
  removeSubscriptions(client: { id: string }, topics: string[]): Promise<unknown>
  cleanSubscriptions(client: { id: string }): Promise<unknown>
}

function take<T>(from: Iterable<T>, offset: number, limit: number): T[] {
  const taken: T[] = []
  let index = 0
  for (const item of from) {
    if (index++ < offset) continue
    if (taken.length >= limit) break
    taken.push(item)
  }
  return taken
}

function asClient(record: SessionRecord): MqttClient {
  const { clientId, username, address, port, cleanSession, protocol, keepalive, connectedAt } = record
  return { clientId, username, address, port, cleanSession, protocol, keepalive, connectedAt: new Date(connectedAt) }
}
