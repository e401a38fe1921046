import type { MqttBackend, MqttClient, MqttSession } from '../mqtt-admin/backend.js'
import type { Broker, SessionRecord } from './broker.js'

const PRODUCT = { version: '1.2.0', description: 'aedes MQTT Broker' }

/** The embedded broker as `mqtt-admin` sees it. */
export function brokerBackend({ aedes, sessions, startedAt }: Broker): MqttBackend {
  const online = function* () {
    for (const record of sessions.values()) if (record.online) yield record
  }
  return {
    product: PRODUCT,
    startedAt: new Date(startedAt),
    clientCount: () => aedes.connectedClients,
    clients: (offset, limit) => take(online(), offset, limit).map(asClient),
    client(clientId) {
      const record = sessions.get(clientId)
      return record?.online ? asClient(record) : undefined
    },
    sessions(limit, matches) {
      const found: MqttSession[] = []
      for (const record of sessions.values()) {
        if (found.length >= limit) break
        const session = { clientId: record.clientId, client: record.online ? asClient(record) : undefined }
        if (matches(session)) found.push(session)
      }
      return found
    },
    disconnect(clientId) {
      const client = (aedes as unknown as { clients: Record<string, { close(done: () => void): void }> }).clients[
        clientId
      ]
      if (!client || !sessions.get(clientId)?.online) return Promise.resolve(false)
      return new Promise(resolve => client.close(() => resolve(true)))
    },
    async forget(clientId) {
      const record = sessions.get(clientId)
      if (!record || record.online) return
      sessions.delete(clientId)
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
