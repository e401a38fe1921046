import { setImmediate } from 'node:timers/promises'
import type { MqttSession, SessionDirectory, Which } from '../../mqtt-admin/backend.js'
import type { Broker, SessionRecord } from '../broker.js'

export function sessionDirectory({ aedes, sessions, connections }: Broker): SessionDirectory {
  const asSession = (record: SessionRecord): MqttSession => ({
    ...record,
    connected: connections.has(record.clientId),
    transport: 'tcp',
    listener: undefined,
    inflight: 0,
    awaitingRelease: 0,
    queued: 0,
    queueDropped: 0,
    delivered: 0,
    enqueued: 0,
    bytesReceived: 0,
    bytesSent: 0,
    messagesReceived: 0,
    messagesSent: 0,
  })
  const all = (which: Which) =>
    [...sessions.values()]
      .filter(({ clientId }) => which === 'all' || (which === 'connected') === connections.has(clientId))
      .map(asSession)
  const { persistence } = aedes as unknown as { persistence: SessionStore }
  return {
    count: which => all(which).length,
    get: clientId => (sessions.has(clientId) ? asSession(sessions.get(clientId)!) : undefined),
    page: (which, offset, limit) => all(which).slice(offset, offset + limit),
    async *blocks(which, after = 0) {
      const left = all(which).filter(({ serial }) => serial > after)
      for (let at = 0; at < left.length; at += 500) {
        yield left.slice(at, at + 500)
        await setImmediate()
      }
    },
    queue: async () => [],
    disconnect(clientId) {
      const client = connections.get(clientId)
      if (!client) return Promise.resolve(false)
      return new Promise(resolve => client.close(() => resolve(true)))
    },
    async forget(clientId) {
      await this.disconnect(clientId, 'kicked')
      if (!sessions.delete(clientId)) return false
      const subscriptions = await persistence.subscriptionsByClient({ id: clientId })
      await persistence.removeSubscriptions(
        { id: clientId },
        subscriptions.map(({ topic }) => topic),
      )
      await persistence.cleanSubscriptions({ id: clientId })
      return true
    },
    async subscribe(clientId, filters) {
      const client = connections.get(clientId)
      if (!client) return undefined
      await new Promise<void>((resolve, reject) =>
        client.subscribe(filters as never, error => (error ? reject(error) : resolve())),
      )
      return filters.map(({ qos }) => qos)
    },
    async unsubscribe(clientId, filters) {
      const client = connections.get(clientId)
      const record = sessions.get(clientId)
      if (!client || !record) return undefined
      const had = filters.map(filter => record.subscriptions.has(filter))
      await new Promise<void>((resolve, reject) =>
        client.unsubscribe(filters as never, error => (error ? reject(error) : resolve())),
      )
      for (const filter of filters) record.subscriptions.delete(filter)
      return had
    },
    reauthorize: async clientId => (sessions.has(clientId) ? [] : undefined),
  }
}

/** The part of aedes-persistence that ends a session. */
interface SessionStore {
  subscriptionsByClient(client: { id: string }): Promise<{ topic: string }[]>
  removeSubscriptions(client: { id: string }, topics: string[]): Promise<unknown>
  cleanSubscriptions(client: { id: string }): Promise<unknown>
}
