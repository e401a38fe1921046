import type { RetainedMessages } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import { publish } from './publish.js'

export function retainedMessages(broker: Broker): RetainedMessages {
  const { retained } = broker
  return {
    count: () => retained.size,
    get: topic => retained.get(topic),
    async page(_filter, after, limit) {
      const topics = [...retained.keys()].sort().filter(topic => after === undefined || topic > after)
      const messages = topics.slice(0, limit).map(topic => retained.get(topic)!)
      return topics.length > limit ? { messages, next: topics[limit - 1]! } : { messages }
    },
    async delete(topic) {
      if (!retained.has(topic)) return false
      await publish(broker, { topic, payload: Buffer.alloc(0), qos: 0, retain: true })
      return true
    },
  }
}
